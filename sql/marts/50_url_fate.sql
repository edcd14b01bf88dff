-- one row per link and run in which something was decided about it: where it ended and why.
create view mart.url_fate as
select
    l.url,
    s.source_key,
    a.outcome,
    a.reason,
    a.http_status,
    a.decided_at,
    l.first_listed_at as discovered_at,
    l.canonical_url,
    l.found_by,
    l.found_in,
    l.link_title,
    a.article_id,
    a.run_id,
    not exists (
        select
        from ops.link_attempts as later
        where
            later.link_id = a.link_id
            and later.attempt_id > a.attempt_id
    ) as is_latest,
    a.planned_at,
    case when s.is_active then l.next_try_at end as next_try_at
from ops.link_attempts as a
inner join ops.links as l on a.link_id = l.link_id
inner join news.sources as s on a.source_id = s.source_id;
comment on view mart.url_fate is 'One row per link and run in which something was decided about it: where it ended and why.';
comment on column mart.url_fate.url is 'URL as discovered.';
comment on column mart.url_fate.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.url_fate.outcome is 'Where it ended; null while undecided.';
comment on column mart.url_fate.reason is 'One line that explains the outcome.';
comment on column mart.url_fate.http_status is 'Status of the answer that decided it.';
comment on column mart.url_fate.decided_at is 'When it was decided.';
comment on column mart.url_fate.discovered_at is 'When a document named it for the first time.';
comment on column mart.url_fate.canonical_url is 'Canonical form of the URL.';
comment on column mart.url_fate.found_by is 'feed, sitemap, section, list, file, warc or url.';
comment on column mart.url_fate.found_in is 'The feed, sitemap, page or file that named it.';
comment on column mart.url_fate.link_title is 'Title as the feed states it.';
comment on column mart.url_fate.article_id is 'Article that it led to.';
comment on column mart.url_fate.run_id is 'Run that tried it.';
comment on column mart.url_fate.is_latest is 'Whether the link was not tried again later.';
comment on column mart.url_fate.planned_at is 'When this attempt was planned.';
comment on column mart.url_fate.next_try_at is 'When the link is tried next; null where it is not asked any more, or its source is paused.';
