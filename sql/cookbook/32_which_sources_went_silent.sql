-- question: Which sources went silent, and since when?
-- row: one row per active source, the longest silence first: hours since its last article, beside what is usual
select
    f.source_key,
    s.state,
    f.hours_silent,
    f.latest_age_hours as hours_allowed,
    f.is_silent,
    f.new_articles_24h,
    s.usual_a_day,
    s.reason
from mart.source_freshness as f
left join mart.source_state as s on f.source_key = s.source_key
order by
    f.hours_silent desc nulls first,
    f.source_key
limit 50
