-- marts: drop
-- A link is one row for its life, and what a run did about it is an attempt. The documents that name
-- links (feeds, sitemaps, section pages, lists) have rows, due times and attempts of their own.

-- The migration holds the store to itself, and marts are made again after it.
-- squawk-ignore-file renaming-table, renaming-column, renaming-object, ban-drop-column
-- squawk-ignore-file require-concurrent-index-deletion, require-concurrent-index-creation
-- squawk-ignore-file adding-foreign-key-constraint, adding-not-nullable-field, disallowed-unique-constraint

-- Attempts: the rows of ops.links until now, one per link and run.
alter table ops.links rename to link_attempts;
alter table ops.link_attempts rename column link_id to attempt_id;
alter table ops.link_attempts rename column discovered_at to planned_at;
alter table ops.link_attempts rename constraint links_outcome_check to link_attempts_outcome_check;
alter table ops.link_attempts rename constraint links_pkey to link_attempts_pkey;
alter table news.fetches rename column link_id to attempt_id;
alter table ops.rejects rename column link_id to attempt_id;
alter index ops.rejects_link rename to rejects_attempt;
alter index news.fetches_link rename to fetches_attempt;

-- one row per link of a source.
create table ops.links (
    link_id bigint generated always as identity primary key,
    source_id int not null references news.sources,
    url text not null,
    canonical_url text check (octet_length(canonical_url) <= 2000),
    found_by text not null,
    found_in text,
    link_title text,
    link_published_at text,
    stated_at timestamptz,
    first_listed_at timestamptz not null,
    last_listed_at timestamptz not null,
    attempt_count int not null default 0,
    failure_count int not null default 0,
    failing_since timestamptz,
    last_attempt_at timestamptz,
    last_outcome text,
    edit_count int not null default 0,
    article_id bigint,
    next_try_at timestamptz
);
comment on table ops.links is 'One row per link of a source, for the link''s whole life. What each run did about it is in ops.link_attempts.';
comment on column ops.links.link_id is 'Key of the link.';
comment on column ops.links.source_id is 'Source that offers it.';
comment on column ops.links.url is 'URL as discovered.';
comment on column ops.links.canonical_url is 'Canonical form of url; null where url cannot be used.';
comment on column ops.links.found_by is 'How it was found first: feed, sitemap, section, list, file, warc or url.';
comment on column ops.links.found_in is 'The feed, sitemap, page or file that named it first.';
comment on column ops.links.link_title is 'Title as the first document states it that has one.';
comment on column ops.links.link_published_at is 'Publication time as the first document states it that has one, ISO 8601.';
comment on column ops.links.stated_at is 'Publication, else change, as the document states it: links are tried in this order, newest first.';
comment on column ops.links.first_listed_at is 'When a document named it for the first time.';
comment on column ops.links.last_listed_at is 'When a document named it for the last time.';
comment on column ops.links.attempt_count is 'Attempts that were decided.';
comment on column ops.links.failure_count is 'Attempts in a row with an outcome that says nothing about the page (server error, time-out, wall).';
comment on column ops.links.failing_since is 'When the first of these was; null where the last attempt was none of them.';
comment on column ops.links.last_attempt_at is 'When the last attempt was decided; null before the first.';
comment on column ops.links.last_outcome is 'Outcome of the last attempt.';
comment on column ops.links.edit_count is 'Visits that found a new version after the first.';
comment on column ops.links.article_id is 'Article that it led to last, where it led to one.';
comment on column ops.links.next_try_at is 'When it is due again; null where it is not asked any more.';

insert into ops.links (
    source_id, url, canonical_url, found_by, found_in, link_title, link_published_at,
    first_listed_at, last_listed_at, attempt_count, last_attempt_at, last_outcome, article_id
)
select
    a.source_id,
    a.url,
    (array_agg(a.canonical_url order by a.attempt_id desc))[1] as canonical_url,
    (array_agg(a.found_by order by a.attempt_id))[1] as found_by,
    (array_agg(a.found_in order by a.attempt_id))[1] as found_in,
    (array_agg(a.link_title order by a.attempt_id desc) filter (where a.link_title is not null))[1] as link_title,
    (
        array_agg(a.link_published_at order by a.attempt_id desc)
        filter (where a.link_published_at is not null)
    )[1] as link_published_at,
    min(a.planned_at) as first_listed_at,
    max(a.planned_at) as last_listed_at,
    count(*) filter (where a.outcome is not null) as attempt_count,
    max(a.decided_at) as last_attempt_at,
    (array_agg(a.outcome order by a.attempt_id desc) filter (where a.outcome is not null))[1] as last_outcome,
    (array_agg(a.article_id order by a.attempt_id desc) filter (where a.article_id is not null))[1] as article_id
