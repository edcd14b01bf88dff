-- one row per day and entity: how often and how widely it is named; refreshed after each run.
create materialized view mart.daily_entity_mentions as
with per_article as (
    select
        best_date,
        best_date_origin,
        source_key,
        article_id,
        is_original,
        entity_id,
        count(*) as mention_count
    from mart.entity_mentions
    where not is_credit
    group by
        best_date,
        best_date_origin,
        source_key,
        article_id,
        is_original,
        entity_id
),

per_day as (
    select
        best_date,
        entity_id,
        sum(mention_count)::bigint as mention_count,
        coalesce(sum(mention_count) filter (where is_original), 0)::bigint as original_mention_count,
        count(*) as article_count,
        count(*) filter (where is_original) as original_article_count,
        count(distinct source_key) as source_count,
        count(distinct source_key) filter (where is_original) as original_source_count,
        count(*) filter (where best_date_origin != 'published') as undated_article_count
    from per_article
    group by
        best_date,
        entity_id
)

select
    d.best_date,
    d.entity_id,
    e.entity_type,
    e.entity_name,
    d.mention_count,
    d.original_mention_count,
    d.article_count,
    d.original_article_count,
    d.source_count,
    d.original_source_count,
    d.undated_article_count
from per_day as d
inner join news.entities as e on d.entity_id = e.entity_id;
create unique index daily_entity_mentions_key on mart.daily_entity_mentions (best_date, entity_id);
create index daily_entity_mentions_entity on mart.daily_entity_mentions (entity_id, best_date);
comment on materialized view mart.daily_entity_mentions is 'One row per day and entity: how often and how widely it is named outside of credits; refreshed after each run.';
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
