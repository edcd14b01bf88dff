-- severity: warning
-- one row per source of whose links, tried since the last publish, none brought an article.
select
    s.source_key,
    format(
        'source %s: none of %s links brought an article, most often %s; such as %s: %s',
        s.source_key,
        count(*),
        mode() within group (order by l.outcome),
        left((array_agg(k.url order by l.attempt_id desc))[1], 200),
        coalesce((array_agg(l.reason order by l.attempt_id desc))[1], 'no reason given')
    ) as finding
from ops.link_attempts as l
inner join ops.links as k on l.link_id = k.link_id
inner join news.sources as s on l.source_id = s.source_id
where
    l.decided_at >= current_setting('dateline.since')::timestamptz
    -- Nothing was asked for these, or what the outlet answers does not matter.
    and l.outcome not in ('duplicate_url', 'address_refused', 'offsite_refused', 'takedown', 'reserved')
group by s.source_key
having bool_and(l.outcome not in ('loaded', 'unchanged'))
order by s.source_key
