-- question: Which events were in the news, and who told of them first?
-- row: one row per story with articles of the last days, that of most outlets first
-- set: outlets = 2 -- least number of outlets
-- set: days = 7 -- days up to the newest day there is
select
    story_id,
    headline,
    source_count as outlets,
    original_article_count as articles,
    first_source_key as first_outlet,
    started_at,
    ended_at
from mart.stories
where
    source_count >= :'outlets'::int
    and ended_at > (select max(d.best_date) from mart.daily_entity_mentions as d) - :'days'::int
order by
    source_count desc,
    original_article_count desc,
    story_id
limit 25
