-- question: Which two names came together this week more than chance would have it?
-- row: one row per pair of people and bodies that the originals of the newest week name together, those furthest above chance first
-- set: articles = 2 -- least number of originals that name both
select
    w.week_date,
    w.entity_name_a,
    w.entity_name_b,
    w.original_article_count as both_named,
    round(w.lift::numeric, 1) as lift,
    (
        select max(b.week_date)
        from mart.weekly_co_mentions as b
        where
            b.entity_id_a = w.entity_id_a
            and b.entity_id_b = w.entity_id_b
            and b.week_date < w.week_date
    ) as last_week_before
from mart.weekly_co_mentions as w
where
    w.week_date = (
        select n.week_date
        from mart.weekly_co_mentions as n
        order by n.week_date desc
        limit 1
    )
    and w.original_article_count >= :'articles'::int
    and w.entity_type_a in ('PERSON', 'ORG')
    and w.entity_type_b in ('PERSON', 'ORG')
order by
    w.original_article_count * ln(w.lift) desc,
    w.entity_name_a,
    w.entity_name_b
limit 25
