-- severity: error
-- one row per run or publish that is open. Nothing is stuck: a run whose process was killed is closed
-- by the next run of its DAG or command.
select
    null::text as source_key,
    format('run %s of %s is open since %s', r.run_id, r.dag_id, r.started_at) as finding
from ops.runs as r
where r.status = 'running'
union all
select
    null::text as source_key,
    format('publish %s of run %s is open since %s', p.publish_id, p.run_id, p.started_at) as finding
from ops.publishes as p
where p.status = 'running'
order by finding
