-- severity: error
-- one row per source with links that have no outcome though their time is over. The links of the
-- publishing run itself must all have one. A page that another run fetched waits for the next run that
-- loads, or for the one after, if its batch failed. A link that was not fetched is taken up by the next
-- run of its source. A page that broke a limit waits for the next run too (mart.quarantine).
select
    s.source_key,
    format(
        'source %s: %s links without an outcome, the oldest planned %s by run %s: %s',
        s.source_key,
        count(*),
        to_char(min(l.planned_at), 'YYYY-MM-DD HH24:MI'),
        (array_agg(l.run_id order by l.attempt_id))[1],
        left((array_agg(k.url order by l.attempt_id))[1], 200)
    ) as finding
from ops.link_attempts as l
inner join ops.links as k on l.link_id = k.link_id
inner join ops.runs as r on l.run_id = r.run_id
inner join news.sources as s on l.source_id = s.source_id
where
    l.outcome is null
    and not exists (
        select
        from ops.page_failures as f
        where f.stage = 'load' and f.fetch_id = l.fetch_id and f.quarantined_at is null
    )
    and (
        l.run_id = current_setting('dateline.run_id')::bigint
        or (
            l.fetch_id is not null
            and (
                select count(*)
                from ops.runs as loading
                where
                    loading.dag_id in ('curate', 'dateline-run')
                    and loading.started_at >= r.finished_at
                    and loading.finished_at is not null
            ) >= 2
        )
        or (
            l.fetch_id is null
            and exists (
                select
                from ops.link_attempts as later
                where
                    later.source_id = l.source_id
                    and later.run_id > l.run_id
                    and later.planned_at > r.finished_at
            )
        )
    )
group by s.source_key
order by s.source_key
