-- Alerts: what an operator is told, to which channels it went, and how often a source's state matters.

-- The migration holds the store to itself.
-- squawk-ignore-file require-concurrent-index-creation, adding-not-nullable-field

-- one row per alert.
create table ops.alerts (
    alert_id bigint generated always as identity primary key,
    kind text not null check (octet_length(kind) <= 100),
    key text not null,
    source_id int references news.sources on delete cascade,
    page_url text,
    severity text not null check (severity in ('warning', 'severe')),
    title text not null,
    text text not null default '',
    ui_path text,
    opened_at timestamptz not null,
    last_seen_at timestamptz not null,
    closed_at timestamptz,
    closing_note text,
    last_sent_at timestamptz,
    opened_to text[] not null default '{}',
    closed_to text[] not null default '{}'
);
create unique index alerts_open on ops.alerts (kind, md5(key)) where closed_at is null;
create index alerts_opened on ops.alerts (opened_at);
create index alerts_closed on ops.alerts (closed_at) where closed_at is not null;
create index alerts_source on ops.alerts (source_id) where source_id is not null;
comment on table ops.alerts is 'One row per alert: something that the operator is told once when it begins and once when it is over.';
comment on column ops.alerts.alert_id is 'Key of the alert.';
comment on column ops.alerts.kind is 'source_state, check, quarantine, task, slow_run or component.';
comment on column ops.alerts.key is 'What it is about, within its kind; of one kind and key one alert is open.';
comment on column ops.alerts.source_id is 'Source that it is about; null where it is about none.';
comment on column ops.alerts.page_url is 'Page that it is about; null where it is about none.';
comment on column ops.alerts.severity is 'warning: waits while quiet hours last. severe: does not.';
comment on column ops.alerts.title is 'One line.';
comment on column ops.alerts.text is 'What is known, in words.';
comment on column ops.alerts.ui_path is 'Its page in the Airflow UI, below DATELINE_UI_URL.';
comment on column ops.alerts.opened_at is 'When it was noticed.';
comment on column ops.alerts.last_seen_at is 'When it was last found to be so.';
comment on column ops.alerts.closed_at is 'When it was found to be over; null while it is open.';
comment on column ops.alerts.closing_note is 'What is the case instead, such as the new state of the source.';
comment on column ops.alerts.last_sent_at is 'When a channel last took it; null where none did yet.';
comment on column ops.alerts.opened_to is 'Channels that were told that it began.';
comment on column ops.alerts.closed_to is 'Channels that were told that it is over.';

-- one row per channel that alerts were sent to.
create table ops.alert_channels (
    channel text primary key,
    first_used_at timestamptz not null,
    last_ok_at timestamptz,
    failing_since timestamptz,
    failure_count int not null default 0,
    last_error text
);
comment on table ops.alert_channels is 'One row per channel that alerts were sent to, under a name without secrets.';
comment on column ops.alert_channels.channel is 'Such as "mail to desk@news.example" or "webhook hooks.example #3f2a": the host, and a part of a hash of the address.';
comment on column ops.alert_channels.first_used_at is 'When it was first used.';
comment on column ops.alert_channels.last_ok_at is 'When it last took a message.';
comment on column ops.alert_channels.failing_since is 'Since when it takes none; null where the last try went well.';
comment on column ops.alert_channels.failure_count is 'Failed tries in a row.';
comment on column ops.alert_channels.last_error is 'Why the last of them failed.';

alter table news.sources add column alert_severity text not null default 'warning' check (
    alert_severity in ('severe', 'warning', 'off')
);
comment on column news.sources.alert_severity is 'How the operator is told of its state: severe (also in quiet hours), warning, or off.';

create index links_quarantined on ops.links (link_id) where last_outcome = 'quarantined';
create index article_versions_quarantined on news.article_versions (article_version_id)
where annotation_outcome = 'quarantined' and is_current;
