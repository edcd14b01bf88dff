-- question: What did an earlier count say, and what has changed since?
-- row: one row per outlet, of articles first seen in the last days: articles that were here at that moment and still are, how many have changed since, and how many are new
-- set: days = 7 -- days up to now in which the articles were first seen
-- set: at = 2100-01-01 -- the moment: a day, or a time in UTC
select
    n.source_key,
    count(t.article_id) as articles_then,
    count(n.article_id) as articles_now,
    count(*) filter (where n.version_no > t.version_no) as changed_texts,
    count(*) filter (where n.best_date != t.best_date) as changed_days,
    count(n.article_id) filter (where t.article_id is null) as new_since
from mart.articles as n
left join mart.articles_as_of(:'at'::timestamptz) as t
    on
        n.article_id = t.article_id
        -- The same moment as of n: said twice, so that of both only these days are read.
        and t.first_seen_at > now() - :'days'::int * interval '1 day'
where n.first_seen_at > now() - :'days'::int * interval '1 day'
group by n.source_key
order by n.source_key
