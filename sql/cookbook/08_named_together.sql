-- question: Who is named together with whom?
-- row: one row per pair of entities: articles that name both, each text counted once, and beside it the count with copies
select
    entity_name_a,
    entity_name_b,
    original_article_count,
    article_count,
    last_seen_date
from mart.entity_co_mentions
order by
    original_article_count desc,
    article_count desc,
    entity_name_a,
    entity_name_b
limit 25
