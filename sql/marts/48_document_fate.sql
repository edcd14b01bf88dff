-- one row per request of a document: when, how it ended, what it brought.
create view mart.document_fate as
select
    d.url,
    s.source_key,
    d.document_kind,
    a.attempted_at,
    a.outcome,
    a.reason,
    a.http_status,
    a.links_found,
    a.links_new,
    a.links_foreign,
    a.body_bytes,
    a.elapsed_ms,
    a.state,
    a.next_due_at,
    a.run_id
from ops.document_attempts as a
inner join ops.documents as d on a.document_id = d.document_id
inner join news.sources as s on d.source_id = s.source_id;
comment on view mart.document_fate is 'One row per request of a feed, sitemap, section page or list: when, how it ended, what it brought.';
comment on column mart.document_fate.url is 'Address or path of the document.';
comment on column mart.document_fate.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.document_fate.document_kind is 'feed, sitemap, section, list or files.';
comment on column mart.document_fate.attempted_at is 'When the response came, or failed to.';
comment on column mart.document_fate.outcome is 'read, unchanged, or why it failed (not_found, timeout, robots_denied, …).';
comment on column mart.document_fate.reason is 'One line that explains the outcome.';
comment on column mart.document_fate.http_status is 'HTTP status; null where no response came.';
comment on column mart.document_fate.links_found is 'Items that it named.';
comment on column mart.document_fate.links_new is 'Of these, links that were not known.';
comment on column mart.document_fate.links_foreign is 'Of these, links to other sites.';
comment on column mart.document_fate.body_bytes is 'Size of the body.';
comment on column mart.document_fate.elapsed_ms is 'Milliseconds from request to complete response.';
comment on column mart.document_fate.state is 'State of the document after it (see mart.documents).';
comment on column mart.document_fate.next_due_at is 'When it was due next, as decided then.';
comment on column mart.document_fate.run_id is 'Run that asked.';
