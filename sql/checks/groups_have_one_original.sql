-- severity: error
-- one row per group of copies that has not exactly one original, of those with an article that changed since the
-- last publish or, once a day, of all.
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
        'group %s of %s articles has %s originals',
        a.duplicate_group_id,
        count(*),
        count(*) filter (where a.is_group_original)
    ) as finding
from groups as g
inner join news.articles as a on g.duplicate_group_id = a.duplicate_group_id
inner join news.sources as s on a.source_id = s.source_id
group by a.duplicate_group_id
having count(*) filter (where a.is_group_original) != 1
order by a.duplicate_group_id
