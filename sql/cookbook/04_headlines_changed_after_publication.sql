-- question: Which headlines changed after publication without the page saying so?
-- row: one row per change, newest first
select
    seen_at,
    source_key,
    title_before,
    title_after,
    canonical_url
from mart.silent_edits
where
    is_title_changed
    and not is_announced
order by seen_at desc
limit 50
