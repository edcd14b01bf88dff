-- severity: error
-- one row per link that was never decided, has no open attempt, and that no run will ask for. Nothing
-- is lost: a link that a document named ends with an outcome. Captures of an archive are no links
-- that are asked for.
select
    s.source_key,
    l.url as page_url,
    format('link %s was listed %s and is never asked for', left(l.url, 200), l.first_listed_at) as finding
from ops.links as l
inner join news.sources as s on l.source_id = s.source_id
where
    l.last_outcome is null
    and l.next_try_at is null
    and l.found_by != 'warc'
    and not exists (
        select
        from ops.link_attempts as a
        where a.link_id = l.link_id and a.outcome is null
    )
order by l.link_id
