-- Backfills: what was asked for, and how far each of its files was read.

-- one row per set of filters with which archives or a site's past are read.
create table ops.backfills (
    backfill_id bigint generated always as identity primary key,
    backfill_kind text not null check (backfill_kind in ('warc', 'cc_news', 'site')),
    scope jsonb not null,
    run_id bigint not null references ops.runs,
    started_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    -- squawk-ignore disallowed-unique-constraint
    unique (backfill_kind, scope)
);
create index backfills_run on ops.backfills (run_id);
comment on table ops.backfills is 'One row per backfill: a kind and the filters it was asked for with. The same command again continues it.';
comment on column ops.backfills.backfill_id is 'Key of the backfill.';
comment on column ops.backfills.backfill_kind is 'warc: archive files given by name. cc_news: files of Common Crawl''s news crawl. site: a source''s own sitemaps and sections.';
comment on column ops.backfills.scope is 'The filters: outlets, languages, since and until (days, both included); for a site its source and the most pages.';
comment on column ops.backfills.run_id is 'Run that worked on it last.';
comment on column ops.backfills.started_at is 'When it was first asked for.';
comment on column ops.backfills.updated_at is 'When it was last worked on.';

-- one row per file (archive, sitemap, section page) of a backfill.
create table ops.backfill_files (
    backfill_file_id bigint generated always as identity primary key,
    backfill_id bigint not null references ops.backfills on delete cascade,
    file_name text not null,
    file_kind text not null default 'archive' check (
        file_kind in ('archive', 'sitemap', 'section')
    ),
    size_bytes bigint,
    byte_offset bigint not null default 0,
    records_to_skip bigint not null default 0,
    record_count bigint not null default 0,
    page_count bigint not null default 0,
    known_count bigint not null default 0,
    broken_count bigint not null default 0,
    problem text,
    status text not null default 'waiting' check (
        status in ('waiting', 'reading', 'revisits', 'done', 'failed')
    ),
    updated_at timestamptz not null default now()
);
create unique index backfill_files_name on ops.backfill_files (backfill_id, md5(file_name));
comment on table ops.backfill_files is 'One row per file of a backfill: an archive file, or a sitemap or section page of a site. It says where reading goes on after a crash.';
comment on column ops.backfill_files.backfill_file_id is 'Key of the file within the store.';
comment on column ops.backfill_files.backfill_id is 'Backfill that reads it.';
comment on column ops.backfill_files.file_name is 'Path or address.';
comment on column ops.backfill_files.file_kind is 'archive (WARC or ARC), sitemap or section.';
comment on column ops.backfill_files.size_bytes is 'Size as stored; null where it is not known.';
comment on column ops.backfill_files.byte_offset is 'Byte from which reading goes on.';
comment on column ops.backfill_files.records_to_skip is 'Records from that byte on that were read already.';
comment on column ops.backfill_files.record_count is 'Responses, resources and revisits read so far; entries of a sitemap or section.';
comment on column ops.backfill_files.page_count is 'Of these, pages taken.';
comment on column ops.backfill_files.known_count is 'Of these, pages that another file or run had brought already.';
comment on column ops.backfill_files.broken_count is 'Parts that cannot be read, and revisits whose original was not found.';
comment on column ops.backfill_files.problem is 'The first of these, or why the file cannot be read, in one line.';
comment on column ops.backfill_files.status is 'waiting, reading, done or failed. revisits: read, but for revisits whose original was not there yet; these are read once more when all files are read.';
comment on column ops.backfill_files.updated_at is 'When the row last changed.';
