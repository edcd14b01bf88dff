-- one row per document that names links (feed, sitemap, section page, list): its state and when it is asked next.
create view mart.documents as
select
    s.source_key,
    d.document_kind,
    d.url,
    case
        when d.is_by_hand then 'by_hand'
        when d.is_active and not s.is_active then 'paused'
        else d.state
    end as state,
    d.last_attempt_at,
    d.last_success_at,
    d.last_new_at,
    t.outcome as last_outcome,
    t.reason as last_reason,
    t.http_status as last_http_status,
    d.failure_count,
    d.failing_since,
    case when d.is_active and s.is_active then d.next_due_at end as next_due_at,
    d.poll_reason,
    round(d.poll_seconds / 60.0, 1) as poll_minutes,
    d.attempt_count,
    d.links_new,
    d.item_count,
    d.newest_item_at,
    d.moved_to,
    p.url as index_url,
    (d.is_active and s.is_active) as is_active,
    d.document_id
from ops.documents as d
inner join news.sources as s on d.source_id = s.source_id
left join ops.documents as p on d.parent_id = p.document_id
left join lateral (
    select
        a.outcome,
        a.reason,
        a.http_status
    from ops.document_attempts as a
    where a.document_id = d.document_id
    order by a.attempted_at desc
    limit 1
) as t on true;
comment on view mart.documents is 'One row per document that names links (feed, sitemap, section page, list, local files): its state, why, and when it is asked for next.';
comment on column mart.documents.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.documents.document_kind is 'feed, sitemap, section, list or files.';
comment on column mart.documents.url is 'Its address or path.';
comment on column mart.documents.state is 'new: not read yet. ok. quiet: no new item for longer than its habit. empty: no item. foreign: only items of other sites. failing: the last request failed. asleep: gone, or failing for weeks; probed now and then. paused: its source is paused. by_hand: a target of `dateline run`, which the schedule never asks for.';
comment on column mart.documents.last_attempt_at is 'When it was last asked for.';
comment on column mart.documents.last_success_at is 'When it was last read, or had not changed.';
comment on column mart.documents.last_new_at is 'When it last named a link that was not known; until it does so after its first reading, the newest time that its items stated then.';
comment on column mart.documents.last_outcome is 'How the last request ended: read, unchanged, or why it failed.';
comment on column mart.documents.last_reason is 'One line that explains it.';
comment on column mart.documents.last_http_status is 'Its HTTP status.';
comment on column mart.documents.failure_count is 'Failed requests in a row.';
comment on column mart.documents.failing_since is 'When the first of these was.';
comment on column mart.documents.next_due_at is 'When it is asked for next; null where it is not polled.';
comment on column mart.documents.poll_reason is 'Why then.';
comment on column mart.documents.poll_minutes is 'Minutes between two requests, as learnt from what it brings.';
comment on column mart.documents.attempt_count is 'Requests ever.';
comment on column mart.documents.links_new is 'New links that it ever brought.';
comment on column mart.documents.item_count is 'Items that it named when it was last read.';
comment on column mart.documents.newest_item_at is 'Newest time that its items state.';
comment on column mart.documents.moved_to is 'Address that it has moved to for good.';
comment on column mart.documents.index_url is 'Sitemap index that names it; null where the source does.';
comment on column mart.documents.is_active is 'Whether it is polled. Not polled are documents that were targets of `dateline run` only, those that their source does not name any more, those of paused sources, and older children of a sitemap index, which are read when the index says that they changed.';
comment on column mart.documents.document_id is 'Key of the document.';
