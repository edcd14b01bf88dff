-- one row per alert, the open ones and those of the last months.
create view mart.alerts as
select
    a.alert_id,
    a.kind,
    a.severity,
    s.source_key,
    a.page_url,
    a.title,
    a.text,
    a.closed_at is null as is_open,
    a.opened_at,
    a.closed_at,
    a.closing_note,
    round(extract(epoch from coalesce(a.closed_at, now()) - a.opened_at) / 3600, 1) as hours,
    a.last_sent_at,
    a.opened_to as sent_to,
    c.failing_channels
from ops.alerts as a
left join news.sources as s on a.source_id = s.source_id
cross join lateral (
    select
        coalesce(
            array_agg(format('%s: %s', x.channel, x.last_error) order by x.channel), '{}'
        ) as failing_channels
    from ops.alert_channels as x
    where
        x.failing_since is not null
        and x.channel != all(case when a.closed_at is null then a.opened_to else a.closed_to end)
) as c;
comment on view mart.alerts is 'One row per alert: what the operator was told, since when it has been so, and to which channels it went.';
comment on column mart.alerts.alert_id is 'Key of the alert.';
comment on column mart.alerts.kind is 'source_state, check, quarantine, task, slow_run or component.';
comment on column mart.alerts.severity is 'warning: waits while quiet hours last. severe: does not.';
comment on column mart.alerts.source_key is 'Source that it is about; null where it is about none.';
comment on column mart.alerts.page_url is 'Page that it is about; null where it is about none.';
comment on column mart.alerts.title is 'One line.';
comment on column mart.alerts.text is 'What is known, in words.';
comment on column mart.alerts.is_open is 'Whether it is still so.';
comment on column mart.alerts.opened_at is 'When it was noticed.';
comment on column mart.alerts.closed_at is 'When it was found to be over; null while it is open.';
comment on column mart.alerts.closing_note is 'What is the case instead, such as the new state of the source.';
comment on column mart.alerts.hours is 'How long it was open, or has been.';
comment on column mart.alerts.last_sent_at is 'When a channel last took it; null where none did yet.';
comment on column mart.alerts.sent_to is 'Channels that were told that it began.';
comment on column mart.alerts.failing_channels is 'Channels that could not be told yet, each with its last error.';
