-- question: Which agency feeds which outlet, what share of the outlet is that, and how often is it not credited?
-- row: one row per outlet and agency
with outlets as (
    select
        source_key,
        sum(article_count) as article_count
    from mart.daily_volume
    group by source_key
)

select
    a.source_key,
    a.origin_agency,
    sum(a.article_count) as wire_copies,
    round(100 * sum(a.article_count) / max(o.article_count), 1) as percent_of_outlet,
    sum(a.uncredited_article_count) as without_credit
from mart.daily_agency_copies as a
inner join outlets as o on a.source_key = o.source_key
group by
    a.source_key,
    a.origin_agency
order by
    wire_copies desc,
    a.source_key,
    a.origin_agency
limit 50
