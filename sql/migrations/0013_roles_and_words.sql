-- Roles that work: the loader without ownership, the analyst for dateline sql. Comments in plain words.

-- Partitions and materialised views belong to the schema's owner. These two functions let the loader
-- have them made and refreshed; they run as their owner and take nothing but checked names.
create function news.create_month(parent regclass, first_day date) returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    key text := case parent
        when 'news.fetches'::regclass then 'fetched_at'
        when 'news.article_fingerprints'::regclass then 'seen_on'
    end;
    starts date := date_trunc('month', first_day::timestamp)::date;
    ends date := (date_trunc('month', first_day::timestamp) + interval '1 month')::date;
    month regclass;
    month_name text := (select relname from pg_class where oid = parent) || to_char(starts, '_YYYY_MM');
    fallback text := (select relname from pg_class where oid = parent) || '_default';
begin
    if key is null then
        raise exception 'table % has no monthly partitions', parent;
    end if;
    -- Attached rather than created as a partition, which would lock the whole table against readers.
    execute format('lock table news.%I in access exclusive mode', fallback);
    execute format(
        'create table news.%I (like %s including defaults including constraints)', month_name, parent
    );
    month := format('news.%I', month_name)::regclass;
    execute format(
        'insert into %s select * from news.%I where %I >= %L and %I < %L',
        month, fallback, key, starts, key, ends
    );
    execute format('delete from news.%I where %I >= %L and %I < %L', fallback, key, starts, key, ends);
    execute format(
        'alter table %s attach partition %s for values from (%L) to (%L)', parent, month, starts, ends
    );
    return month_name;
end
$$;
comment on function news.create_month is 'Create the partition of a day''s month of news.fetches or news.article_fingerprints and move its rows out of the default partition. Runs as the owner of the schema.';
revoke execute on function news.create_month from public;

create function ops.refresh_mart(mart_name text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format('refresh materialized view concurrently mart.%I', mart_name);
end
$$;
comment on function ops.refresh_mart is 'Refresh one materialised view of schema mart without blocking its readers. Runs as the owner of the schema.';
revoke execute on function ops.refresh_mart from public;

-- As 0004, and what it left out: sequences for the loader, bookkeeping for the analyst. Roles belong
-- to the whole server, so a database beside this one may create them at the same moment.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'dateline_loader') then
        create role dateline_loader nologin;
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'dateline_analyst') then
        create role dateline_analyst nologin;
    end if;
exception
    when insufficient_privilege or duplicate_object or unique_violation then
        raise notice 'a role was not created: %', sqlerrm;
end
$$;
do $$
begin
    grant usage on schema ops, news, mart to dateline_loader, dateline_analyst;
    grant select, insert, update, delete on all tables in schema ops, news to dateline_loader;
    revoke insert, update, delete on ops.schema_migrations, ops.mart_files from dateline_loader;
    grant usage on all sequences in schema ops, news to dateline_loader;
    grant execute on function news.create_month, ops.refresh_mart to dateline_loader;
    grant select on all tables in schema ops, news to dateline_analyst;
    alter default privileges in schema ops, news
    grant select, insert, update, delete on tables to dateline_loader;
    alter default privileges in schema ops, news grant usage on sequences to dateline_loader;
    alter default privileges in schema mart grant select on tables to dateline_loader;
    alter default privileges in schema ops, news, mart grant select on tables to dateline_analyst;
exception
    when insufficient_privilege or undefined_object then
        raise notice 'roles dateline_loader and dateline_analyst were not set up: %', sqlerrm;
end
$$;

