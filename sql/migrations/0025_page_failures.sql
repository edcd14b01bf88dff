-- marts: drop
-- Pages that break a stage: how often they were tried, and which of them are quarantined.

-- The migration holds the store to itself, and marts are made again after it.
-- squawk-ignore-file require-concurrent-index-creation

-- one row per page and stage that it broke.
create table ops.page_failures (
    page_failure_id bigint generated always as identity primary key,
    stage text not null check (stage in ('load', 'annotate')),
    fetch_id bigint not null,
    article_version_id bigint references news.article_versions on delete cascade,
    attempt_count int not null default 0 check (attempt_count >= 0),
    broken_limit text check (broken_limit in ('time', 'memory', 'crash')),
    reason text not null,
    rules_version text not null,
    run_id bigint not null references ops.runs,
    first_failed_at timestamptz not null default now(),
    last_failed_at timestamptz not null default now(),
    quarantined_at timestamptz,
    check ((stage = 'annotate') = (article_version_id is not null))
);
create unique index page_failures_page on ops.page_failures (fetch_id)
where stage = 'load';
create unique index page_failures_version on ops.page_failures (article_version_id)
where article_version_id is not null;
create index page_failures_run on ops.page_failures (run_id);
comment on table ops.page_failures is 'One row per page and stage that it broke: it waits for another attempt, or is quarantined. The row goes when the stage succeeds.';
comment on column ops.page_failures.page_failure_id is 'Key of the failure.';
comment on column ops.page_failures.stage is 'load: reading the page failed. annotate: looking for names and quotes failed, and the article is stored without.';
comment on column ops.page_failures.fetch_id is 'Fetch that holds the page (news.fetches).';
comment on column ops.page_failures.article_version_id is 'Version that could not be annotated; null for load.';
comment on column ops.page_failures.attempt_count is 'Runs that tried it with the whole limit; 0 where only the short limit was broken, which a page has while others wait.';
comment on column ops.page_failures.broken_limit is 'time, memory, or crash: the process that worked on it died. Null where an exception was raised.';
comment on column ops.page_failures.reason is 'What happened, with the limit and what was reached.';
comment on column ops.page_failures.rules_version is 'Version of extraction, or model and rules of annotation, that failed. The page is tried again when it changes.';
comment on column ops.page_failures.run_id is 'Run that tried it last.';
comment on column ops.page_failures.first_failed_at is 'When it failed first.';
comment on column ops.page_failures.last_failed_at is 'When it failed last.';
comment on column ops.page_failures.quarantined_at is 'When it was quarantined; null while it waits for another attempt.';
