-- Fetching: one request at a time to a host over all processes, and robots.txt files remembered.

alter table ops.host_pace
add column lease_token bigint,
add column leased_at timestamptz,
add column leased_until timestamptz;
comment on table ops.host_pace is 'One row per authority (host and port). Shared by all fetchers, so that a host has one request at a time and they keep the crawl delay together. Emptied by a crash of the server, which costs nothing.';
comment on column ops.host_pace.last_at is 'Request time that was reserved last, or the time at which that request was answered or failed.';
comment on column ops.host_pace.lease_token is 'Names the request that is under way; 0 for a pause that the host asked for (Retry-After); null where none is.';
comment on column ops.host_pace.leased_at is 'When that request was reserved, or the pause began.';
comment on column ops.host_pace.leased_until is 'When the host is free again, even where the process of that request was killed.';

-- Two statements a request need no flush to disk.
alter table ops.host_pace set unlogged;

create table ops.robots_files (
    authority text primary key,
    fetched_at timestamptz not null,
    expires_at timestamptz not null,
    http_status smallint,
    outcome text,
    reason text,
    body bytea,
    read_at timestamptz,
    raw_uri text
);
comment on table ops.robots_files is 'One row per scheme and authority: the robots.txt as it was read last, shared by all fetchers for up to a day.';
comment on column ops.robots_files.authority is 'Scheme, host, and port where it is not the scheme''s default, such as https://news.example.';
comment on column ops.robots_files.fetched_at is 'When robots.txt was asked for last.';
comment on column ops.robots_files.expires_at is 'When it is asked for again.';
comment on column ops.robots_files.http_status is 'Status of the last response, after redirects; null where none came.';
comment on column ops.robots_files.outcome is 'Null where the rules are known, also where there are none (4xx). Else robots_unreachable or the outcome of the failed request.';
comment on column ops.robots_files.reason is 'Why the rules are not known, or why there are none; null where the file was read.';
comment on column ops.robots_files.body is 'The file as it was read last, at most 500 kB; null where it was never read. It holds for 30 days while robots.txt is out of reach.';
comment on column ops.robots_files.read_at is 'When body was read; null where it never was.';
comment on column ops.robots_files.raw_uri is 'WARC file and offset of the response that was read last, also of a 4xx that stands for no rules; null where it is not in the archive.';

alter table news.fetches add column reservations text[];
comment on column news.fetches.reservations is 'What the page reserves, in its headers or its head: noarchive, noindex, noai, tdm, … Null where it reserves nothing or no page came.';
