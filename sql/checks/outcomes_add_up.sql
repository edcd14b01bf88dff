-- severity: error
-- one row per source whose links have no outcome, or no fetch that could still give one.
select
    format(
        'source %s: %s of %s links without an outcome',
        s.source_key,
        count(*) filter (where l.outcome is null),
        count(*)
    ) as finding
from ops.link_attempts as l
inner join news.sources as s on l.source_id = s.source_id
where l.run_id = current_setting('dateline.run_id')::bigint
group by s.source_key
having count(*) filter (where l.outcome is null) > 0
order by s.source_key
