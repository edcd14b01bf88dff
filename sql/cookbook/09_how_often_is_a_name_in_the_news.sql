-- question: How often is a name in the news?
-- row: one row per day and entity, newest first: articles with wire copies counted once, and beside it every copy
-- set: name = torvesk -- words of the name or their beginnings, with or without their accents
select
    best_date,
    entity_name,
    original_article_count,
    article_count,
    source_count
from mart.daily_entity_mentions
where entity_id = any(array(select n.entity_id from mart.entities_named(:'name') as n))
order by
    best_date desc,
    original_article_count desc,
    entity_name
limit 50