from ops.link_attempts as a
group by a.source_id, a.url;

-- The first plan of revisits: 1 h, 6 h, 1, 3, 7 and 14 days after the article was first seen. Links
-- whose last outcome says nothing about the page are due at once, for three days.
update ops.links as l
set
    next_try_at = case
        when l.last_outcome in ('loaded', 'unchanged')
            then (
                select min(s.first_seen_at + p.age)
                from news.articles as s
                cross join
                    unnest(array[
                        interval '1 hour',
                        interval '6 hours',
                        interval '1 day',
                        interval '3 days',
                        interval '7 days',
                        interval '14 days'
                    ]) as p (age)
                where
                    s.article_id = l.article_id
                    and s.first_seen_at + p.age > greatest(l.last_attempt_at, now())
            )
        when
            l.last_outcome in ('rate_limited', 'server_error', 'unreachable', 'timeout')
            and l.last_attempt_at > now() - interval '3 days'
            then now()
    end,
    failure_count = case
        when l.last_outcome in ('rate_limited', 'server_error', 'unreachable', 'timeout') then 1
        else 0
    end,
    failing_since = case
        when l.last_outcome in ('rate_limited', 'server_error', 'unreachable', 'timeout')
            then l.last_attempt_at
    end
where l.last_outcome is not null;

create unique index links_source_url on ops.links (source_id, md5(url));
drop index ops.links_canonical;
drop index ops.links_url;
drop index ops.links_source;
drop index ops.links_article;
drop index ops.links_run_source_url;
drop index ops.links_undecided;
drop index ops.links_pending_pages;
create index links_canonical on ops.links (canonical_url);
create index links_url on ops.links using hash (url);
create index links_due on ops.links (next_try_at, source_id) where next_try_at is not null;
create index links_listed on ops.links (source_id, last_listed_at desc);
create index links_article on ops.links (article_id) where article_id is not null;

alter table ops.link_attempts add column link_id bigint references ops.links;
alter table ops.link_attempts add column snapshot text;
update ops.link_attempts as a
set
    link_id = l.link_id,
    snapshot = case when a.found_by = 'warc' then a.found_in end
from ops.links as l
where l.source_id = a.source_id and md5(l.url) = md5(a.url);
alter table ops.link_attempts alter column link_id set not null;
alter table ops.link_attempts drop column url,
drop column canonical_url,
drop column found_by,
drop column found_in,
drop column link_title,
drop column link_published_at,
drop column batch_no;
-- The link of a fetch outlives its attempt, which is forgotten after some months.
alter table news.fetches add column link_id bigint;
update news.fetches as f
set link_id = a.link_id
from ops.link_attempts as a
where a.attempt_id = f.attempt_id;
comment on column news.fetches.link_id is 'Link that was followed (ops.links).';
create unique index link_attempts_once on ops.link_attempts (
    run_id, link_id, md5(coalesce(snapshot, ''))
);
create index link_attempts_link on ops.link_attempts (link_id, attempt_id);
create index link_attempts_open on ops.link_attempts (source_id, link_id) where outcome is null;
create index link_attempts_pending_pages on ops.link_attempts (fetch_id)
where outcome is null and fetch_id is not null;
create index link_attempts_article on ops.link_attempts (article_id, run_id)
where article_id is not null;
create index link_attempts_planned on ops.link_attempts (planned_at);
comment on table ops.link_attempts is 'One row per link and run in which something was decided about it. Every row ends with exactly one outcome.';
comment on column ops.link_attempts.attempt_id is 'Key of the attempt.';
comment on column ops.link_attempts.link_id is 'Link that was tried.';
comment on column ops.link_attempts.run_id is 'Run that tried it.';
comment on column ops.link_attempts.source_id is 'Source that offers the link.';
comment on column ops.link_attempts.planned_at is 'When the attempt was planned.';
comment on column ops.link_attempts.snapshot is 'Record of a WARC file that is read instead of the network; null for a request.';
comment on column ops.link_attempts.outcome is 'Where the attempt ended; null while undecided.';
comment on column news.fetches.attempt_id is 'Attempt that asked (ops.link_attempts).';
comment on column ops.rejects.attempt_id is 'Attempt that led to it.';

