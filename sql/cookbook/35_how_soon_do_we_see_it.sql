-- question: How soon after publication is an article here?
-- row: one row per outlet: minutes from publication to the first visit, for articles of the last days that state a time
-- set: days = 7 -- days up to now in which they were first seen
select
    source_key,
    count(*) as articles,
    round(percentile_cont(0.5) within group (order by extract(epoch from first_seen_at - published_at) / 60))
        as median_minutes,
    round(percentile_cont(0.9) within group (order by extract(epoch from first_seen_at - published_at) / 60))
        as p90_minutes
from mart.articles
where
    published_precision != 'day'
    and published_at <= first_seen_at
    and first_seen_at > now() - :'days'::int * interval '1 day'
group by source_key
order by
    median_minutes,
    source_key
