-- question: Which headlines changed after publication without the page saying so?
-- row: one row per change, newest first
-- set: days = 30 -- days up to now
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
    and seen_at > now() - :'days'::int * interval '1 day'
order by seen_at desc
limit 50
