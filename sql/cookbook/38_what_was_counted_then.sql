-- question: What did an earlier count say, and what has changed since?
-- row: one row per outlet: articles that were here at that moment and still are, how many have changed since, and how many are new
-- set: at = 2100-01-01 -- the moment: a day, or a time in UTC
select
    s.source_key,
    count(t.article_id) as articles_then,
    count(n.article_id) as articles_now,
    count(*) filter (where n.version_no > t.version_no) as changed_texts,
    count(*) filter (where n.best_date != t.best_date) as changed_days,
    count(n.article_id) filter (where t.article_id is null) as new_since
from mart.dim_source as s
inner join mart.articles as n on s.source_key = n.source_key
left join mart.articles_as_of(:'at'::timestamptz) as t on n.article_id = t.article_id
group by s.source_key
order by s.source_key
