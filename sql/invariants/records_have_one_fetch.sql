-- severity: error
-- one row per request of a link that is stored more than once: its fetches name one record of the
-- archive and one time. Nothing is doubled: a request that is made again after a crash writes a
-- record of its own. A backfill's revisit names the record of the page that it found unchanged, at
-- a time of its own.
select
    s.source_key,
    max(f.requested_url) as page_url,
    format('%s fetches name the record %s', count(*), f.raw_uri) as finding
from news.fetches as f
inner join ops.links as l on f.link_id = l.link_id
inner join news.sources as s on f.source_id = s.source_id
where
    f.raw_uri is not null
    and l.found_by != 'warc'
group by
    s.source_key,
    f.link_id,
    f.raw_uri,
    f.fetched_at
having count(*) > 1
order by f.raw_uri
