-- What was fetched and read: fetches, pages, articles, their versions, and copies of them.

-- one row per HTTP request.
create table news.fetches (
    fetch_id bigint generated always as identity,
    fetched_at timestamptz not null,
    run_id bigint not null references ops.runs,
    source_id int not null references news.sources,
    link_id bigint not null,
    requested_url text not null,
    final_url text not null,
    http_status smallint,
    content_type text,
    etag text,
    last_modified text,
    body_bytes int not null default 0,
    body_sha256 bytea,
    raw_uri text,
    error text,
    elapsed_ms int,
    ip_address text,
    primary key (fetch_id, fetched_at)
) partition by range (fetched_at);
create table news.fetches_default partition of news.fetches default;
create index fetches_source on news.fetches (source_id, fetched_at desc);
create index fetches_link on news.fetches (link_id);
comment on table news.fetches is 'One row per HTTP request. Partitioned by month of fetched_at; bodies lie in the WARC archive.';
comment on column news.fetches.fetch_id is 'Key of the fetch (with fetched_at, the partition key).';
comment on column news.fetches.fetched_at is 'When the answer came.';
comment on column news.fetches.run_id is 'Run that asked.';
comment on column news.fetches.source_id is 'Source whose link it was.';
comment on column news.fetches.link_id is 'Link that was followed (ops.links).';
comment on column news.fetches.requested_url is 'URL that was asked for.';
comment on column news.fetches.final_url is 'URL after redirects.';
comment on column news.fetches.http_status is 'Status of the answer; null where none came.';
comment on column news.fetches.content_type is 'Content-Type header.';
comment on column news.fetches.etag is 'ETag header, for the next conditional request.';
comment on column news.fetches.last_modified is 'Last-Modified header, for the next conditional request.';
comment on column news.fetches.body_bytes is 'Size of the decoded body.';
comment on column news.fetches.body_sha256 is 'SHA-256 of the decoded body.';
comment on column news.fetches.raw_uri is 'WARC file and offset of the stored body; null where there is none.';
comment on column news.fetches.error is 'Outcome and reason where there is no body to read.';
comment on column news.fetches.elapsed_ms is 'Milliseconds from request to complete answer, where measured.';
comment on column news.fetches.ip_address is 'Address that answered.';

-- one row per group of articles that tell one story in near-identical words.
create table news.duplicate_groups (
    duplicate_group_id bigint generated always as identity primary key,
    created_at timestamptz not null default now()
);
comment on table news.duplicate_groups is 'One row per group of articles that tell one story in near-identical words. The original is marked on news.articles.';
comment on column news.duplicate_groups.duplicate_group_id is 'Key of the group.';
comment on column news.duplicate_groups.created_at is 'When it was formed.';

-- one row per canonical URL that held an article.
create table news.articles (
    article_id bigint generated always as identity primary key,
    source_id int not null references news.sources,
    canonical_url text not null unique check (octet_length(canonical_url) <= 2000),
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    published_at timestamptz,
    duplicate_group_id bigint references news.duplicate_groups,
    is_group_original boolean
);
create index articles_source on news.articles (source_id, published_at desc);
create index articles_published on news.articles (published_at);
create index articles_group on news.articles (duplicate_group_id) where duplicate_group_id is not null;
comment on table news.articles is 'One row per canonical URL that held an article. Its text is in news.article_versions.';
comment on column news.articles.article_id is 'Key of the article; stable.';
comment on column news.articles.source_id is 'Source whose link led to it first.';
comment on column news.articles.canonical_url is 'Identity of the article.';
comment on column news.articles.first_seen_at is 'Fetch time of the first stored version.';
comment on column news.articles.last_seen_at is 'Fetch time of the last page read.';
comment on column news.articles.published_at is 'Publication time of the current version in UTC, or the last one known.';
comment on column news.articles.duplicate_group_id is 'Group of copies it belongs to; null where it stands alone.';
comment on column news.articles.is_group_original is 'Whether it is its group''s original; null without a group.';

