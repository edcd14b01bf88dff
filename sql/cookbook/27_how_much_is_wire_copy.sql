-- question: How much of an outlet is wire copy, and is that growing?
-- row: one row per outlet and month: articles, and the share whose text is an agency's
with months as (
    select
        source_key,
        date_trunc('month', best_date::timestamp)::date as month,
        sum(article_count::int) as articles,
        sum(wire_copy_count::int) as wire_copies
    from mart.daily_volume
    group by
        source_key,
        month
),

shares as (
    select
        *,
        round(100.0 * wire_copies / articles, 1) as percent_wire
    from months
)

select
    source_key,
    month,
    articles,
    wire_copies,
    percent_wire,
    percent_wire - lag(percent_wire) over (
        partition by source_key
        order by month
    ) as points_more_than_month_before
from shares
order by
    month desc,
    percent_wire desc,
    source_key
limit 100
