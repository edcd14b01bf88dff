-- question: How sure are the quotes of an outlet, and what is doubtful about them?
-- row: one row per outlet, grade and reason in articles of the last days, beside the share of the grade that was right when people read it
-- set: days = 14 -- days up to the newest day there is
with newest as (
    select max(best_date) as day
    from mart.daily_entity_mentions
)

select
    q.source_key,
    q.grade,
    q.grade_reason,
    sum(q.quote_count) as quotes,
    round(100 * sum(q.quote_count) / sum(sum(q.quote_count)) over (partition by q.source_key), 1) as percent_of_outlet,
    (
        select min(m.precision_share)
        from mart.accuracy as m
        where
            m.mart_name = 'all_attributions'
            and m.column_name = 'quote_text'
            and m.grade = q.grade
            and m.tuned_on = 'no'
    ) as measured_precision
from newest as n
inner join mart.daily_quote_grades as q
    on
        q.best_date > n.day - :'days'::int
        and n.day >= q.best_date
group by
    q.source_key,
    q.grade,
    q.grade_reason
order by
    q.source_key,
    q.grade,
    quotes desc,
    q.grade_reason
limit 100
