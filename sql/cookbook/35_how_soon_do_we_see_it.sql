-- question: How soon after publication is an article here?
-- row: one row per outlet: minutes from publication to the first visit, for articles that state a time
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
group by source_key
order by
    median_minutes,
    source_key
