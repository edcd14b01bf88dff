-- Who is named together with whom? Pairs of people and bodies, each story's copies counted once.
select
    entity_name_a,
    entity_name_b,
    article_count,
    last_seen_date
from mart.entity_co_mentions
order by
    article_count desc,
    entity_name_a,
    entity_name_b
limit 25
