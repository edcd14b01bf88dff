-- one row per day and entity: how often and how widely it is named; brought up to date by each publish.
create view mart.daily_entity_mentions as
select
    d.best_date,
    d.entity_id,
    d.entity_type,
    d.entity_name,
    d.mention_count,
    d.original_mention_count,
    d.article_count,
    d.original_article_count,
    d.source_count,
    d.original_source_count,
    d.undated_article_count
from news.entity_days as d;
comment on view mart.daily_entity_mentions is 'One row per day and entity: how often and how widely it is named outside of credits; brought up to date by each publish.';
comment on column mart.daily_entity_mentions.best_date is 'Day by the outlet''s clock: best_date of mart.articles, which is the day of publication where the page states one.';
comment on column mart.daily_entity_mentions.entity_id is 'Key of the entity.';
comment on column mart.daily_entity_mentions.entity_type is 'PERSON, ORG, GPE and so on.';
comment on column mart.daily_entity_mentions.entity_name is 'Name of the entity.';
comment on column mart.daily_entity_mentions.mention_count is 'Times it is named, copies included.';
comment on column mart.daily_entity_mentions.original_mention_count is 'Times it is named in originals: wire copies count once.';
comment on column mart.daily_entity_mentions.article_count is 'Articles that name it, copies included.';
comment on column mart.daily_entity_mentions.original_article_count is 'Articles that name it, each story''s copies counted once.';
comment on column mart.daily_entity_mentions.source_count is 'Outlets that name it, copies included.';
comment on column mart.daily_entity_mentions.original_source_count is 'Outlets that name it in originals.';
comment on column mart.daily_entity_mentions.undated_article_count is 'Articles among article_count whose page states no day: they count on the day they were modified or first seen.';
