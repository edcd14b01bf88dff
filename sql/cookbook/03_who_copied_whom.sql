-- question: Who copied whom, and how much later?
-- row: one row per copy that was first seen in the last days, the original beside it, newest original first
-- set: days = 7 -- days up to now
select
    original_source_key,
    source_key as copy_source_key,
    relation,
    round(containment::numeric, 2) as containment,
    published_later,
    original_title,
    title as copy_title,
    canonical_url
from mart.copies
where first_seen_at > now() - :'days'::int * interval '1 day'
order by
    original_published_at desc nulls last,
    original_article_id,
    published_later
limit 50
