-- question: Is the data of the last days complete?
-- row: one row per outlet and day with its articles; days without any are shown as 0
-- set: days = 14 -- days up to today (UTC)
with days as (
    select d::date as published_date
    from
        generate_series(
            (now() at time zone 'UTC')::date - (:'days'::int - 1),
            (now() at time zone 'UTC')::date,
            interval '1 day'
        ) as d
)

select
    f.source_key,
    d.published_date,
    coalesce(v.article_count, 0) as articles,
    coalesce(v.original_article_count, 0) as originals
from mart.source_freshness as f
cross join days as d
left join mart.daily_volume as v
    on
        f.source_key = v.source_key
        and d.published_date = v.published_date
order by
    f.source_key,
    d.published_date
