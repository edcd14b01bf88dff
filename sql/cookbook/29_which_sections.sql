-- question: What does an outlet publish, by section?
-- row: one row per outlet and section: articles of the last days, their length, and the share of opinion and wire copy
-- set: source = % -- key of the outlet; % for all
-- set: days = 7 -- days up to now in which they were first seen
select
    source_key,
    coalesce(section_name, '(none stated)') as section,
    count(*) as articles,
    round(avg(word_count)) as mean_words,
    round(100.0 * count(*) filter (where article_kind = 'opinion') / count(*), 1) as percent_opinion,
    round(100.0 * count(*) filter (where agency is not null) / count(*), 1) as percent_agency,
    max(best_date) as last_day
from mart.articles
where
    source_key like :'source'
    and first_seen_at > now() - :'days'::int * interval '1 day'
group by
    source_key,
    section
order by
    source_key,
    articles desc,
    section
limit 100
