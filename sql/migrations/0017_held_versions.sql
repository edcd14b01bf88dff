-- Texts that did not pass the gate before a version replaces another, and how each was decided.

-- one row per text of an article's page that was held back, and link of another story to it.
create table news.held_versions (
    held_version_id bigint generated always as identity primary key,
    source_id int not null references news.sources,
    canonical_url text not null check (octet_length(canonical_url) <= 2000),
    link_url text not null check (octet_length(link_url) <= 2000),
    listed_title text,
    article_id bigint references news.articles on delete cascade,
    host text not null,
    content_sha256 bytea not null check (octet_length(content_sha256) = 32),
    title text,
    body_text text not null,
    word_count int not null,
    why text not null,
    held_at timestamptz not null,
    first_fetch_id bigint not null,
    first_attempt_id bigint not null,
    last_shown_at timestamptz not null,
    last_fetch_id bigint not null,
    shown_count int not null default 1 check (shown_count > 0),
    decision text check (decision in ('repeated', 'released', 'refused', 'withdrawn')),
    decided_at timestamptz,
    article_version_id bigint references news.article_versions on delete set null,
    check ((decision is null) = (decided_at is null))
);
create index held_versions_article on news.held_versions (article_id)
where article_id is not null;
create index held_versions_source on news.held_versions (source_id, held_at);
create index held_versions_url on news.held_versions (canonical_url);
create index held_versions_host on news.held_versions (host, held_at);
create index held_versions_version on news.held_versions (article_version_id)
where article_version_id is not null;
create unique index held_versions_open on news.held_versions (
    canonical_url, content_sha256, md5(link_url)
)
where decision is null;
comment on table news.held_versions is 'One row per text that an article''s page showed and that was held back, because it may be a wall: it has little in common with the stored text or with the title that the feed gives, is much shorter, or stands on other addresses of the host too. The page is in the archive.';
comment on column news.held_versions.held_version_id is 'Key of the held text; dateline versions release and refuse take it.';
comment on column news.held_versions.source_id is 'Source whose link led to it.';
comment on column news.held_versions.canonical_url is 'Address of the article.';
comment on column news.held_versions.link_url is 'Canonical URL of the link that led to it, which may differ from the article''s.';
comment on column news.held_versions.listed_title is 'Title that the feed or news sitemap gave which named the link; null where none did.';
comment on column news.held_versions.article_id is 'Article whose page showed it; null where none is stored yet.';
comment on column news.held_versions.host is 'Host of the article''s address, in lower case.';
comment on column news.held_versions.content_sha256 is 'SHA-256 of normalised title and text, as in news.article_versions.';
comment on column news.held_versions.title is 'Title of the page.';
comment on column news.held_versions.body_text is 'Text of the page when it was last shown.';
comment on column news.held_versions.word_count is 'Blank-separated words of body_text.';
comment on column news.held_versions.why is 'What speaks against the text, in words, as of the last visit.';
comment on column news.held_versions.held_at is 'Fetch time of the first page that showed it. An edit that comes of it has this time.';
comment on column news.held_versions.first_fetch_id is 'Fetch of that page (news.fetches).';
comment on column news.held_versions.first_attempt_id is 'Attempt that asked for it (ops.link_attempts), which ended as suspected_wall.';
comment on column news.held_versions.last_shown_at is 'Fetch time of the last page that showed it.';
comment on column news.held_versions.last_fetch_id is 'Fetch of that page.';
comment on column news.held_versions.shown_count is 'Visits that showed it.';
comment on column news.held_versions.decision is 'repeated: a later visit showed it again and it became a version. released or refused: a person decided. withdrawn: the page showed an accepted text again. Null while it is held.';
comment on column news.held_versions.decided_at is 'When it was decided: the fetch time of the deciding page, or the time of the command.';
comment on column news.held_versions.article_version_id is 'Version that it became.';
