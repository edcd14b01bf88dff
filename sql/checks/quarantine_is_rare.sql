-- severity: warning
-- one row where more than 2 in 100 links of the run are quarantined.
select
    format(
        '%s of %s links are quarantined; the first: %s',
        count(*) filter (where l.outcome = 'quarantined'),
        count(*),
        (
            array_agg(l.reason order by l.attempt_id) filter (where l.outcome = 'quarantined')
        )[1]
    ) as finding
from ops.link_attempts as l
where l.run_id = current_setting('dateline.run_id')::bigint
having count(*) filter (where l.outcome = 'quarantined') > 0.02 * count(*)
