-- Which pages are one article: what pages claim, what parameters mean, addresses that moved, and
-- merges that were undone.
-- The migration holds the store to itself.
-- squawk-ignore-file require-concurrent-index-creation

-- one row per page and address that it claims.
create table news.address_claims (
    address_claim_id bigint generated always as identity primary key,
    page_url text not null check (octet_length(page_url) <= 2000),
    claimed_url text not null check (octet_length(claimed_url) <= 2000),
    claim_kind text not null check (
        claim_kind in ('rel_canonical', 'amp_canonical', 'og_url', 'json_ld')
    ),
    refusal text check (
        refusal in (
            'other_site', 'front_page', 'section', 'contradicted', 'shared', 'outranked'
        )
    ),
    reason text,
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now()
);
create unique index address_claims_once on news.address_claims (md5(page_url), md5(claimed_url));
create index address_claims_claimed on news.address_claims using hash (claimed_url);
comment on table news.address_claims is 'One row per page and other address that it states as its article''s own (rel=canonical, og:url, JSON-LD), believed or not. Claims that the page makes no more are deleted.';
comment on column news.address_claims.address_claim_id is 'Key of the claim.';
comment on column news.address_claims.page_url is 'Where the page was read, after redirects, in canonical form.';
comment on column news.address_claims.claimed_url is 'Address that it states, in canonical form.';
comment on column news.address_claims.claim_kind is 'Where it states it: rel_canonical, amp_canonical (rel=canonical of an AMP page), og_url or json_ld; of several the most reliable.';
comment on column news.address_claims.refusal is 'Why it is not believed; null where it is. other_site: of another site. front_page. section: a section page, or a folder above the page. contradicted: another story, a list or nothing is at the address. shared: pages with different stories claim it. outranked: the page makes a better claim.';
comment on column news.address_claims.reason is 'The refusal in words.';
comment on column news.address_claims.first_seen_at is 'When the page was first loaded with the claim.';
comment on column news.address_claims.last_seen_at is 'When it was last loaded with it.';

-- one row per host and query parameter.
create table news.site_parameters (
    host text not null,
    parameter text not null check (octet_length(parameter) <= 200),
    same_count int not null default 0 check (same_count >= 0),
    other_count int not null default 0 check (other_count >= 0),
    learnt_at timestamptz,
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    primary key (host, parameter)
);
comment on table news.site_parameters is 'One row per host and query parameter in whose value alone links differed. It is noise once two values gave one body and as long as no two gave two.';
comment on column news.site_parameters.host is 'Host, and port where it is not the scheme''s default, without www., m. and amp.';
comment on column news.site_parameters.parameter is 'Name of the parameter in lower case.';
comment on column news.site_parameters.same_count is 'Pairs of links that differ in its value alone and gave one body.';
comment on column news.site_parameters.other_count is 'Pairs that gave two.';
comment on column news.site_parameters.learnt_at is 'Since when links that differ in it alone are one link; null where it may name an article.';
comment on column news.site_parameters.first_seen_at is 'When the first pair was seen.';
comment on column news.site_parameters.last_seen_at is 'When the last pair was seen.';

-- one row per change of which pages are one article.
create table ops.identity_changes (
    identity_change_id bigint generated always as identity primary key,
    run_id bigint not null references ops.runs,
    changed_at timestamptz not null default now(),
    change_kind text not null check (change_kind in ('separated', 'moved', 'merged')),
    from_article_id bigint not null,
    to_article_id bigint not null,
    from_url text not null,
    to_url text not null,
    article_version_ids bigint[] not null,
    edits_removed int not null,
    reason text not null
);
create index identity_changes_run on ops.identity_changes (run_id);
create index identity_changes_from on ops.identity_changes (from_article_id);
create index identity_changes_to on ops.identity_changes (to_article_id);
comment on table ops.identity_changes is 'One row per change of which pages are one article: a merge that later evidence refuted, an article whose address moved, an article that was another one''s at its new address.';
comment on column ops.identity_changes.identity_change_id is 'Key of the change.';
comment on column ops.identity_changes.run_id is 'Run whose pages brought the evidence.';
comment on column ops.identity_changes.changed_at is 'When.';
comment on column ops.identity_changes.change_kind is 'separated: versions left the article for which they had been taken. moved: the article has another address. merged: the article at the new address was the same one; its versions came over, and it is no more.';
comment on column ops.identity_changes.from_article_id is 'Article that the versions left.';
comment on column ops.identity_changes.to_article_id is 'Article that they belong to now; the same where it only changed its address.';
comment on column ops.identity_changes.from_url is 'Address of the article before.';
comment on column ops.identity_changes.to_url is 'Address of the article that they belong to now.';
comment on column ops.identity_changes.article_version_ids is 'Versions that changed hands; none where the article only moved.';
comment on column ops.identity_changes.edits_removed is 'Edits that went: between texts of two pages, which had never been made by the publisher, or seen twice because both addresses were visited.';
comment on column ops.identity_changes.reason is 'The evidence in words.';

-- one row per article and address where it was before.
create table news.former_addresses (
    article_id bigint not null references news.articles on delete cascade,
    url text not null check (octet_length(url) <= 2000),
    moved_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (article_id, url)
);
create index former_addresses_url on news.former_addresses (url) where ended_at is null;
comment on table news.former_addresses is 'One row per article and address where it was before, and which redirected for good (301, 308) to where the article is now.';
comment on column news.former_addresses.article_id is 'The article.';
comment on column news.former_addresses.url is 'The former address, in canonical form.';
comment on column news.former_addresses.moved_at is 'When the article left it.';
comment on column news.former_addresses.ended_at is 'When the address was seen to show another story; null while it leads to the article.';

alter table news.fetches add column moved_from text[];
comment on column news.fetches.moved_from is 'Addresses that redirected to final_url, the one asked for first; null where none did, or one of the redirects was temporary.';

alter table news.articles add column own_page_read_at timestamptz;
comment on column news.articles.canonical_url is 'Identity of the article: where its page was read, or the address that the page claims, where the claim is believed (news.address_claims).';
comment on column news.articles.own_page_read_at is 'When the page at canonical_url itself was first seen to show the article; null where only other pages claim it, and for articles from before this column.';

-- Articles of a site that show one text under two addresses.
create index article_versions_content on news.article_versions (content_sha256);
create index pages_without_query on news.pages (md5(split_part(canonical_url, '?', 1)))
where canonical_url like '%?%';
-- A story that is listed at another address has the title and the time of the link before.
create index links_stated on ops.links (source_id, stated_at) where stated_at is not null;
