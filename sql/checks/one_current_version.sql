-- severity: error
-- one row per article without a current version, of those that changed since the last publish or, once a day, of all.
with looked as (
    select c.article_id
    from news.article_changes as c
    where c.changed_seq > current_setting('dateline.changed_from')::bigint
    union
    -- Those that have no number yet.
    select p.article_id
    from ops.changed_articles as p
)

select
    s.source_key,
    a.canonical_url as page_url,
    format('article %s has no current version', a.article_id) as finding
from looked as l
inner join news.articles as a on l.article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id
where
    not exists (
        select
        from news.article_versions as v
        where
            v.article_id = a.article_id
            and v.is_current
    )
order by a.article_id
