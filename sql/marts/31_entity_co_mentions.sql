-- one row per pair of entities named together in two originals or more; refreshed after each run.
create materialized view mart.entity_co_mentions as
with named as (
    select distinct
        article_id,
        entity_id,
        best_date,
        is_original
    from mart.entity_mentions
    where not is_credit
),

pairs as (
    select
        x.entity_id as entity_id_a,
        y.entity_id as entity_id_b,
        count(*) as article_count,
        count(*) filter (where x.is_original) as original_article_count,
        max(x.best_date) as last_seen_date
    from named as x
    inner join named as y on x.article_id = y.article_id and x.entity_id < y.entity_id
    group by
        x.entity_id,
        y.entity_id
    having count(*) filter (where x.is_original) >= 2
)

select
    p.entity_id_a,
    a.entity_name as entity_name_a,
    p.entity_id_b,
    b.entity_name as entity_name_b,
    p.article_count,
    p.original_article_count,
    p.last_seen_date
from pairs as p
inner join news.entities as a on p.entity_id_a = a.entity_id
inner join news.entities as b on p.entity_id_b = b.entity_id;
create unique index entity_co_mentions_key on mart.entity_co_mentions (entity_id_a, entity_id_b);
create index entity_co_mentions_b on mart.entity_co_mentions (entity_id_b);
comment on materialized view mart.entity_co_mentions is 'One row per pair of entities named together in two originals or more; refreshed after each run.';
comment on column mart.entity_co_mentions.entity_id_a is 'Entity with the smaller key.';
comment on column mart.entity_co_mentions.entity_name_a is 'Its name.';
comment on column mart.entity_co_mentions.entity_id_b is 'Entity with the larger key.';
comment on column mart.entity_co_mentions.entity_name_b is 'Its name.';
comment on column mart.entity_co_mentions.article_count is 'Articles that name both, copies included.';
comment on column mart.entity_co_mentions.original_article_count is 'Articles that name both, each text counted once.';
comment on column mart.entity_co_mentions.last_seen_date is 'Day of the last such article.';
