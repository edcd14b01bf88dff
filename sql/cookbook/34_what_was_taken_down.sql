-- question: What was taken down, why, and which rows does a copy elsewhere have to delete?
-- row: one row per address, newest first; article_id is the key of the deleted rows
select
    taken_down_at,
    canonical_url,
    reason,
    requested_by,
    article_id,
    changed_seq
from mart.takedowns
order by
    taken_down_at desc,
    takedown_id desc
limit 50
