-- one row per entity that was not merged into another.
create view mart.dim_entity as
select
    e.entity_id,
    e.entity_type,
    e.entity_name,
    array(
        select m.entity_name
        from news.entities as m
        where m.merged_into_entity_id = e.entity_id
        order by m.entity_name
    ) as aliases,
    e.first_seen_at
from news.entities as e
where e.merged_into_entity_id is null;
comment on view mart.dim_entity is 'One row per entity that was not merged into another: a person, organisation, place or thing.';
comment on column mart.dim_entity.entity_id is 'Key of the entity, as in all marts.';
comment on column mart.dim_entity.entity_type is 'PERSON, ORG, GPE and so on.';
comment on column mart.dim_entity.entity_name is 'Name of the entity.';
comment on column mart.dim_entity.aliases is 'Names of the entities that were merged into it.';
comment on column mart.dim_entity.first_seen_at is 'When it was first stored.';
