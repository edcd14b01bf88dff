-- severity: error
-- one row per source with links that have no outcome though their time is over. The links of the
-- publishing run itself must all have one. Those of other runs may wait for one publish: a page that
-- was fetched while curate ran is loaded by the next. A link that was never fetched is taken up by the
-- next run of its source.
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
    and (
        l.run_id = current_setting('dateline.run_id')::bigint
        or (
            l.planned_at < current_setting('dateline.since')::timestamptz
            and r.status != 'running'
            and (
                l.fetch_id is not null
                or exists (
                    select
                    from ops.link_attempts as later
                    where
                        later.source_id = l.source_id
                        and later.run_id > l.run_id
                        and later.planned_at >= current_setting('dateline.since')::timestamptz
                )
            )
        )
    )
group by s.source_key
order by s.source_key