-- one row per document that names links.
create table ops.documents (
    document_id bigint generated always as identity primary key,
    source_id int not null references news.sources,
    document_kind text not null check (
        document_kind in ('feed', 'sitemap', 'section', 'list', 'files')
    ),
    url text not null,
    parent_id bigint references ops.documents on delete set null,
    is_active boolean not null default true,
    is_by_hand boolean not null default false,
    state text not null default 'new' check (
        state in ('new', 'ok', 'quiet', 'empty', 'foreign', 'failing', 'asleep')
    ),
    etag text,
    last_modified text,
    body_sha256 bytea,
    moved_to text,
    first_seen_at timestamptz not null default now(),
    last_attempt_at timestamptz,
    last_success_at timestamptz,
    last_new_at timestamptz,
    next_due_at timestamptz not null default now(),
    poll_seconds int not null default 1800,
    poll_reason text,
    habit_seconds real,
    calm_count smallint not null default 0,
    failure_count int not null default 0,
    failing_since timestamptz,
    attempt_count bigint not null default 0,
    links_new bigint not null default 0,
    item_count int,
    oldest_item_at timestamptz,
    newest_item_at timestamptz,
    passed_over bytea
);
create unique index documents_source_url on ops.documents (source_id, document_kind, md5(url));
create index documents_due on ops.documents (next_due_at) where is_active;
create index documents_parent on ops.documents (parent_id) where parent_id is not null;
create index documents_url on ops.documents using hash (url);
comment on table ops.documents is 'One row per document that names links (feed, sitemap, section page, list, local files). What each request brought is in ops.document_attempts.';
comment on column ops.documents.document_id is 'Key of the document.';
comment on column ops.documents.source_id is 'Source that names it.';
comment on column ops.documents.document_kind is 'feed, sitemap (an index or one of its children), section, list or files.';
comment on column ops.documents.url is 'Address or path, as the source or its sitemap index names it.';
comment on column ops.documents.parent_id is 'Sitemap index that names it; null where the source itself does.';
comment on column ops.documents.is_active is 'Whether the schedule asks for it: its source or its index names it.';
comment on column ops.documents.is_by_hand is 'Whether only a target of `dateline run` has named it, or its index: it is asked for by hand only, never by the schedule.';
comment on column ops.documents.state is 'new: not read yet. ok. quiet: no new item for longer than its habit. empty: no item. foreign: only items of other sites. failing: the last request failed. asleep: gone, or failing for weeks; probed now and then.';
comment on column ops.documents.etag is 'ETag of the last good response.';
comment on column ops.documents.last_modified is 'Last-Modified of the last good response.';
comment on column ops.documents.body_sha256 is 'SHA-256 of its body.';
comment on column ops.documents.moved_to is 'Address that it has moved to for good (301, 308), which is asked instead.';
comment on column ops.documents.first_seen_at is 'When it was first named.';
comment on column ops.documents.last_attempt_at is 'When it was last asked for.';
comment on column ops.documents.last_success_at is 'When it was last read, or had not changed.';
comment on column ops.documents.last_new_at is 'When it last named a link that was not known.';
comment on column ops.documents.next_due_at is 'When it is asked for next.';
comment on column ops.documents.poll_seconds is 'Seconds between two requests, as learnt from what it brings.';
comment on column ops.documents.poll_reason is 'Why next_due_at is then, in words.';
comment on column ops.documents.habit_seconds is 'Usual seconds from one new item to the next, smoothed; null before two were seen.';
comment on column ops.documents.calm_count is 'Polls on time in a row that asked for a longer interval; it grows from the second on.';
comment on column ops.documents.failure_count is 'Failed requests in a row.';
comment on column ops.documents.failing_since is 'When the first of these was.';
comment on column ops.documents.attempt_count is 'Requests ever.';
comment on column ops.documents.links_new is 'New links that it ever brought.';
comment on column ops.documents.item_count is 'Items that it named when it was last read.';
comment on column ops.documents.oldest_item_at is 'Oldest time that its items state.';
comment on column ops.documents.newest_item_at is 'Newest time that its items state.';
comment on column ops.documents.passed_over is 'Items that were there at the first reading beyond the source''s max_links and are not followed: the first 8 bytes of the SHA-256 of each URL, in a row.';

