-- Search vectors in a table of their own. Each mark that a stage set on a version's row put all words of
-- its text into the index again: 30 of 49 MB of WAL of annotating 1,000 articles (decision 37).

-- The migration holds the store to itself. Rows are moved as they are, and the index is built again. The
-- room of the column is given back as rows are updated, or at once by vacuum full news.article_versions.
-- squawk-ignore-file require-concurrent-index-creation, ban-drop-column, ban-drop-function
-- squawk-ignore-file adding-foreign-key-constraint

set local statement_timeout = 0;

-- one row per article version.
create table news.article_search (
    article_version_id bigint not null,
    search_vector tsvector not null
);
insert into news.article_search (article_version_id, search_vector)
select
    v.article_version_id,
    coalesce(v.search_vector, '') as search_vector
from news.article_versions as v
order by v.article_version_id;
alter table news.article_search
add primary key (article_version_id),
add foreign key (article_version_id) references news.article_versions on delete cascade;
create index article_search_words on news.article_search using gin (search_vector);
comment on table news.article_search is 'One row per article version: what a search looks through. Written when a text is stored, and by no stage after that.';
comment on column news.article_search.article_version_id is 'Version whose words they are.';
comment on column news.article_search.search_vector is 'Title and the text''s first 200,000 characters for full-text search, stemmed by language and as printed, in scripts without blanks by characters: search_vector @@ mart.search_query(''…''). Without the places of words where the source says text_for = "owner".';
analyze news.article_search;

-- mart.articles has the column. So that it need not be dropped with all that reads it, its definition of
-- whatever version shows null until its file is run, later in this upgrade.
do $$
begin
    if to_regclass('mart.articles') is not null then
        execute 'create or replace view mart.articles as '
            || replace(pg_get_viewdef('mart.articles'::regclass), 'v.search_vector', 'null::tsvector as search_vector');
    end if;
end
$$;

drop trigger article_versions_search_vector on news.article_versions;
drop function news.set_search_vector();
alter table news.article_versions drop column search_vector;

create function news.keep_search_vectors(versions bigint[]) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
    insert into news.article_search (article_version_id, search_vector)
    select
        v.article_version_id,
        -- Places of words would give the text back, stemmed; without them its words are still found.
        case s.text_for when 'owner' then strip(w.vector) else w.vector end
    from news.article_versions as v
    inner join news.articles as a on v.article_id = a.article_id
    inner join news.sources as s on a.source_id = s.source_id
    cross join lateral (
        select news.search_vector_of(v.title, v.body_text, v.language_code) as vector
    ) as w
    where v.article_version_id = any(versions)
    on conflict (article_version_id) do update set search_vector = excluded.search_vector
$$;
comment on function news.keep_search_vectors is 'Store the search vectors of some article versions, in place of earlier ones; without the places of words where the source says text_for = "owner".';

create function news.keep_search_vector() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform news.keep_search_vectors(array[new.article_version_id]);
    return null;
end
$$;
comment on function news.keep_search_vector is 'Store the search vector of a version whenever its title, text or language is set.';

create trigger article_versions_search
after insert or update of title, body_text, language_code on news.article_versions
for each row execute function news.keep_search_vector();

create or replace procedure news.renew_search_vectors()
language plpgsql
as $$
declare
    done bigint := 0;
    versions bigint[];
begin
    loop
        versions := array(
            select v.article_version_id
            from news.article_versions as v
            where v.article_version_id > done
            order by v.article_version_id
            limit 500
        );
        exit when cardinality(versions) = 0;
        perform news.keep_search_vectors(versions);
        commit;
        done := versions[cardinality(versions)];
    end loop;
end
$$;

create or replace function news.note_text_for() returns trigger
language plpgsql
as $$
begin
    perform news.keep_search_vectors(array(
        select v.article_version_id
        from news.article_versions as v
        inner join news.articles as a on v.article_id = a.article_id
        where a.source_id = new.source_id
    ));
    insert into ops.changed_articles (article_id)
    select a.article_id from news.articles as a where a.source_id = new.source_id;
    return null;
end
$$;

create or replace function news.note_changed_version() returns trigger
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
    old.read_again_at := new.read_again_at;
    old.read_again_by := new.read_again_by;
    old.body_text := new.body_text;
    if old is distinct from new then
        insert into ops.changed_articles (article_id)
        select distinct each from unnest(array[old.article_id, new.article_id]) as each;
    end if;
    return null;
end
$$;

create or replace function news.found_articles(
    query tsquery, since_day date, until_day date, outlet_key text, language text, most int
)
returns table (found_article_id bigint, found_rank real)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
-- Where most texts have the words of a phrase, Postgres would read all vectors instead of the index.
set enable_seqscan = off
as $$
declare
    -- What an index can answer: no exclusions, and the words of a phrase anywhere.
    loose constant text := regexp_replace(querytree(query), '<(-|\d+)>', '&', 'g');
begin
    if loose = 'T' then
        return;
    end if;
    -- For a phrase each text has to be read, at 20 to 50 µs. So the texts that have its words come from
    -- the index, and are read from the newest on until there are enough. Postgres takes reading a text
    -- for cheap, and would read all of them in the order of their dates.
    return query execute format(
        $query$
            with matched as %s (
                select v.article_id, w.search_vector
                from news.article_search as w
                inner join news.article_versions as v on w.article_version_id = v.article_version_id
                inner join news.articles as a on v.article_id = a.article_id
                inner join news.sources as s on a.source_id = s.source_id
                cross join lateral (
                    select coalesce(
                        news.published_day(
                            a.published_at, v.published_local, v.published_zone, v.published_precision,
                            v.published_text, s.known_time_zone
                        ),
                        (
                            least(v.modified_at, a.first_seen_at)
                            at time zone coalesce(s.known_time_zone, 'UTC')
                        )::date
                    ) as best_date
                ) as d
                where
                    v.is_current
                    and w.search_vector @@ $1
                    -- best_date has no index; these moments have, and hold its day in every zone. A
                    -- modification may be long before the first visit, so that undated articles have
                    -- no upper bound here.
                    and ($3 is null or coalesce(a.published_at, a.first_seen_at) >= $3 - 1)
                    and ($4 is null or a.published_at is null or a.published_at < $4 + 2)
                    and ($3 is null or d.best_date >= $3)
                    and ($4 is null or d.best_date <= $4)
                    and ($5 is null or s.source_key = $5)
                    and ($6 is null or v.language_code = $6)
                order by coalesce(a.published_at, a.first_seen_at) desc
            ),

            newest as (
                select m.article_id, m.search_vector
                from matched as m
                where m.search_vector @@ $2
                limit $7
            )

            select n.article_id, ts_rank(n.search_vector, $2, 1)
            from newest as n
        $query$,
        case when query::text ~ '<(-|\d+)>' then 'materialized' else 'not materialized' end
    )
    using loose::tsquery, query, since_day, until_day, outlet_key, language, most;
end
$$;

set local statement_timeout = '15min';
