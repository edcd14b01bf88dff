-- severity: error
-- one row per group of copies whose agency no member credits, or that has none though a member does,
-- of those with an article that changed since the last publish or, once a day, of all.
-- Groups with a member that still waits for the look-up of copies are left out: its credit may be new.
with looked as (
    select c.article_id
    from news.article_changes as c
    where c.changed_seq > current_setting('dateline.changed_from')::bigint
    union
    -- Those that have no number yet.
    select p.article_id
    from ops.changed_articles as p
),

groups as (
    select distinct a.duplicate_group_id
    from looked as l
    inner join news.articles as a on l.article_id = a.article_id
    where a.duplicate_group_id is not null
)

select
    (array_agg(s.source_key order by a.article_id))[1] as source_key,
    (array_agg(a.canonical_url order by a.article_id))[1] as page_url,
    format(
        'group %s has agency %s, its members credit %s',
        g.duplicate_group_id,
        coalesce(g.origin_agency, 'none'),
        coalesce(string_agg(distinct v.agency, ', '), 'none')
    ) as finding
from groups as t
inner join news.duplicate_groups as g on t.duplicate_group_id = g.duplicate_group_id
inner join news.articles as a on g.duplicate_group_id = a.duplicate_group_id
inner join news.article_versions as v on a.article_id = v.article_id and v.is_current
inner join news.sources as s on a.source_id = s.source_id
group by
    g.duplicate_group_id,
    g.origin_agency
having
    bool_and(v.deduplicated_at is not null)
    and coalesce(
        bool_or(v.agency is not distinct from g.origin_agency) filter (
            where v.credit_kind != 'part'
        ),
        g.origin_agency is null
    ) is false
order by g.duplicate_group_id
