-- severity: warning
-- one row per source with more than 2 in 100 links quarantined since the last publish.
select
    s.source_key,
    (
        array_agg(k.url order by l.attempt_id) filter (where l.outcome = 'quarantined')
    )[1] as page_url,
    format(
        'source %s: %s of %s links are quarantined; the first: %s',
        s.source_key,
        count(*) filter (where l.outcome = 'quarantined'),
        count(*),
        (
            array_agg(l.reason order by l.attempt_id) filter (where l.outcome = 'quarantined')
        )[1]
    ) as finding
from ops.link_attempts as l
inner join ops.links as k on l.link_id = k.link_id
inner join news.sources as s on l.source_id = s.source_id
where l.decided_at >= current_setting('dateline.since')::timestamptz
group by s.source_key
having count(*) filter (where l.outcome = 'quarantined') > 0.02 * count(*)
order by s.source_key
