-- severity: error
-- one row per article without a current version.
select
    s.source_key,
    a.canonical_url as page_url,
    format('article %s has no current version', a.article_id) as finding
from news.articles as a
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
