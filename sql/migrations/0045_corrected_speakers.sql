-- A corrected speaker is shown by the name of the entity, so its articles change with the entity.

create or replace function news.note_entity() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ops.changed_articles (article_id)
    select v.article_id
    from news.article_versions as v
    where
        v.is_current
        and v.article_version_id in (
            select m.article_version_id
            from news.entity_mentions as m
            where
                m.entity_id = new.entity_id
                or m.entity_id in (
                    select e.entity_id from news.entities as e where e.merged_into_entity_id = new.entity_id
                )
            union all
            select s.article_version_id
            from news.quote_speakers as s
            where
                s.entity_id = new.entity_id
                or s.entity_id in (
                    select e.entity_id from news.entities as e where e.merged_into_entity_id = new.entity_id
                )
        )
    union all
    select d.article_id
    from news.quote_decisions as d
    where
        d.entity_id = new.entity_id
        or d.entity_id in (
            select e.entity_id from news.entities as e where e.merged_into_entity_id = new.entity_id
        );
    return null;
end
$$;
