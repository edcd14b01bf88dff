-- severity: warning
-- one row per article, loaded since the last publish, that claims to be published more than a day
-- after it was fetched.
select distinct
    s.source_key,
    a.canonical_url as page_url,
    format(
        'article %s was published %s and fetched %s',
        v.article_id,
        v.published_text,
        v.first_seen_at
    ) as finding
from ops.link_attempts as l
inner join news.articles as a on l.article_id = a.article_id
inner join news.article_versions as v on a.article_id = v.article_id and v.is_current
inner join news.sources as s on a.source_id = s.source_id
where
    l.decided_at >= current_setting('dateline.since')::timestamptz
    and l.outcome = 'loaded'
    and v.published_at > v.first_seen_at + interval '1 day'
order by
    s.source_key,
    a.canonical_url