-- one row per canonical URL ever fetched with a body.
create table news.pages (
    canonical_url text primary key check (octet_length(canonical_url) <= 2000),
    etag text,
    last_modified text,
    body_sha256 bytea,
    fetched_at timestamptz not null,
    article_id bigint references news.articles on delete set null
);
create index pages_article on news.pages (article_id) where article_id is not null;
comment on table news.pages is 'One row per canonical URL ever fetched with a body. What a conditional request needs, and the article behind it.';
comment on column news.pages.canonical_url is 'Canonical form of a link, before redirects.';
comment on column news.pages.etag is 'ETag of the last good answer.';
comment on column news.pages.last_modified is 'Last-Modified of the last good answer.';
comment on column news.pages.body_sha256 is 'SHA-256 of the last good body.';
comment on column news.pages.fetched_at is 'When the last good answer came.';
comment on column news.pages.article_id is 'Article that the page holds, once known.';

-- one row per article and distinct text.
create table news.article_versions (
    article_version_id bigint generated always as identity primary key,
    article_id bigint not null references news.articles on delete cascade,
    version_no int not null,
    content_sha256 bytea not null check (octet_length(content_sha256) = 32),
    body_sha256 bytea not null check (octet_length(body_sha256) = 32),
    is_current boolean not null,
    title text,
    byline text,
    authors text[] not null default '{}',
    body_text text not null,
    word_count int not null,
    language_code text,
    article_kind text not null,
    section_name text,
    categories text[] not null default '{}',
    tags text[] not null default '{}',
    agency text,
    credit_line text,
    is_wire_copy boolean not null,
    comment_count int,
    is_paywalled boolean not null,
    quality_score real,
    site_name text,
    image_url text,
    published_at timestamptz,
    published_text text,
    published_origin text,
    published_precision text check (published_precision in ('day', 'minute', 'second')),
    modified_at timestamptz,
    modified_text text,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    first_run_id bigint not null references ops.runs,
    first_fetch_id bigint not null,
    extractor_version text not null,
    nlp_version text,
    annotation_outcome text,
    annotated_at timestamptz,
    deduplicated_at timestamptz,
    search_vector tsvector generated always as (setweight(to_tsvector('english'::regconfig, left(coalesce(title, ''), 2000)), 'A') || setweight(to_tsvector('english'::regconfig, left(body_text, 200000)), 'B')) stored,
    unique (article_id, content_sha256),
    unique (article_id, version_no)
);
create unique index article_versions_one_current on news.article_versions (article_id) where is_current;
create index article_versions_search on news.article_versions using gin (search_vector);
create index article_versions_body on news.article_versions (body_sha256);
create index article_versions_dedup_todo on news.article_versions (article_version_id) where is_current and deduplicated_at is null;
create index article_versions_run on news.article_versions (first_run_id);
comment on table news.article_versions is 'One row per article and distinct text. Never changed but for the marks of later stages.';
comment on column news.article_versions.article_version_id is 'Key of the version.';
comment on column news.article_versions.article_id is 'Article it is a version of.';
comment on column news.article_versions.version_no is 'Number within the article, from 1.';
comment on column news.article_versions.content_sha256 is 'SHA-256 of normalised title and text: a cosmetic change makes no version.';
comment on column news.article_versions.body_sha256 is 'SHA-256 of the normalised text alone: equal for exact copies.';
comment on column news.article_versions.is_current is 'Whether it is what the page says now.';
comment on column news.article_versions.title is 'Headline.';
comment on column news.article_versions.byline is 'Authors as one line.';
comment on column news.article_versions.authors is 'Authors, each a name.';
comment on column news.article_versions.body_text is 'Paragraphs joined by a blank line, without the title; offsets count its code points from 0.';
comment on column news.article_versions.word_count is 'Blank-separated words of body_text.';
comment on column news.article_versions.language_code is 'ISO 639-1 code found in the text.';
comment on column news.article_versions.article_kind is 'article, opinion, live_blog, press_release and so on.';
comment on column news.article_versions.section_name is 'Section as the page states it.';
comment on column news.article_versions.categories is 'Categories as the page states them.';
comment on column news.article_versions.tags is 'Keywords as the page states them.';
comment on column news.article_versions.agency is 'News agency that the text is credited to.';
comment on column news.article_versions.credit_line is 'The credit as printed.';
comment on column news.article_versions.is_wire_copy is 'Whether the text is credited to an agency.';
comment on column news.article_versions.comment_count is 'Reader comments that the page counted.';
comment on column news.article_versions.is_paywalled is 'Whether the page says that the text is for subscribers.';
comment on column news.article_versions.quality_score is 'Extraction''s trust in the text, 0 to 1.';
comment on column news.article_versions.site_name is 'Outlet as the page names itself.';
comment on column news.article_versions.image_url is 'Lead picture.';
comment on column news.article_versions.published_at is 'Publication time in UTC; midnight where only a day is known.';
comment on column news.article_versions.published_text is 'Publication time as the page states it, with its own offset.';
comment on column news.article_versions.published_origin is 'Where it was read: json_ld, meta, feed, visible or url.';
comment on column news.article_versions.published_precision is 'How precise the page was.';
comment on column news.article_versions.modified_at is 'Modification time in UTC.';
comment on column news.article_versions.modified_text is 'Modification time as the page states it.';
comment on column news.article_versions.first_seen_at is 'Fetch time of the page that brought it.';
comment on column news.article_versions.last_seen_at is 'Fetch time of the last page that still had it.';
comment on column news.article_versions.first_run_id is 'Run that loaded it.';
comment on column news.article_versions.first_fetch_id is 'Fetch that brought it.';
comment on column news.article_versions.extractor_version is 'Version of Dateline that extracted it.';
comment on column news.article_versions.nlp_version is 'Model that annotated it; null before.';
comment on column news.article_versions.annotation_outcome is 'What the model said of the text as a whole: loaded, or not_english.';
comment on column news.article_versions.annotated_at is 'When it was annotated.';
comment on column news.article_versions.deduplicated_at is 'When its copies were sought; null before.';
comment on column news.article_versions.search_vector is 'Title and the text''s first 200,000 characters for full-text search: search_vector @@ websearch_to_tsquery(''english'', ''…'').';