comment on column news.sources.source_key is 'Short stable key of the outlet: the name of its TOML file.';
comment on column news.sources.time_zone is 'IANA zone of times that its pages state without an offset; null where unknown.';
comment on column news.sources.is_active is 'Whether runs look for links of it.';
comment on table ops.host_pace is 'One row per authority (host and port). Shared by all fetchers, so that they keep the crawl delay together.';
comment on column ops.host_pace.last_at is 'Latest reserved request time; it may lie in the future.';
comment on column ops.check_results.severity is 'error: a finding fails the run. warning: it does not.';
comment on column news.fetches.fetched_at is 'When the answer arrived.';
comment on column news.fetches.run_id is 'Run that made the request.';
comment on column news.fetches.requested_url is 'URL that was requested.';
comment on column news.articles.duplicate_group_id is 'Group of copies it belongs to; null where the article has none.';
comment on table news.pages is 'One row per canonical URL ever fetched with a body. Holds the validators for the next conditional request, and the article behind it.';
comment on table news.article_versions is 'One row per article and distinct text. Later stages only set their own columns.';
comment on column news.article_versions.is_current is 'Whether it is the text that the page shows now.';
comment on column news.article_versions.quality_score is 'How far the text is the whole article and nothing else, 0 to 1: an estimate of its 4-gram F1 before cleaning. About 0.9 is a whole article, 0.65 half of one or one with the page''s boilerplate, under 0.3 something else.';
comment on column news.article_versions.site_name is 'The outlet''s name as the page states it.';
comment on column news.article_versions.published_at is 'When the page says it was published, as a moment; null where it says nothing, and where it states a clock time of unknown zone (published_local).';
comment on column news.article_versions.modified_at is 'When the page says it was changed, as a moment; null where it says nothing, and where it states a clock time of unknown zone (modified_text).';
comment on column news.article_versions.refused_dates is 'Times not believed, each with where it was read: before 1990, after tomorrow, or a modification before the publication.';
comment on column news.article_versions.annotation_outcome is 'What annotation came to: loaded, names and quotes were looked for; not_english, they were not; quarantined, annotation failed; null until it is annotated.';
comment on column news.article_versions.annotated_at is 'When it was annotated; null before.';
comment on column news.article_versions.deduplicated_at is 'When copies of it were looked for; null before.';
comment on column news.article_versions.made_by is 'page: the publisher''s text was new. reprocess: the publisher changed nothing, a newer version of Dateline extracted a better text; no edit.';
comment on table news.removed_blocks is 'One row per block of text that cleaning removed from a version. Kept, so that every removal can be checked.';
comment on column news.removed_blocks.article_version_id is 'Version it was removed from.';
comment on column news.removed_blocks.block_text is 'The removed text.';
comment on column news.removed_blocks.article_count is 'With reason site_memory: different stories of the host whose pages held the block when it was removed. Copies of one story, AMP versions and updates of one live text count once; pages that were refused as no article count too.';
comment on column news.site_pages.name_marks is 'Hashes of the names it mentions most: a block that only pages about one subject share is not boilerplate.';
comment on column news.site_pages.seen_at is 'When it was first loaded.';
comment on column news.text_reuse.method_version is 'Version of the method that compared them.';
comment on column news.takedowns.canonical_url is 'URL that must not be stored.';
comment on table news.entity_mentions is 'One row per place where a version''s text names something. Dates and amounts too, without an entity.';
comment on column news.entity_mentions.article_version_id is 'Version whose text it is in.';
comment on table news.quotes is 'One row per attribution: what was said, the cue that introduces it, and who said it. Speakers are in news.quote_speakers.';
comment on column news.quotes.article_version_id is 'Version whose text it is in.';
comment on column news.quotes.cue_spans is 'Where the cue is.';
comment on column news.quote_speakers.article_version_id is 'Version whose text the quote is in.';
comment on table news.window_readings is 'One row per stretch of text that the language model read recently. A cache without words: unlogged and emptied by age; losing it costs time only.';
comment on column news.window_readings.reading_key is 'Digest of the model and of the word pieces of the stretch.';
comment on column news.window_readings.spans is 'What the model found in it, packed; pipeline/warehouse/window_cache.py reads it.';
comment on table news.duplicate_decisions is 'One row per pair of articles that a person declared different (dateline dedupe undo). It overrides the method and is kept when texts are compared again.';
comment on column news.duplicate_decisions.decision is 'not_duplicate: the two never share a group; where a third text connects them, the weakest link between them is cut.';
comment on column news.duplicate_decisions.reason is 'Why, in the words of the person who decided.';
comment on column news.duplicate_groups.origin_agency is 'News agency whose text the group prints, as its members credit it; null where no member credits one.';
