-- How each source fares: hourly sums, what was learnt from them, the state, and every change of it.
-- The migration holds the store to itself.
-- squawk-ignore-file require-concurrent-index-creation, prefer-robust-stmts

-- one row per source and hour in which something came or was expected.
create table ops.source_hours (
    source_id int not null references news.sources,
    hour_at timestamptz not null,
    asked_at timestamptz,
    expected_links real not null,
    links int not null,
    dated_links int not null,
    overdue_links int not null,
    good_pages int not null,
    refused_pages int not null,
    paywalled_pages int not null,
    failed_pages int not null,
    unreadable_pages int not null,
    redesigned_pages int not null,
    foreign_pages int not null,
    articles int not null,
    undated_articles int not null,
    unsigned_articles int not null,
    short_articles int not null,
    stub_articles int not null,
    damaged_articles int not null,
    annotated_articles int not null,
    unnamed_articles int not null,
    log_words real not null,
    log_lag real not null,
    primary key (source_id, hour_at)
);
create index source_hours_at on ops.source_hours (hour_at);
comment on table ops.source_hours is 'One row per source and hour (UTC) in which something came or was expected. Written once the hour is over.';
comment on column ops.source_hours.source_id is 'The source.';
comment on column ops.source_hours.hour_at is 'Begin of the hour.';
comment on column ops.source_hours.asked_at is 'When one of its documents was last asked for in it; null where none was.';
comment on column ops.source_hours.expected_links is 'New links that its own history lets expect up to that request.';
comment on column ops.source_hours.links is 'New links that its documents named, without those of a first reading.';
comment on column ops.source_hours.dated_links is 'Links tried for the first time whose document stated a time.';
comment on column ops.source_hours.overdue_links is 'Of these, links that appeared much later after it than is usual for the source.';
comment on column ops.source_hours.good_pages is 'Links whose page showed an article.';
comment on column ops.source_hours.refused_pages is 'Links whose page was refused: 403, 429, robots.txt, a wall. A link counts once for each fate, however often it is tried.';
comment on column ops.source_hours.paywalled_pages is 'Links whose page shows the beginning of an article only.';
comment on column ops.source_hours.failed_pages is 'Links whose page did not come: 404, 5xx, no connection, time-out.';
comment on column ops.source_hours.unreadable_pages is 'Links whose page came and held no article that can be read.';
comment on column ops.source_hours.redesigned_pages is 'Links of stored articles whose page no longer shows them.';
comment on column ops.source_hours.foreign_pages is 'Links whose page is in a language that the source does not announce.';
comment on column ops.source_hours.articles is 'New articles.';
comment on column ops.source_hours.undated_articles is 'Of these, articles without a date.';
comment on column ops.source_hours.unsigned_articles is 'Of these, articles without an author.';
comment on column ops.source_hours.short_articles is 'Of these, articles much shorter than is usual for the source.';
comment on column ops.source_hours.stub_articles is 'Of these, articles that are short and have fewer than 90 words.';
comment on column ops.source_hours.damaged_articles is 'Of these, articles with broken characters.';
comment on column ops.source_hours.annotated_articles is 'Of these, articles in which names were looked for.';
comment on column ops.source_hours.unnamed_articles is 'Of these, articles without any name.';
comment on column ops.source_hours.log_words is 'Sum of the logarithms of the articles'' words.';
comment on column ops.source_hours.log_lag is 'Sum of the logarithms of 1 + the minutes from stated time to listing, of the dated links.';

-- one row per source.
create table ops.source_histories (
    source_id int primary key references news.sources,
    learnt_until timestamptz not null,
    history jsonb not null
);
comment on table ops.source_histories is 'One row per source: what was learnt from its hours, and the evidence since then.';
comment on column ops.source_histories.source_id is 'The source.';
comment on column ops.source_histories.learnt_until is 'End of the last hour that was added.';
comment on column ops.source_histories.history is 'Rates by hour and weekday, usual shares, running evidence: the fields of pipeline/source_states/history.py.';

-- one row per source.
create table ops.source_states (
    source_id int primary key references news.sources,
    state text not null check (
        state in (
            'ok', 'late', 'silent', 'blocked', 'redesigned', 'thinner', 'failing', 'sleeping', 'paused'
        )
    ),
    severity text not null check (severity in ('none', 'notice', 'alert')),
    since timestamptz not null,
    expected real not null,
    seen int not null,
    usual_a_day real not null,
    reason text not null,
    last_good_at timestamptz,
    next_try_at timestamptz,
    judged_at timestamptz not null
);
comment on table ops.source_states is 'One row per source: its state as of the last publish. See docs/operations.md for each state.';
comment on column ops.source_states.source_id is 'The source.';
comment on column ops.source_states.state is 'ok, late, silent, blocked, redesigned, thinner, failing, sleeping or paused.';
comment on column ops.source_states.severity is 'notice: a healthy source would look like this once in about a thousand times. alert: too unlikely for that, worth a mail. none: ok or paused.';
comment on column ops.source_states.since is 'When it came into this state.';
comment on column ops.source_states.expected is 'New articles that its own history lets expect in the last 24 hours.';
comment on column ops.source_states.seen is 'New articles that came in them.';
comment on column ops.source_states.usual_a_day is 'New links on a usual day.';
comment on column ops.source_states.reason is 'Why, in words and numbers.';
comment on column ops.source_states.last_good_at is 'When its last new article came.';
comment on column ops.source_states.next_try_at is 'When a document of it is asked for next.';
comment on column ops.source_states.judged_at is 'When this was found.';

-- one row per change of a source's state or severity.
create table ops.source_state_changes (
    source_state_change_id bigint generated always as identity primary key,
    source_id int not null references news.sources,
    changed_at timestamptz not null,
    from_state text not null,
    to_state text not null,
    from_severity text not null,
    severity text not null,
    reason text not null
);
create index source_state_changes_source on ops.source_state_changes (source_id, changed_at desc);
create index source_state_changes_at on ops.source_state_changes (changed_at);
comment on table ops.source_state_changes is 'One row per change of a source''s state, or of how sure it is.';
comment on column ops.source_state_changes.source_state_change_id is 'Key of the change.';
comment on column ops.source_state_changes.source_id is 'The source.';
comment on column ops.source_state_changes.changed_at is 'When.';
comment on column ops.source_state_changes.from_state is 'State before; ok for a source that is judged for the first time.';
comment on column ops.source_state_changes.to_state is 'State after.';
comment on column ops.source_state_changes.from_severity is 'none, notice or alert, before.';
comment on column ops.source_state_changes.severity is 'The same after. Mails are sent for alert only.';
comment on column ops.source_state_changes.reason is 'Why, in words and numbers.';

-- one row per source and day.
create table ops.source_days (
    source_id int not null references news.sources,
    day date not null,
    expected real not null,
    low real not null,
    high real not null,
    seen int not null,
    primary key (source_id, day)
);
create index source_days_day on ops.source_days (day);
comment on table ops.source_days is 'One row per source and day (UTC) since it is followed, also where nothing came.';
comment on column ops.source_days.source_id is 'The source.';
comment on column ops.source_days.day is 'The day.';
comment on column ops.source_days.expected is 'Articles that its own history lets expect on this day, of today until now.';
comment on column ops.source_days.low is 'Lower end of the band: a healthy day has fewer once in twenty times.';
comment on column ops.source_days.high is 'Upper end of the band: a healthy day has more once in twenty times.';
comment on column ops.source_days.seen is 'Articles published on it, by the day of mart.articles.';
