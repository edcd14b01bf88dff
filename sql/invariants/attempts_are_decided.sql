-- severity: error
-- one row per source with attempts that have no outcome. Nothing is lost: what a killed run left open
-- is taken up by the next. A page that broke a limit waits for another attempt (mart.quarantine).
select
    s.source_key,
    format(
        'source %s: %s attempts without an outcome, %s of them with a page; the oldest planned %s by run %s: %s',
        s.source_key,
        count(*),
        count(a.fetch_id),
        to_char(min(a.planned_at), 'YYYY-MM-DD HH24:MI'),
        (array_agg(a.run_id order by a.attempt_id))[1],
        left((array_agg(l.url order by a.attempt_id))[1], 200)
    ) as finding
from ops.link_attempts as a
inner join ops.links as l on a.link_id = l.link_id
inner join news.sources as s on a.source_id = s.source_id
where
    a.outcome is null
    and not exists (
        select
        from ops.page_failures as f
        where f.stage = 'load' and f.fetch_id = a.fetch_id and f.quarantined_at is null
    )
group by s.source_key
order by s.source_key
