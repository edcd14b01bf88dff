-- question: Who printed it first, and how far did it go?
-- row: one row per text that two articles or more print, the most widely printed first
select
    first_source_key,
    first_published_at,
    first_title,
    origin_agency,
    source_count,
    article_count,
    spread_hours,
    median_delay_hours,
    source_keys
from mart.text_spread
order by
    source_count desc,
    article_count desc,
    first_published_at desc nulls last
limit 25
