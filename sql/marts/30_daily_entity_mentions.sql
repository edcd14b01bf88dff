-- one row per day and entity: how often and how widely it is named; refreshed after each run.
create materialized view mart.daily_entity_mentions as
select
    published_date,
    entity_id,
    entity_type,
    entity_name,
    count(*) as mention_count,
    count(*) filter (where is_original) as original_mention_count,
    count(distinct article_id) as article_count,
    count(distinct article_id) filter (where is_original) as original_article_count,
    count(distinct source_key) as source_count,
    count(distinct source_key) filter (where is_original) as original_source_count
from mart.entity_mentions
group by
    published_date,
    entity_id,
    entity_type,
    entity_name;
create unique index daily_entity_mentions_key on mart.daily_entity_mentions (published_date, entity_id);
create index daily_entity_mentions_entity on mart.daily_entity_mentions (entity_id, published_date);
comment on materialized view mart.daily_entity_mentions is 'One row per day and entity: how often and how widely it is named; refreshed after each run.';
comment on column mart.daily_entity_mentions.published_date is 'Day in UTC.';
comment on column mart.daily_entity_mentions.entity_id is 'Key of the entity.';
comment on column mart.daily_entity_mentions.entity_type is 'PERSON, ORG, GPE and so on.';
comment on column mart.daily_entity_mentions.entity_name is 'Name of the entity.';
comment on column mart.daily_entity_mentions.mention_count is 'Times it is named, copies included.';
comment on column mart.daily_entity_mentions.original_mention_count is 'Times it is named in originals: wire copies count once.';
comment on column mart.daily_entity_mentions.article_count is 'Articles that name it, copies included.';
comment on column mart.daily_entity_mentions.original_article_count is 'Articles that name it, each story''s copies counted once.';
comment on column mart.daily_entity_mentions.source_count is 'Outlets that name it, copies included.';
comment on column mart.daily_entity_mentions.original_source_count is 'Outlets that name it in originals.';