-- one row per change of an article's current version.
create table news.article_edits (
    article_id bigint not null references news.articles on delete cascade,
    edit_no int not null,
    from_version_id bigint not null references news.article_versions on delete cascade,
    to_version_id bigint not null references news.article_versions on delete cascade,
    seen_at timestamptz not null,
    run_id bigint not null references ops.runs,
    primary key (article_id, edit_no)
);
create index article_edits_from on news.article_edits (from_version_id);
create index article_edits_to on news.article_edits (to_version_id);
comment on table news.article_edits is 'One row per change of an article''s current version. An edit back to an earlier text counts too.';
comment on column news.article_edits.article_id is 'Article that changed.';
comment on column news.article_edits.edit_no is 'Number within the article, from 1.';
comment on column news.article_edits.from_version_id is 'Version before.';
comment on column news.article_edits.to_version_id is 'Version after.';
comment on column news.article_edits.seen_at is 'Fetch time of the page that showed the change.';
comment on column news.article_edits.run_id is 'Run that loaded it.';

-- one row per block of text that cleaning took out of a version.
create table news.removed_blocks (
    article_version_id bigint not null references news.article_versions on delete cascade,
    block_no int not null,
    block_text text not null,
    reason text not null,
    primary key (article_version_id, block_no)
);
comment on table news.removed_blocks is 'One row per block of text that cleaning took out of a version. Kept so that nothing is lost unseen.';
comment on column news.removed_blocks.article_version_id is 'Version it was taken from.';
comment on column news.removed_blocks.block_no is 'Number within the version, from 1.';
comment on column news.removed_blocks.block_text is 'The text taken out.';
comment on column news.removed_blocks.reason is 'Why: search_box, also_read, site_memory and so on.';

-- one row per host and block of text.
create table news.site_blocks (
    host text not null,
    fingerprint bigint not null,
    page_hashes bigint[] not null,
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    primary key (host, fingerprint)
);
comment on table news.site_blocks is 'One row per host and block of text. Blocks that recur over a host''s articles are boilerplate.';
comment on column news.site_blocks.host is 'Host in lower case.';
comment on column news.site_blocks.fingerprint is '64-bit fingerprint of the normalised block.';
comment on column news.site_blocks.page_hashes is 'Hashes of the articles that held it, at most 32.';
comment on column news.site_blocks.first_seen_at is 'When it was first seen.';
comment on column news.site_blocks.last_seen_at is 'When an article was last added.';

