-- Change numbers: a downstream copy asks for what changed since its last number, and misses nothing.

-- The migration holds the store to itself, and rows are only added.
-- squawk-ignore-file require-concurrent-index-creation, adding-foreign-key-constraint

-- one row per article and change that has no number yet.
create table ops.changed_articles (
    change_id bigint generated always as identity primary key,
    article_id bigint not null
);
comment on table ops.changed_articles is 'One row per article and change that has no number yet; an article may have several. Written by triggers, in the transaction of the change; news.number_changes takes them.';
comment on column ops.changed_articles.change_id is 'Key of the row; ascending within a transaction.';
comment on column ops.changed_articles.article_id is 'Article that changed, or was deleted.';

-- one row per article that is or was stored: the number of its last change.
create table news.article_changes (
    article_id bigint primary key,
    changed_seq bigint not null unique,
    changed_at timestamptz not null,
    is_deleted boolean not null
);
comment on table news.article_changes is 'One row per article that is or was stored: the number of its last change. Written by news.number_changes alone.';
comment on column news.article_changes.article_id is 'Article; no foreign key, since deleted ones stay.';
comment on column news.article_changes.changed_seq is 'Number of the last change. Whoever has read up to a number never finds a lower one later: one transaction at a time gives numbers, to changes that are committed.';
comment on column news.article_changes.changed_at is 'When the number was given; never decreases as numbers rise.';
comment on column news.article_changes.is_deleted is 'Whether the article is gone.';

create function news.number_changes() returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    last_seq bigint;
    last_at timestamptz;
    numbered bigint;
begin
    -- Held until the commit, so that numbers are visible in their order ("dlcn").
    perform pg_advisory_xact_lock(1684824942);
    select coalesce(max(c.changed_seq), 0), coalesce(max(c.changed_at), '-infinity')
    into last_seq, last_at
    from news.article_changes as c
    where c.changed_seq = (select max(l.changed_seq) from news.article_changes as l);
    -- Only committed rows are seen. Those of a transaction that is still open get a later number.
    with taken as (
        delete from ops.changed_articles
        returning change_id, article_id
    ),
    changed as (
        select t.article_id, row_number() over (order by min(t.change_id)) as place
        from taken as t
        group by t.article_id
    )
    insert into news.article_changes (article_id, changed_seq, changed_at, is_deleted)
    select c.article_id, last_seq + c.place, greatest(clock_timestamp(), last_at), a.article_id is null
    from changed as c
    left join news.articles as a on c.article_id = a.article_id
    on conflict (article_id) do update
    set
        changed_seq = excluded.changed_seq,
        changed_at = excluded.changed_at,
        is_deleted = excluded.is_deleted;
    get diagnostics numbered = row_count;
    return numbered;
end
$$;
comment on function news.number_changes is 'Give numbers to the articles whose changes are committed and have none, and return how many. Waits for another call to be committed; call it in a short transaction of its own.';

create function news.note_article() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op in ('DELETE', 'UPDATE') then
        insert into ops.changed_articles (article_id) values (old.article_id);
    end if;
    if tg_op = 'INSERT' or tg_op = 'UPDATE' and new.article_id is distinct from old.article_id then
        insert into ops.changed_articles (article_id) values (new.article_id);
    end if;
    return null;
end
$$;
comment on function news.note_article is 'Note the article of a row as changed.';

create function news.note_changed_article() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A visit that changes nothing is no change.
    old.last_seen_at := new.last_seen_at;
    if old is distinct from new then
        insert into ops.changed_articles (article_id) values (new.article_id);
    end if;
    return null;
end
$$;
comment on function news.note_changed_article is 'Note an article whose row changed in more than the time of its last visit.';

create function news.note_changed_version() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Marks of stages are no change of what the marts show; annotation sets annotated_at. The text
    -- of a version never changes, so it need not be compared.
    old.last_seen_at := new.last_seen_at;
    old.comment_count := new.comment_count;
    old.deduplicated_at := new.deduplicated_at;
    old.nlp_version := new.nlp_version;
    old.extractor_version := new.extractor_version;
    old.body_text := new.body_text;
    old.search_vector := new.search_vector;
    if old is distinct from new then
        insert into ops.changed_articles (article_id)
        select distinct each from unnest(array[old.article_id, new.article_id]) as each;
    end if;
    return null;
