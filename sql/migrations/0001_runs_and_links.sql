-- The frame: three schemas, runs, links and what the machinery remembers between runs.
create schema if not exists ops;
create schema if not exists news;
create schema if not exists mart;
comment on schema ops is 'Bookkeeping of the pipeline: runs, links and their outcomes, loads, checks.';
comment on schema news is 'Curated facts written by the loader; keys are stable.';
comment on schema mart is 'What analysts read; view and column names are a promise.';

-- one row per pipeline run.
create table ops.runs (
    run_id bigint generated always as identity primary key,
    dag_id text not null,
    airflow_run_id text not null,
    logical_date timestamptz,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    status text not null default 'running' check (status in ('running', 'succeeded', 'failed')),
    code_version text not null,
    unique (dag_id, airflow_run_id)
);
comment on table ops.runs is 'One row per pipeline run. Airflow run or `dateline run`.';
comment on column ops.runs.run_id is 'Key of the run.';
comment on column ops.runs.dag_id is 'Airflow DAG, or the command that ran.';
comment on column ops.runs.airflow_run_id is 'Airflow''s run id, or the command''s own; unique within dag_id.';
comment on column ops.runs.logical_date is 'Start of the data interval that the run is for; null for manual runs.';
comment on column ops.runs.started_at is 'When the run was opened.';
comment on column ops.runs.finished_at is 'When the run was closed; null while it runs.';
comment on column ops.runs.status is 'running, succeeded or failed.';
comment on column ops.runs.code_version is 'Version of Dateline that ran.';

