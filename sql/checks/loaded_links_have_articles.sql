-- severity: error
-- one row per link of the run that is loaded or unchanged through the loader, without an article.
select format('link %s (%s) is loaded without an article', l.link_id, left(l.url, 200)) as finding
from ops.links as l
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
            or t.canonical_url = l.canonical_url
    )
order by l.link_id
