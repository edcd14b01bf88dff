-- question: How sure are the quotes of an outlet, and what is doubtful about them?
-- row: one row per outlet, grade and reason in articles of the last days, beside the share of the grade that was right when people read it
-- set: days = 14 -- days up to the newest visit there is
select
    q.source_key,
    q.grade,
    q.grade_reason,
    count(*) as quotes,
    round(100 * count(*) / sum(count(*)) over (partition by q.source_key), 1) as percent_of_outlet,
    (
        select min(m.precision_share)
        from mart.accuracy as m
        where
            m.mart_name = 'all_attributions'
            and m.column_name = 'quote_text'
            and m.grade = q.grade
            and m.tuned_on = 'no'
    ) as measured_precision
from mart.all_attributions as q
where
    q.first_seen_at > (
        select max(a.first_seen_at) - :'days'::int * interval '1 day'
        from mart.articles as a
    )
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
