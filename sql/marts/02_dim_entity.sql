-- one row per entity that was not merged into another.
create view mart.dim_entity as
select
    e.entity_id,
    e.entity_type,
    e.entity_name,
    array(
        select coalesce(m.usual_name, m.entity_name) as alias
        from news.entities as m
        where
            m.merged_into_entity_id = e.entity_id
            or (m.entity_id = e.entity_id and m.usual_name != m.entity_name)
        order by alias
    ) as aliases,
    e.first_seen_at,
    e.is_blocked,
    (
        -- Of two ids in one scheme, that of the name which stands for the others.
        select jsonb_object_agg(d.scheme, d.external_id order by m.merged_into_entity_id is null, d.decision_id)
        from news.entities as m
        inner join news.entity_decisions as d on m.entity_id = d.entity_id
        where
            m.canonical_entity_id = e.entity_id
            and d.decision = 'identify'
            and d.undone_at is null
    ) as external_ids
from news.entities as e
where e.merged_into_entity_id is null;
comment on view mart.dim_entity is 'One row per entity that was not merged into another: a person, organisation, place or thing.';
comment on column mart.dim_entity.entity_id is 'Key of the entity, as in all marts.';
comment on column mart.dim_entity.entity_type is 'PERSON, ORG, GPE and so on.';
comment on column mart.dim_entity.entity_name is 'Name of the entity.';
comment on column mart.dim_entity.aliases is 'Other names of it: those of entities that were merged into it, and the name in texts where somebody renamed it.';
comment on column mart.dim_entity.first_seen_at is 'When it was first stored.';
comment on column mart.dim_entity.is_blocked is 'Whether somebody blocked it (dateline entity block): no other mart has it.';
comment on column mart.dim_entity.external_ids is 'Its ids elsewhere, {"wikidata": "Q1"}, as somebody gave them (dateline entity identify); null without one.';
