-- How often is a name in the news? Day by day, wire copies counted once and, beside it, every copy.
select
    published_date,
    entity_name,
    original_article_count,
    article_count,
    source_count
from mart.daily_entity_mentions
where entity_name ilike '%torvesk%'
order by
    published_date desc,
    original_article_count desc,
    entity_name
limit 50
