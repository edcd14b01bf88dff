-- one row per discovered URL and run: where it ended and why.
create view mart.url_fate as
select
    l.url,
    s.source_key,
    l.outcome,
    l.reason,
    l.http_status,
    l.decided_at,
    l.discovered_at,
    l.canonical_url,
    l.found_by,
    l.found_in,
    l.link_title,
    l.article_id,
    l.run_id,
    not exists (
        select
        from ops.links as later
        where
            later.url = l.url
            and later.link_id > l.link_id
    ) as is_latest
from ops.links as l
inner join news.sources as s on l.source_id = s.source_id;
comment on view mart.url_fate is 'One row per discovered URL and run: where it ended and why.';
comment on column mart.url_fate.url is 'URL as discovered.';
comment on column mart.url_fate.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.url_fate.outcome is 'Where it ended; null while undecided.';
comment on column mart.url_fate.reason is 'One line that explains the outcome.';
comment on column mart.url_fate.http_status is 'Status of the answer that decided it.';
comment on column mart.url_fate.decided_at is 'When it was decided.';
comment on column mart.url_fate.discovered_at is 'When it was found.';
comment on column mart.url_fate.canonical_url is 'Canonical form of the URL.';
comment on column mart.url_fate.found_by is 'feed, sitemap, section, list, file, warc or url.';
comment on column mart.url_fate.found_in is 'The feed, sitemap, page or file that named it.';
comment on column mart.url_fate.link_title is 'Title as the feed states it.';
comment on column mart.url_fate.article_id is 'Article that it led to.';
comment on column mart.url_fate.run_id is 'Run that discovered it.';
comment on column mart.url_fate.is_latest is 'Whether no later run discovered the URL.';