end
$$;
comment on function news.note_changed_version is 'Note the article of a version of which more than the marks of stages changed.';

create function news.note_pair() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'DELETE' then
        insert into ops.changed_articles (article_id) values (old.article_id_a), (old.article_id_b);
    else
        insert into ops.changed_articles (article_id) values (new.article_id_a), (new.article_id_b);
    end if;
    return null;
end
$$;
comment on function news.note_pair is 'Note both articles of a relation as changed.';

create function news.note_group() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ops.changed_articles (article_id)
    select a.article_id from news.articles as a where a.duplicate_group_id = new.duplicate_group_id;
    return null;
end
$$;
comment on function news.note_group is 'Note the articles of a group as changed.';

create function news.note_source() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ops.changed_articles (article_id)
    select a.article_id from news.articles as a where a.source_id = new.source_id;
    return null;
end
$$;
comment on function news.note_source is 'Note the articles of a source as changed.';

create function news.note_entity() returns trigger
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
        );
    return null;
end
$$;
comment on function news.note_entity is 'Note the articles that name an entity, or one that was merged into it, as changed.';

create function news.note_annotations() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ops.changed_articles (article_id)
    select distinct v.article_id
    from changed as c
    inner join news.article_versions as v on c.article_version_id = v.article_version_id
    where v.is_current;
    return null;
end
$$;
comment on function news.note_annotations is 'Note the articles of updated mentions, quotes or speakers as changed. Annotation itself inserts and deletes them, and is noted by annotated_at.';

create trigger articles_changed after insert or delete on news.articles
for each row execute function news.note_article();
create trigger articles_updated after update on news.articles
for each row execute function news.note_changed_article();
create trigger article_versions_inserted after insert on news.article_versions
for each row when (new.is_current) execute function news.note_article();
create trigger article_versions_updated after update on news.article_versions
for each row when (
    old.is_current or new.is_current
    -- The quotes of an earlier text tell which of them an edit removed.
    or old.annotated_at is distinct from new.annotated_at
)
execute function news.note_changed_version();
create trigger article_versions_deleted after delete on news.article_versions
for each row when (old.is_current) execute function news.note_article();
create trigger article_edits_changed after insert or update or delete on news.article_edits
for each row execute function news.note_article();
create trigger story_articles_changed after insert or update or delete on news.story_articles
for each row execute function news.note_article();
create trigger text_reuse_changed after insert or delete on news.text_reuse
for each row execute function news.note_pair();
create trigger text_reuse_updated after update on news.text_reuse
for each row when (
    (old.relation, old.jaccard, old.containment_a, old.containment_b, old.shared_words, old.method_version)
    is distinct from
    (new.relation, new.jaccard, new.containment_a, new.containment_b, new.shared_words, new.method_version)
)
execute function news.note_pair();
create trigger duplicate_groups_updated after update on news.duplicate_groups
for each row when (old.origin_agency is distinct from new.origin_agency)
execute function news.note_group();
create trigger sources_updated after update on news.sources
for each row when (
    (old.source_key, old.known_time_zone) is distinct from (new.source_key, new.known_time_zone)
)
execute function news.note_source();
create trigger entities_updated after update on news.entities
for each row when (
    (old.entity_type, old.entity_name, old.merged_into_entity_id)
    is distinct from (new.entity_type, new.entity_name, new.merged_into_entity_id)
)
execute function news.note_entity();
create trigger entity_mentions_updated after update on news.entity_mentions
referencing new table as changed for each statement execute function news.note_annotations();
create trigger quotes_updated after update on news.quotes
referencing new table as changed for each statement execute function news.note_annotations();
create trigger quote_speakers_updated after update on news.quote_speakers
referencing new table as changed for each statement execute function news.note_annotations();

insert into ops.changed_articles (article_id)
select a.article_id
from news.articles as a
order by a.article_id;
