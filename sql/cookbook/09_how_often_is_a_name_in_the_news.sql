-- question: How often is a name in the news?
-- row: one row per day and entity, newest first: articles with wire copies counted once, and beside it every copy
-- set: name = torvesk -- part of the name, in upper or lower case
select
    best_date,
    entity_name,
    original_article_count,
    article_count,
    source_count
from mart.daily_entity_mentions
where entity_name ilike '%' || :'name' || '%'
order by
    best_date desc,
    original_article_count desc,
    entity_name
limit 50
