-- one row per pair of entities named together in two originals or more; refreshed after each run.
create materialized view mart.entity_co_mentions as
with named as (
    select distinct
        article_id,
        entity_id,
        entity_name,
        published_date
    from mart.entity_mentions
    where is_original
)

select
    x.entity_id as entity_id_a,
    x.entity_name as entity_name_a,
    y.entity_id as entity_id_b,
    y.entity_name as entity_name_b,
    count(*) as article_count,
    max(x.published_date) as last_seen_date
from named as x
inner join named as y on x.article_id = y.article_id and x.entity_id < y.entity_id
group by
    x.entity_id,
    x.entity_name,
    y.entity_id,
    y.entity_name
having count(*) >= 2;
create unique index entity_co_mentions_key on mart.entity_co_mentions (entity_id_a, entity_id_b);
create index entity_co_mentions_b on mart.entity_co_mentions (entity_id_b);
comment on materialized view mart.entity_co_mentions is 'One row per pair of entities named together in two originals or more; refreshed after each run.';
comment on column mart.entity_co_mentions.entity_id_a is 'Entity with the smaller key.';
comment on column mart.entity_co_mentions.entity_name_a is 'Its name.';
comment on column mart.entity_co_mentions.entity_id_b is 'Entity with the larger key.';
comment on column mart.entity_co_mentions.entity_name_b is 'Its name.';
comment on column mart.entity_co_mentions.article_count is 'Originals that name both.';
comment on column mart.entity_co_mentions.last_seen_date is 'Day of the last such article.';
