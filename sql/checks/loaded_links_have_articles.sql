-- severity: error
-- one row per link of the run that is loaded or unchanged through the loader, without an article.
select format('link %s is loaded without an article', left(k.url, 200)) as finding
from ops.link_attempts as l
inner join ops.links as k on l.link_id = k.link_id
where
    l.run_id = current_setting('dateline.run_id')::bigint
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
