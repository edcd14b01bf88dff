-- severity: error
-- one row per source with texts that no search finds. Reads every version, so no publish runs it.
select
    s.source_key,
    (array_agg(a.canonical_url order by a.article_id))[1] as page_url,
    format('source %s: %s texts have no search vector', s.source_key, count(*)) as finding
from news.article_versions as v
inner join news.articles as a on v.article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id
where
    not exists (
        select
        from news.article_search as w
        where w.article_version_id = v.article_version_id
    )
group by s.source_key
order by s.source_key
