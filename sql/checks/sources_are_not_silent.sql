-- severity: warning
-- one row per source whose links in this run all failed.
select
    format(
        'source %s: all %s links failed, most often as %s',
        s.source_key,
        count(*),
        mode() within group (order by l.outcome)
    ) as finding
from ops.link_attempts as l
inner join news.sources as s on l.source_id = s.source_id
where l.run_id = current_setting('dateline.run_id')::bigint
group by s.source_key
having
    bool_and(
        l.outcome in (
            'gone', 'not_found', 'forbidden', 'rate_limited', 'server_error', 'unreachable',
            'timeout', 'too_large', 'redirect_loop', 'bad_content', 'robots_denied',
            'robots_unreachable', 'blocked', 'consent_wall', 'redesigned'
        )
    )
order by s.source_key
