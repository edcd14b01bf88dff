-- question: In which languages does an outlet publish?
-- row: one row per outlet and language of the text, of the articles of the last days
-- set: days = 7 -- days up to now in which they were first seen
select
    a.source_key,
    coalesce(a.language_code, '(unknown)') as language,
    count(*) as articles,
    round(100 * count(*) / sum(count(*)) over (partition by a.source_key), 1) as percent_of_outlet,
    count(*) filter (where a.language_origin != 'text') as on_the_word_of_the_page
from mart.articles as a
where a.first_seen_at > now() - :'days'::int * interval '1 day'
group by
    a.source_key,
    language
order by
    a.source_key,
    articles desc
