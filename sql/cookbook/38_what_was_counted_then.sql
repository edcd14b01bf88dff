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
left join
    lateral (
        select
            o.article_id,
            o.version_no,
            o.best_date
        from mart.articles_as_of(:'at'::timestamptz) as o
        where o.article_id = n.article_id
        limit 1 -- noqa: AM09
    ) as t
    on true
where n.first_seen_at > now() - :'days'::int * interval '1 day'
group by n.source_key
order by n.source_key
