-- one row per name and class that texts use: whom it means, and why.
create view mart.entity_names as
select
    c.entity_id,
    c.entity_type,
    c.entity_name,
    n.entity_id as named_entity_id,
    n.entity_type as named_as_type,
    coalesce(n.usual_name, n.entity_name) as named_as,
    n.version_count,
    n.merge_reason,
    n.is_blocked
from news.entities as n
inner join news.entities as c on n.canonical_entity_id = c.entity_id;
comment on view mart.entity_names is 'One row per name and class that texts use: whom it means, and why.';
comment on column mart.entity_names.entity_id is 'Key of the entity that stands for all its names.';
comment on column mart.entity_names.entity_type is 'Its class.';
comment on column mart.entity_names.entity_name is 'Its name.';
comment on column mart.entity_names.named_entity_id is 'Key of the name; equal to entity_id where the name stands for itself.';
comment on column mart.entity_names.named_as_type is 'Class that the annotator gives the name in these texts.';
comment on column mart.entity_names.named_as is 'The name as texts use it.';
comment on column mart.entity_names.version_count is 'Article versions that use it so outside of credits: the evidence for class and spelling.';
comment on column mart.entity_names.merge_reason is 'Why another entity stands for it: class, spelling, acronym or decision (dateline entity); null where it stands for itself.';
comment on column mart.entity_names.is_blocked is 'Whether somebody blocked the entity, so that no other mart but dim_entity has it.';
