-- question: Who writes, for whom, how much, and in which sections?
-- row: one row per author and outlet, of the articles of the last days
-- set: author = % -- part of the name; % for all
-- set: days = 7 -- days up to now in which they were first seen
select
    b.author,
    a.source_key,
    count(*) as articles,
    round(avg(a.word_count)) as mean_words,
    array_agg(distinct a.section_name order by a.section_name) filter (
        where a.section_name is not null
    ) as sections,
    min(a.best_date) as first_day,
    max(a.best_date) as last_day
from mart.articles as a
cross join lateral unnest(a.authors) as b (author)
where
    b.author ilike '%' || :'author' || '%'
    and a.first_seen_at > now() - :'days'::int * interval '1 day'
group by
    b.author,
    a.source_key
order by
    articles desc,
    b.author,
    a.source_key
limit 50
