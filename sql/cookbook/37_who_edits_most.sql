-- question: Which outlets change their articles after publication, and do they say so?
-- row: one row per outlet with changes in the last days: changed articles, changes, and how many of them the page announces
-- set: days = 30 -- days up to now
select
    e.source_key,
    count(distinct e.article_id) as changed_articles,
    count(*) as changes,
    count(*) filter (where e.is_title_changed) as headlines_changed,
    count(*) filter (where e.is_announced) as announced,
    count(*) filter (where not e.is_announced) as silent,
    percentile_disc(0.5) within group (order by e.minutes_after_publication) as median_minutes_after
from mart.silent_edits as e
where e.seen_at > now() - :'days'::int * interval '1 day'
group by e.source_key
order by
    silent desc,
    e.source_key
