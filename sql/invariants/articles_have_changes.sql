-- severity: error
-- one row per article of which no change is noted: neither a downstream copy nor a check of what changed sees it.
select
    s.source_key,
    a.canonical_url as page_url,
    format('article %s has no change number and waits for none', a.article_id) as finding
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
where
    not exists (
        select
        from news.article_changes as c
        where c.article_id = a.article_id
    )
    and not exists (
        select
        from ops.changed_articles as p
        where p.article_id = a.article_id
    )
order by a.article_id
