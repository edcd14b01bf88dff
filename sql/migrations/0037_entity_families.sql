-- Names of one thing are one entity: families of spellings, one class by majority, acronyms with their
-- long forms, bare surnames. Names that stand only in credits leave the counts.
--
-- What articles call a thing stays as it is; whom it means is a column beside it, which is computed from
-- counts, so that the order of loading does not matter.

-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, require-concurrent-index-creation, prefer-bigint-over-smallint, adding-field-with-default, require-timeout-settings

alter table news.entities
add column family_key text check (octet_length(family_key) <= 2000),
add column family_rules int not null default 0,
add column surname_key text,
add column is_bare_surname boolean,
add column version_count bigint not null default 0,
add column merge_reason text check (merge_reason in ('class', 'spelling', 'acronym', 'decision')),
add column canonical_entity_id bigint not null
generated always as (coalesce(merged_into_entity_id, entity_id)) stored;
create index entities_family on news.entities (family_key);
create index entities_family_rules on news.entities (family_rules, entity_id);
create index entities_canonical on news.entities (canonical_entity_id);
comment on table news.entities is 'One row per name and class as texts are annotated. Rows of one thing share canonical_entity_id. Names are as articles give them, or the alias table''s.';
comment on column news.entities.entity_name is 'Name as shown: of spellings that differ in letter case, the usual one.';
comment on column news.entities.merged_into_entity_id is 'Entity that stands for it; null where it stands for itself. Never a chain.';
comment on column news.entities.family_key is 'What all spellings of the name share: lower case, no accents, no hyphens, transliterations as one. Null until a run has computed it.';
comment on column news.entities.family_rules is 'Version of the rules that gave family_key.';
comment on column news.entities.surname_key is 'Last word of a person''s family_key; null for other classes.';
comment on column news.entities.is_bare_surname is 'Whether a person''s name has no given name; null for other classes.';
comment on column news.entities.version_count is 'Article versions that use the name in this class outside of credits: the evidence by which a name gets its class and its spelling.';
comment on column news.entities.merge_reason is 'Why another entity stands for it: class (most texts give the name another class), spelling, acronym (texts explain it so), decision (a person said so; nothing changes it).';
comment on column news.entities.canonical_entity_id is 'Entity that stands for it, itself included: join by this.';

alter table news.entity_mentions
add column named_entity_id bigint references news.entities,
add column is_credit boolean not null default false;
comment on column news.entity_mentions.entity_id is 'Entity that is meant; its canonical_entity_id stands for it. Null for DATE and MONEY.';
comment on column news.entity_mentions.named_entity_id is 'Entity by the name alone, where the outlet''s week shows who is meant: Trump, with entity_id Donald Trump. Null elsewhere.';
comment on column news.entity_mentions.is_credit is 'Whether it stands in a credit of a picture or of an agency: no subject of the article, and not counted.';
alter table news.quote_speakers add column named_entity_id bigint references news.entities;
comment on column news.quote_speakers.named_entity_id is 'As in news.entity_mentions.';

create index articles_undated on news.articles (source_id, first_seen_at) where published_at is null;

-- one row per entity and acronym that texts use for it.
create table news.entity_acronyms (
    entity_id bigint not null references news.entities on delete cascade,
    acronym text not null check (octet_length(acronym) <= 100),
    version_count bigint not null,
    primary key (entity_id, acronym)
);
create index entity_acronyms_acronym on news.entity_acronyms (acronym);
comment on table news.entity_acronyms is 'One row per entity with a long name and acronym that texts use for it.';
comment on column news.entity_acronyms.entity_id is 'Entity with the long name.';
comment on column news.entity_acronyms.acronym is 'The acronym as printed.';
comment on column news.entity_acronyms.version_count is 'Article versions that use it so.';

-- one row per version or entity whose names are to be joined with others.
create table news.names_to_resolve (
    queue_id bigint generated always as identity primary key,
    article_version_id bigint,
    entity_id bigint,
    check (num_nonnulls(article_version_id, entity_id) = 1)
);
comment on table news.names_to_resolve is 'One row per annotated version, or entity of annotations that were deleted, whose names are to be compared with others. Publishing empties it.';
comment on column news.names_to_resolve.queue_id is 'Key of the row.';
comment on column news.names_to_resolve.article_version_id is 'Version that was annotated; it may be gone.';
comment on column news.names_to_resolve.entity_id is 'Entity whose mentions were deleted.';

create function news.count_names() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    step int := case tg_op when 'INSERT' then 1 else -1 end;
begin
    -- In the order of the keys, so that two writers wait for each other and do not deadlock.
    perform from news.entities as e
    where e.entity_id in (
        select coalesce(c.named_entity_id, c.entity_id) from changed as c where not c.is_credit
    )
    order by e.entity_id
    for no key update;

    update news.entities as e
    set version_count = e.version_count + step * n.versions
    from (
        select
            coalesce(c.named_entity_id, c.entity_id) as entity_id,
            count(distinct c.article_version_id) as versions
        from changed as c
        where not c.is_credit and c.entity_id is not null
        group by 1
    ) as n
    where e.entity_id = n.entity_id;

    insert into news.entity_acronyms as a (entity_id, acronym, version_count)
    select
        e.entity_id,
        c.surface_text,
        step * count(distinct c.article_version_id)
    from changed as c
    inner join news.entities as e on coalesce(c.named_entity_id, c.entity_id) = e.entity_id
    where
        not c.is_credit
        and c.surface_text ~ '^[A-Z][A-Z0-9&]{1,9}$'
        and e.normalized_name like '% %'
        and e.entity_type <> 'PERSON'
    group by e.entity_id, c.surface_text
    order by e.entity_id, c.surface_text
    on conflict (entity_id, acronym) do update
    set version_count = a.version_count + excluded.version_count;

    if tg_op = 'INSERT' then
        insert into news.names_to_resolve (article_version_id)
        select distinct c.article_version_id from changed as c;
    else
        insert into news.names_to_resolve (entity_id)
        select distinct coalesce(c.named_entity_id, c.entity_id)
        from changed as c
        where c.entity_id is not null;
    end if;
    return null;
end
$$;
comment on function news.count_names is 'Keep the counts of news.entities and news.entity_acronyms by the mentions that are written or deleted, and queue what is to be compared.';
create trigger count_names_written after insert on news.entity_mentions
referencing new table as changed
for each statement execute function news.count_names();
create trigger count_names_deleted after delete on news.entity_mentions
referencing old table as changed
for each statement execute function news.count_names();

-- The counts of what is stored already; families follow with the next run, which reads names only.
update news.entities as e
set version_count = n.versions
from (
    select
        entity_id,
        count(distinct article_version_id) as versions
    from news.entity_mentions
    where entity_id is not null
    group by entity_id
) as n
where e.entity_id = n.entity_id;
insert into news.entity_acronyms (entity_id, acronym, version_count)
select
    e.entity_id,
    m.surface_text,
    count(distinct m.article_version_id) as version_count
from news.entity_mentions as m
inner join news.entities as e on m.entity_id = e.entity_id
where
    m.surface_text ~ '^[A-Z][A-Z0-9&]{1,9}$'
    and e.normalized_name like '% %'
    and e.entity_type != 'PERSON'
group by
    e.entity_id,
    m.surface_text;