-- one row per request of a document.
create table ops.document_attempts (
    document_attempt_id bigint generated always as identity primary key,
    document_id bigint not null references ops.documents on delete cascade,
    run_id bigint references ops.runs,
    attempted_at timestamptz not null,
    outcome text not null,
    reason text,
    http_status smallint,
    body_bytes int,
    elapsed_ms int,
    links_found int not null default 0,
    links_new int not null default 0,
    links_foreign int not null default 0,
    state text not null,
    next_due_at timestamptz not null,
    raw_uri text
);
create index document_attempts_document on ops.document_attempts (document_id, attempted_at desc);
create index document_attempts_run on ops.document_attempts (run_id) where run_id is not null;
create index document_attempts_at on ops.document_attempts (attempted_at);
comment on table ops.document_attempts is 'One row per request of a document: when, how it ended, what it brought.';
comment on column ops.document_attempts.document_attempt_id is 'Key of the request.';
comment on column ops.document_attempts.document_id is 'Document that was asked for.';
comment on column ops.document_attempts.run_id is 'Run that asked.';
comment on column ops.document_attempts.attempted_at is 'When the response came, or failed to.';
comment on column ops.document_attempts.outcome is 'read, unchanged, or the outcome that a link would have had (not_found, timeout, robots_denied, …).';
comment on column ops.document_attempts.reason is 'One line that explains the outcome.';
comment on column ops.document_attempts.http_status is 'Status of the response; null where none came.';
comment on column ops.document_attempts.body_bytes is 'Size of the decoded body.';
comment on column ops.document_attempts.elapsed_ms is 'Milliseconds from request to complete response.';
comment on column ops.document_attempts.links_found is 'Items that it named.';
comment on column ops.document_attempts.links_new is 'Of these, links that were not known.';
comment on column ops.document_attempts.links_foreign is 'Of these, links to other sites.';
comment on column ops.document_attempts.state is 'State of the document after the request.';
comment on column ops.document_attempts.next_due_at is 'When it was due next, as decided then.';
comment on column ops.document_attempts.raw_uri is 'WARC file and offset of the response; null where none was stored.';

-- A source is active because a file of the sources folder says so. Sites that were read as targets of
-- `dateline run` were stored as active too; the next look at the folder marks those that it names.
update news.sources set is_active = false;
comment on column news.sources.is_active is 'Whether the schedule reads it: a file of the sources folder names it and does not pause it. Sites of `dateline run TARGET` and of backfills are not active.';

-- How often revisits of a source''s articles find an edit: where they do, the visits come sooner.
alter table news.sources add column revisit_count int not null default 0;
alter table news.sources add column edit_count int not null default 0;
comment on column news.sources.revisit_count is 'Visits of known articles, recent ones counting more.';
comment on column news.sources.edit_count is 'Of these, visits that found a new version.';

-- Validators of a page are those of the body that was last loaded, so that a broken page of a known
-- article never counts as unchanged.
comment on table news.pages is 'One row per canonical URL whose page was read. What a conditional request needs, and the article behind it.';
comment on column news.pages.etag is 'ETag of the last response that was read as this article or, where there is none, as no article.';
comment on column news.pages.body_sha256 is 'SHA-256 of its body.';
alter table news.pages add column fetch_id bigint;
comment on column news.pages.fetch_id is 'Fetch that brought it; its raw_uri holds the body. Null for pages of the version before.';
