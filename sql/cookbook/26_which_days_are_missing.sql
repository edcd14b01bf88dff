-- question: On which days is there nothing of an outlet?
-- row: one row per outlet and run of days without an article, between its first and its last, the longest first
-- set: days = 1 -- least number of days in a row
with published as (
    select
        source_key,
        best_date,
        lag(best_date) over (partition by source_key order by best_date) as day_before
    from mart.daily_volume
)

select
    source_key,
    day_before + 1 as first_missing_day,
    best_date - 1 as last_missing_day,
    best_date - day_before - 1 as days
from published
where best_date - day_before - 1 >= :'days'::int
order by
    days desc,
    source_key,
    first_missing_day
limit 50