-- one row per version and winnowed fingerprint.
create table news.article_fingerprints (
    fingerprint bigint not null,
    article_version_id bigint not null,
    seen_on date not null,
    primary key (fingerprint, article_version_id, seen_on)
) partition by range (seen_on);
create table news.article_fingerprints_default partition of news.article_fingerprints default;
create index article_fingerprints_version on news.article_fingerprints (article_version_id);
comment on table news.article_fingerprints is 'One row per version and winnowed fingerprint. Partitioned by month of seen_on; old months may be dropped.';
comment on column news.article_fingerprints.fingerprint is '64-bit hash of a 6-word shingle chosen by winnowing.';
comment on column news.article_fingerprints.article_version_id is 'Version that holds it.';
comment on column news.article_fingerprints.seen_on is 'Day on which the article was first seen.';

-- one row per pair of articles that share text.
create table news.text_reuse (
    article_id_a bigint not null references news.articles on delete cascade,
    article_id_b bigint not null references news.articles on delete cascade,
    relation text not null check (relation in ('duplicate', 'a_in_b', 'b_in_a', 'partial')),
    jaccard real not null check (jaccard between 0 and 1),
    containment_a real not null check (containment_a between 0 and 1),
    containment_b real not null check (containment_b between 0 and 1),
    shared_words int not null,
    method_version text not null,
    detected_at timestamptz not null default now(),
    primary key (article_id_a, article_id_b),
    check (article_id_a < article_id_b)
);
create index text_reuse_b on news.text_reuse (article_id_b);
comment on table news.text_reuse is 'One row per pair of articles that share text. a is the smaller article_id.';
comment on column news.text_reuse.article_id_a is 'One article.';
comment on column news.text_reuse.article_id_b is 'The other article.';
comment on column news.text_reuse.relation is 'How a relates to b.';
comment on column news.text_reuse.jaccard is 'Share of their word shingles that both hold.';
comment on column news.text_reuse.containment_a is 'Share of a''s shingles that b holds.';
comment on column news.text_reuse.containment_b is 'Share of b''s shingles that a holds.';
comment on column news.text_reuse.shared_words is 'Words in the shared passages.';
comment on column news.text_reuse.method_version is 'Version of the method that judged.';
comment on column news.text_reuse.detected_at is 'When it was found.';

-- one row per canonical URL that must not be stored again.
create table news.takedowns (
    takedown_id bigint generated always as identity primary key,
    canonical_url text not null unique check (octet_length(canonical_url) <= 2000),
    article_id bigint,
    reason text not null,
    requested_by text,
    taken_down_at timestamptz not null default now()
);
comment on table news.takedowns is 'One row per canonical URL that must not be stored again. The tombstone outlives the article.';
comment on column news.takedowns.takedown_id is 'Key of the takedown.';
comment on column news.takedowns.canonical_url is 'URL that is barred.';
comment on column news.takedowns.article_id is 'Key of the article that was removed, where there was one.';
comment on column news.takedowns.reason is 'Why.';
comment on column news.takedowns.requested_by is 'Who asked for it.';
comment on column news.takedowns.taken_down_at is 'When.';

-- one row per story: articles of several outlets about one course of events.
create table news.stories (
    story_id bigint generated always as identity primary key,
    headline text,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    article_count int not null
);
comment on table news.stories is 'One row per story: articles of several outlets about one course of events.';
comment on column news.stories.story_id is 'Key of the story.';
comment on column news.stories.headline is 'Title of its most central article.';
comment on column news.stories.started_at is 'Publication time of its first article.';
comment on column news.stories.ended_at is 'Publication time of its last article.';
comment on column news.stories.article_count is 'Articles in it.';

-- one row per article that belongs to a story.
create table news.story_articles (
    article_id bigint primary key references news.articles on delete cascade,
    story_id bigint not null references news.stories on delete cascade,
    similarity real,
    assigned_at timestamptz not null default now()
);
create index story_articles_story on news.story_articles (story_id);
comment on table news.story_articles is 'One row per article that belongs to a story.';
comment on column news.story_articles.article_id is 'Article; it belongs to one story at most.';
comment on column news.story_articles.story_id is 'Its story.';
comment on column news.story_articles.similarity is 'How close it is to the story''s centre, 0 to 1.';
comment on column news.story_articles.assigned_at is 'When it was assigned.';
