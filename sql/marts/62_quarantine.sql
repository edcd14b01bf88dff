-- one row per page and stage that it broke.
create view mart.quarantine as
select
    s.source_key,
    k.url,
    f.stage,
    case when f.quarantined_at is null then 'waiting' else 'quarantined' end as state,
    f.broken_limit,
    f.reason,
    f.attempt_count,
    f.first_failed_at,
    f.last_failed_at,
    f.quarantined_at,
    f.rules_version,
    f.run_id,
    p.raw_uri as archive_place,
    p.body_bytes,
    p.final_url,
    k.canonical_url,
    f.fetch_id,
    v.article_id,
    f.article_version_id
from ops.page_failures as f
inner join news.fetches as p on f.fetch_id = p.fetch_id
inner join news.sources as s on p.source_id = s.source_id
inner join ops.links as k on p.link_id = k.link_id
left join news.article_versions as v on f.article_version_id = v.article_version_id;
comment on view mart.quarantine is 'One row per page and stage that it broke: quarantined, or waiting for another attempt.';
comment on column mart.quarantine.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.quarantine.url is 'URL as discovered.';
comment on column mart.quarantine.stage is 'load: reading the page failed. annotate: looking for names and quotes failed, and the article is stored without.';
comment on column mart.quarantine.state is 'quarantined: not tried again by itself under the same rules. waiting: the next run tries it again.';
comment on column mart.quarantine.broken_limit is 'time, memory, or crash: the process that worked on it died. Null where an exception was raised.';
comment on column mart.quarantine.reason is 'What happened, with the limit and what was reached.';
comment on column mart.quarantine.attempt_count is 'Runs that tried it with the whole limit.';
comment on column mart.quarantine.first_failed_at is 'When it failed first.';
comment on column mart.quarantine.last_failed_at is 'When it failed last.';
comment on column mart.quarantine.quarantined_at is 'When it was quarantined; null while it waits.';
comment on column mart.quarantine.rules_version is 'Version of extraction, or model and rules of annotation, that failed.';
comment on column mart.quarantine.run_id is 'Run that tried it last.';
comment on column mart.quarantine.archive_place is 'WARC file and offset of the page.';
comment on column mart.quarantine.body_bytes is 'Size of the page.';
comment on column mart.quarantine.final_url is 'Where it was read, after redirects.';
comment on column mart.quarantine.canonical_url is 'Canonical form of the URL.';
comment on column mart.quarantine.fetch_id is 'Fetch that holds it.';
comment on column mart.quarantine.article_id is 'Article that is stored without annotation; null for load.';
comment on column mart.quarantine.article_version_id is 'Its version; null for load.';
