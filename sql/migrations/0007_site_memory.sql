-- Site memory by page: written once, decays by itself, and can say what an old page would lose now.

-- one row per host and page that was loaded.
create table news.site_pages (
    host text not null,
    page_no bigint not null generated always as identity,
    page_key bigint not null,
    line_marks bigint[] not null,
    sentence_marks bigint[] not null,
    name_marks int[] not null,
    seen_at timestamptz not null default now(),
    primary key (host, page_key)
);
create index site_pages_order on news.site_pages (host, page_no);
create index site_pages_seen on news.site_pages using brin (seen_at);
-- From a page of the memory to its article.
-- squawk-ignore require-concurrent-index-creation
create index articles_page_key
on news.articles ((('x' || left(md5(canonical_url), 16))::bit(64)::bigint));
comment on table news.site_pages is 'One row per host and page that was loaded: what its blocks were, as fingerprints. Blocks that recur over a host''s articles are boilerplate.';
comment on column news.site_pages.host is 'Host in lower case with its port, without www., m. and amp.; empty for local files.';
comment on column news.site_pages.page_no is 'Order in which pages were seen; has gaps.';
comment on column news.site_pages.page_key is 'First 8 bytes of the MD5 of the canonical URL; the index articles_page_key leads to the article.';
comment on column news.site_pages.line_marks is 'Fingerprints of its short blocks; digits are folded, and once more its names.';
comment on column news.site_pages.sentence_marks is 'Fingerprints of its blocks of prose.';
comment on column news.site_pages.name_marks is 'Hashes of the names it speaks of most: a block that only pages on one matter share is no boilerplate.';
comment on column news.site_pages.seen_at is 'When it was loaded first.';

-- Counts per block, which never forgot a redesign. Hosts are learned again from their next pages;
-- dateline reprocess --stage clean fills the memory from the archive at once.
-- squawk-ignore ban-drop-table
drop table news.site_blocks;
