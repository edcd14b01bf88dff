-- question: Who is named most in the last days?
-- row: one row per entity: articles and mentions, wire copies counted once; undated articles count on the day they were first seen
-- set: days = 7 -- days up to today (UTC)
select
    entity_type,
    entity_name,
    sum(original_article_count) as articles,
    sum(original_mention_count) as mentions,
    max(source_count) as most_sources_a_day,
    sum(undated_article_count) as undated_articles
from mart.daily_entity_mentions
where best_date > (now() at time zone 'UTC')::date - :'days'::int
group by
    entity_id,
    entity_type,
    entity_name
order by
    articles desc,
    mentions desc,
    entity_name
limit 25
