-- severity: error
-- one row per source with current versions that were not compared or not read for names and quotes.
-- Nothing is stuck: the next run of curate takes up what a killed one left.
select
    s.source_key,
    (array_agg(a.canonical_url order by a.article_id))[1] as page_url,
    format(
        'source %s: %s articles wait for the look-up of copies, %s for names and quotes',
        s.source_key,
        count(*) filter (where v.deduplicated_at is null),
        count(*) filter (where v.nlp_version is null)
    ) as finding
from news.article_versions as v
inner join news.articles as a on v.article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id
where
    v.is_current
    and (v.deduplicated_at is null or v.nlp_version is null)
    and not exists (
        select
        from ops.page_failures as f
        where f.article_version_id = v.article_version_id
    )
group by s.source_key
order by s.source_key
