-- severity: error
-- one row per link that was loaded since the last publish and has no article.
select
    s.source_key,
    k.url as page_url,
    format('link %s is loaded without an article', left(k.url, 200)) as finding
from ops.link_attempts as l
inner join ops.links as k on l.link_id = k.link_id
inner join news.sources as s on l.source_id = s.source_id
where
    l.decided_at >= current_setting('dateline.since')::timestamptz
    and l.outcome = 'loaded'
    and not exists (
        select
        from news.articles as a
        where a.article_id = l.article_id
    )
    -- a takedown after the load removes the article and leaves its row in takedowns
    and not exists (
        select
        from news.takedowns as t
        where
            t.article_id = l.article_id
            or t.canonical_url = k.canonical_url
    )
order by l.attempt_id
