-- question: Why did this feed stop?
-- row: one row per feed, sitemap or section page that is not ok or whose source is paused, the longest silence first
-- set: source = % -- key of the outlet; % for all
select
    source_key,
    url,
    state,
    last_new_at,
    failing_since,
    last_outcome,
    last_reason,
    moved_to,
    next_due_at
from mart.documents
where
    (is_active or state = 'paused')
    and state != 'ok'
    and source_key like :'source'
order by
    last_new_at nulls first,
    source_key,
    url