-- one row per outlet.
create table news.sources (
    source_id int generated always as identity primary key,
    source_key text not null unique,
    source_name text not null,
    homepage_url text,
    country_code text,
    language_code text not null default 'en',
    time_zone text,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table news.sources is 'One row per outlet. Deactivated rather than deleted.';
comment on column news.sources.source_id is 'Key of the source.';
comment on column news.sources.source_key is 'Short stable word for the outlet: the name of its TOML file.';
comment on column news.sources.source_name is 'Name as readers know it.';
comment on column news.sources.homepage_url is 'Front page.';
comment on column news.sources.country_code is 'ISO 3166-1 code of the country it reports from, where stated.';
comment on column news.sources.language_code is 'ISO 639-1 code of the language it announces.';
comment on column news.sources.time_zone is 'IANA zone of its bare local times.';
comment on column news.sources.is_active is 'Whether runs ask it for links.';
comment on column news.sources.created_at is 'When it was first seen.';
comment on column news.sources.updated_at is 'When its description last changed.';

-- one row per discovered link, run and source.
create table ops.links (
    link_id bigint generated always as identity primary key,
    run_id bigint not null references ops.runs,
    source_id int not null references news.sources,
    batch_no int not null,
    url text not null,
    canonical_url text check (octet_length(canonical_url) <= 2000),
    found_by text not null,
    found_in text,
    link_title text,
    link_published_at text,
    discovered_at timestamptz not null default now(),
    fetch_id bigint,
    outcome text check (outcome in (
        'loaded', 'unchanged', 'duplicate_url', 'robots_denied', 'address_refused', 'offsite_refused', 'gone',
        'not_found', 'forbidden', 'rate_limited', 'server_error', 'unreachable', 'timeout', 'too_large',
        'redirect_loop', 'bad_content', 'not_an_article', 'paywalled', 'not_english', 'takedown', 'quarantined'
    )),
    reason text,
    http_status smallint,
    decided_at timestamptz,
    article_id bigint,
    check ((outcome is null) = (decided_at is null))
);
create unique index links_run_source_url on ops.links (run_id, source_id, md5(url));
create index links_canonical on ops.links (canonical_url, run_id);
create index links_undecided on ops.links (run_id, source_id, batch_no) where outcome is null;
create index links_pending_pages on ops.links (fetch_id) where outcome is null and fetch_id is not null;
create index links_url on ops.links using hash (url);
create index links_source on ops.links (source_id, discovered_at desc);
create index links_article on ops.links (article_id, run_id) where article_id is not null;
comment on table ops.links is 'One row per discovered link, run and source. Every row ends with exactly one outcome.';
comment on column ops.links.link_id is 'Key of the link.';
comment on column ops.links.run_id is 'Run that discovered it.';
comment on column ops.links.source_id is 'Source that offered it.';
comment on column ops.links.batch_no is 'Fetch batch within run and source, from 1; 0 where it was decided at once.';
comment on column ops.links.url is 'URL as discovered.';
comment on column ops.links.canonical_url is 'Canonical form of url; null where url cannot be used.';
comment on column ops.links.found_by is 'How it was found: feed, sitemap, section, list, file, warc or url.';
comment on column ops.links.found_in is 'The feed, sitemap, page or file that named it.';
comment on column ops.links.link_title is 'Title as the feed or sitemap states it.';
comment on column ops.links.link_published_at is 'Publication time as the feed or sitemap states it, ISO 8601.';
comment on column ops.links.discovered_at is 'When it was stored.';
comment on column ops.links.fetch_id is 'Fetch that brought a body to read; null before, and where there is none.';
comment on column ops.links.outcome is 'Where the link ended; null while undecided.';
comment on column ops.links.reason is 'One line that explains the outcome.';
comment on column ops.links.http_status is 'Status of the answer that decided it.';
comment on column ops.links.decided_at is 'When the outcome was set.';
comment on column ops.links.article_id is 'Article that it led to, where it led to one.';

-- one row per loaded batch.
create table ops.load_batches (
    batch_key text primary key,
    run_id bigint not null references ops.runs,
    loaded_at timestamptz not null default now(),
    item_count int not null,
    version_count int not null default 0
);
comment on table ops.load_batches is 'One row per loaded batch. Written first in the load''s transaction, so that a batch loads exactly once.';
comment on column ops.load_batches.batch_key is 'Caller''s key and a digest of the links in the batch.';
comment on column ops.load_batches.run_id is 'Run that loaded it.';
comment on column ops.load_batches.loaded_at is 'When the transaction began.';
comment on column ops.load_batches.item_count is 'Pages in the batch.';
comment on column ops.load_batches.version_count is 'New article versions it stored.';

-- one row per page that the loader could not store.
create table ops.rejects (
    reject_id bigint generated always as identity primary key,
    run_id bigint not null references ops.runs,
    link_id bigint not null references ops.links,
    fetch_id bigint not null,
    stage text not null,
    reason text not null,
    payload jsonb not null default '{}',
    rejected_at timestamptz not null default now()
);
create index rejects_run on ops.rejects (run_id);
create index rejects_link on ops.rejects (link_id);
comment on table ops.rejects is 'One row per page that the loader could not store. Its link is quarantined with the same reason.';
comment on column ops.rejects.reject_id is 'Key of the reject.';
comment on column ops.rejects.run_id is 'Run that tried to load it.';
comment on column ops.rejects.link_id is 'Link that led to it.';
comment on column ops.rejects.fetch_id is 'Fetch that holds the page.';
comment on column ops.rejects.stage is 'Stage that refused it.';
comment on column ops.rejects.reason is 'What is wrong with it.';
comment on column ops.rejects.payload is 'The fields at fault.';
comment on column ops.rejects.rejected_at is 'When it was refused.';

-- one row per authority (host and port).
create table ops.host_pace (
    authority text primary key,
    last_at timestamptz not null
);
comment on table ops.host_pace is 'One row per authority (host and port). Shared by all fetchers, so that a host is never asked too fast.';
comment on column ops.host_pace.authority is 'Host, and port where it is not the scheme''s default.';
comment on column ops.host_pace.last_at is 'Latest slot that was reserved; it may lie ahead.';

-- one row per check and run.
create table ops.check_results (
    run_id bigint not null references ops.runs,
    check_name text not null,
    severity text not null check (severity in ('error', 'warning')),
    is_passed boolean not null,
    findings text[] not null default '{}',
    checked_at timestamptz not null default now(),
    primary key (run_id, check_name)
);
comment on table ops.check_results is 'One row per check and run. Findings as lines of text.';
comment on column ops.check_results.run_id is 'Run that was checked.';
comment on column ops.check_results.check_name is 'File name in sql/checks without its ending.';
comment on column ops.check_results.severity is 'Whether a finding fails the run.';
comment on column ops.check_results.is_passed is 'Whether there was no finding.';
comment on column ops.check_results.findings is 'One line per finding, at most 100.';
comment on column ops.check_results.checked_at is 'When the check ran.';
