-- Each article holds its current version and the day to count it on, so that marts of mentions and quotes
-- need no version, and a question about some days finds them by index.

-- The migration holds the store to itself: seconds at 100,000 articles, a minute or two at a million.
-- squawk-ignore-file require-concurrent-index-creation, require-timeout-settings

create function news.best_day(
    known_time_zone text,
    stated_at timestamptz,
    first_seen_at timestamptz,
    published_at timestamptz,
    published_local timestamp,
    published_zone text,
    published_precision text,
    published_text text,
    modified_at timestamptz
)
returns table (best_date date, best_date_origin text)
language sql stable parallel safe
as $$
    select
        coalesce(
            p.day,
            (
                case when modified_at < first_seen_at then modified_at else first_seen_at end
                at time zone coalesce(known_time_zone, 'UTC')
            )::date
        ),
        case
            when p.day is null then case when modified_at < first_seen_at then 'modified' else 'first_seen' end
            when published_local is not null then 'published_local'
            else 'published'
        end
    from (
        select
            case
                when published_local is not null then published_local::date
                when published_zone = 'unknown' then null
                -- A day without a time is stored as its midnight in UTC.
                when published_precision = 'day' then (stated_at at time zone 'UTC')::date
                when known_time_zone is not null then (stated_at at time zone known_time_zone)::date
                -- Without a zone of the outlet, the page's own clock: 2026-11-20T23:30:00+02:00.
                when
                    published_zone = 'page' and published_at = stated_at
                    and published_text ~ '^\d{4}-\d\d-\d\dT'
                    then left(published_text, 10)::date
                else (stated_at at time zone 'UTC')::date
            end as day
    ) as p
$$;
comment on function news.best_day is 'The day to count an article on, by the outlet''s clock, and what it is: see news.articles. stated_at is published_at of the article, published_at that of its version.';

alter table news.articles
add column current_version_id bigint,
add column best_date date,
add column best_date_origin text;
comment on column news.articles.current_version_id is 'Key of its current version, the one with is_current; null while it has none. Set by triggers, without a foreign key.';
comment on column news.articles.best_date is 'The day to count it on, by the outlet''s clock: as published, else the day it was modified or first seen, whichever is earlier. Null without a current version. Set by triggers.';
comment on column news.articles.best_date_origin is 'What best_date is: published, published_local (a clock time of unknown zone), modified or first_seen.';

create view news.article_days as
select
    a.article_id,
    v.article_version_id as current_version_id,
    d.best_date,
    d.best_date_origin
from news.articles as a
inner join news.article_versions as v on a.article_id = v.article_id and v.is_current
inner join news.sources as s on a.source_id = s.source_id
cross join lateral news.best_day(
    s.known_time_zone, a.published_at, a.first_seen_at, v.published_at, v.published_local, v.published_zone,
    v.published_precision, v.published_text, v.modified_at
) as d;
comment on view news.article_days is 'One row per article with a current version: what triggers set in news.articles, from the rows it depends on.';
comment on column news.article_days.article_id is 'The article.';
comment on column news.article_days.current_version_id is 'As in news.articles.';
comment on column news.article_days.best_date is 'As in news.articles.';
comment on column news.article_days.best_date_origin is 'As in news.articles.';

-- What follows from other rows, whose changes are noted, is no change of its own.
create or replace function news.note_changed_article() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A visit that changes nothing is no change.
    old.last_seen_at := new.last_seen_at;
    old.current_version_id := new.current_version_id;
    old.best_date := new.best_date;
    old.best_date_origin := new.best_date_origin;
    if old is distinct from new then
        insert into ops.changed_articles (article_id) values (new.article_id);
    end if;
    return null;
end
$$;

-- Nothing of this is a change that a copy elsewhere has to fetch.
alter table news.articles disable trigger user;
update news.articles as a set
    current_version_id = d.current_version_id,
    best_date = d.best_date,
    best_date_origin = d.best_date_origin
from news.article_days as d
where a.article_id = d.article_id;
alter table news.articles enable trigger user;
create unique index articles_current_version on news.articles (current_version_id);
create index articles_day on news.articles (best_date);
analyze news.articles;

create function news.set_day_of_article() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    select
        d.best_date,
        d.best_date_origin
    into new.best_date, new.best_date_origin
    from news.article_versions as v
    cross join news.sources as s
    cross join lateral news.best_day(
        s.known_time_zone, new.published_at, new.first_seen_at, v.published_at, v.published_local,
        v.published_zone, v.published_precision, v.published_text, v.modified_at
    ) as d
    where
        v.article_version_id = new.current_version_id
        and s.source_id = new.source_id;
    return new;
end
$$;
comment on function news.set_day_of_article is 'Set the day of an article whose current version, outlet or times changed.';
create trigger articles_day before update on news.articles
for each row when (
    (old.current_version_id, old.source_id, old.published_at, old.first_seen_at)
    is distinct from (new.current_version_id, new.source_id, new.published_at, new.first_seen_at)
)
execute function news.set_day_of_article();

create function news.set_current_version() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op != 'INSERT' then
        update news.articles as a set current_version_id = null
        where
            a.article_id = old.article_id
            and a.current_version_id = old.article_version_id
            and (tg_op = 'DELETE' or not new.is_current or new.article_id != old.article_id);
    end if;
    if tg_op != 'DELETE' and new.is_current then
        update news.articles as a set
            current_version_id = d.current_version_id,
            best_date = d.best_date,
            best_date_origin = d.best_date_origin
        from news.article_days as d
        where
            a.article_id = new.article_id
            and d.article_id = new.article_id
            and (a.current_version_id, a.best_date, a.best_date_origin)
            is distinct from (d.current_version_id, d.best_date, d.best_date_origin);
    end if;
    return null;
end
$$;
comment on function news.set_current_version is 'Set the current version and the day of the article of a version that became the current one, no longer is, or states another time.';
create trigger article_versions_current_inserted after insert on news.article_versions
for each row when (new.is_current) execute function news.set_current_version();
create trigger article_versions_current_updated after update on news.article_versions
for each row when (
    (old.is_current or new.is_current)
    and (
        old.is_current, old.article_id, old.published_at, old.published_local, old.published_zone,
        old.published_precision, old.published_text, old.modified_at
    ) is distinct from (
        new.is_current, new.article_id, new.published_at, new.published_local, new.published_zone,
        new.published_precision, new.published_text, new.modified_at
    )
)
execute function news.set_current_version();
create trigger article_versions_current_deleted after delete on news.article_versions
for each row when (old.is_current) execute function news.set_current_version();

create function news.set_days_of_source() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    update news.articles as a set
        best_date = d.best_date,
        best_date_origin = d.best_date_origin
    from news.article_days as d
    where
        a.source_id = new.source_id
        and a.article_id = d.article_id
        and (a.best_date, a.best_date_origin) is distinct from (d.best_date, d.best_date_origin);
    return null;
end
$$;
comment on function news.set_days_of_source is 'Set the days of the articles of an outlet whose clock changed.';
create trigger sources_days after update on news.sources
for each row when (old.known_time_zone is distinct from new.known_time_zone)
execute function news.set_days_of_source();

-- From its sample Postgres takes the texts of 30 million mentions for a tenth of what they are, and then reads
-- all for those of some texts.
alter table news.entity_mentions alter column article_version_id set (n_distinct = -0.04);
alter table news.quotes alter column article_version_id set (n_distinct = -0.13);
alter table news.quote_speakers alter column article_version_id set (n_distinct = -0.13);
analyze news.entity_mentions (article_version_id);
analyze news.quotes (article_version_id);
analyze news.quote_speakers (article_version_id);

-- Searches find the article of a text without its version.

create or replace function news.newest_articles(since_day date, until_day date, most int)
returns table (least_moment timestamptz, least_version_id bigint, are_all boolean)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select min(n.moment), min(n.current_version_id), count(*) < most
    from (
        select a.current_version_id, coalesce(a.published_at, a.first_seen_at) as moment
        from news.articles as a
        where
            (since_day is null or coalesce(a.published_at, a.first_seen_at) >= since_day - 1)
            and (until_day is null or a.published_at is null or a.published_at < until_day + 2)
        order by coalesce(a.published_at, a.first_seen_at) desc
        limit most
    ) as n
$$;

create or replace function news.found_articles(
    query tsquery, since_day date, until_day date, outlet_key text, language text, most int
)
returns table (found_article_id bigint, found_rank real)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
-- Where most texts have the words of a phrase, Postgres would read all vectors instead of the index.
set enable_seqscan = off
-- Room for the places of a million matches; without it the vectors of whole pages are read again.
set work_mem = '64MB'
-- Postgres would rather have two processes read all texts with the words of a phrase than look up the newest.
set max_parallel_workers_per_gather = 0
-- mart.search_quotes and the like turn notices of stop words off.
set client_min_messages = notice
as $$
declare
    -- What an index can answer: no exclusions, and the words of a phrase anywhere.
    loose constant text := regexp_replace(querytree(query), '<(-|\d+)>', '&', 'g');
    has_phrase constant boolean := query::text ~ '<(-|\d+)>';
    allowed constant bigint := greatest(news.search_reads(), 2 * most);
    -- Without a phrase Postgres goes through the articles from the newest on, or through the index,
    -- whichever it takes for shorter, until there are enough. For a phrase it looks among some of the
    -- newest articles at a time, as many as can be read; null stands for all others.
    size bigint := case when has_phrase then greatest(news.first_look() / 5, 1) end;
    looked_at bigint := 0;
    with_words bigint := 0;
    start timestamptz;
    before timestamptz := 'infinity';
    newest record;
    remaining bigint;
    keys bigint[] := '{}';
    ranks real[] := '{}';
begin
    if loose = 'T' then
        return;
    end if;
    loop
        start := case when size is not null then news.start_of_newest(since_day, until_day, before, size::int) end;
        execute format(
            $query$
                with matched as %s (
                    select a.article_id, w.search_vector
                    from news.article_search as w
                    inner join news.articles as a on w.article_version_id = a.current_version_id
                    %s
                    where
                        w.search_vector @@ $1
                        and ($8 is null or coalesce(a.published_at, a.first_seen_at) >= $8)
                        and ($9 = 'infinity' or coalesce(a.published_at, a.first_seen_at) < $9)
                        -- Not only by best_date: these moments, by which the articles are read, hold its day in
                        -- every zone. A modification may be long before the first visit, so that undated
                        -- articles have no upper bound here.
                        and ($3 is null or coalesce(a.published_at, a.first_seen_at) >= $3 - 1)
                        and ($4 is null or a.published_at is null or a.published_at < $4 + 2)
                        and ($3 is null or a.best_date >= $3)
                        and ($4 is null or a.best_date <= $4)
                        and (
                            $5 is null
                            or a.source_id = (select s.source_id from news.sources as s where s.source_key = $5)
                        )
                    order by coalesce(a.published_at, a.first_seen_at) desc
                ),

                found as (
                    select m.article_id, m.search_vector
                    from matched as m
                    where m.search_vector @@ $2
                    limit $7
                )

                select
                    coalesce(array_agg(f.article_id), '{}') as keys,
                    coalesce(array_agg(ts_rank(f.search_vector, $2, 1)), '{}') as ranks,
                    %s as with_words
                from found as f
            $query$,
            case when has_phrase then 'materialized' else 'not materialized' end,
            case when language is not null then 'inner join news.article_versions as v on a.current_version_id = v.article_version_id and v.language_code = $6' end,
            case when has_phrase then '(select count(*) from matched)' else '0' end
        )
        into newest
        using
            loose::tsquery, query, since_day, until_day, outlet_key, language, most - cardinality(keys),
            start, before;
        keys := keys || newest.keys;
        ranks := ranks || newest.ranks;
        exit when start is null or cardinality(keys) >= most;
        looked_at := looked_at + size;
        with_words := with_words + newest.with_words;
        before := start;
        if looked_at < news.first_look() then
            size := news.first_look() - looked_at;
            continue;
        end if;
        -- As many as the last publish counted; an undated article may count on another day.
        select coalesce(sum(d.article_count), 0) into remaining
        from news.counted_days as d
        where d.best_date <= before::date and (since_day is null or d.best_date >= since_day);
        size := case
            when with_words * remaining / looked_at > allowed - with_words
                then (allowed - with_words) * looked_at / with_words
        end;
        if size < looked_at then
            raise notice
                'Searched the newest % articles, back to %, for the phrase: most others have its words. until => ''%'' looks further back, and after set dateline.search_reads = 999999999 all are searched.',
                looked_at, before::date, before::date;
            exit;
        end if;
    end loop;
    return query select u.article_id, u.rank from unnest(keys, ranks) as u(article_id, rank);
end
$$;

create or replace function news.found_quotes(
    query tsquery, since_day date, until_day date, outlet_key text, speaker text, most int
)
returns table (found_article_id bigint, found_quote_no int)
language plpgsql stable security definer
rows 500
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set work_mem = '64MB'
as $$
declare
    loose constant text := regexp_replace(querytree(query), '<(-|\d+)>', '&', 'g');
    is_exact constant boolean := query::text !~ '<(-|\d+)>|!';
    newest record;
    keys bigint[];
    numbers int[];
begin
    if loose = 'T' then
        return;
    end if;
    select n.* into newest
    from news.newest_articles(since_day, until_day, case when speaker is null then news.first_look() else 0 end) as n;
    loop
        execute
            $query$
                with matched as materialized (
                    select q.article_version_id, q.quote_no, q.quote_sha256
                    from news.quotes as q
                    where
                        news.quote_search_vector(q.quote_text) @@ $1
                        and ($6 is null or q.article_version_id >= $6)
                ),

                said as materialized (
                    select
                        m.article_version_id,
                        m.quote_no
                    from matched as m
                    where
                        $8 is null
                        -- Any name by which the speaker may be shown.
                        or (
                            select
                                bool_or(
                                    strpos(news.unaccented(p.speaker_name), $8) > 0
                                    or strpos(news.unaccented(e.entity_name), $8) > 0
                                )
                            from news.quote_speakers as p
                            left join news.entities as n on p.entity_id = n.entity_id
                            left join news.entities as e on n.canonical_entity_id = e.entity_id
                            where
                                p.article_version_id = m.article_version_id
                                and p.quote_no = m.quote_no
                        )
                        or m.quote_sha256 in (
                            select d.quote_sha256
                            from news.quote_decisions as d
                            left join news.entities as n on d.entity_id = n.entity_id
                            left join news.entities as e on n.canonical_entity_id = e.entity_id
                            where strpos(news.unaccented(coalesce(e.entity_name, d.speaker_name)), $8) > 0
                        )
                ),

                newest as materialized (
                    select w.article_version_id, w.quote_no, a.article_id
                    from said as w
                    -- One by one, since Postgres expects more rows than there are.
                    cross join lateral (
                        select
                            a.article_id,
                            a.source_id,
                            a.published_at,
                            coalesce(a.published_at, a.first_seen_at) as moment
                        from news.articles as a
                        where a.current_version_id = w.article_version_id
                        offset 0
                    ) as a
                    inner join news.sources as s on a.source_id = s.source_id
                    where
                        ($7 is null or a.moment >= $7)
                        and ($2 is null or a.moment >= $2 - 1)
                        and ($3 is null or a.published_at is null or a.published_at < $3 + 2)
                        and ($4 is null or s.source_key = $4)
                    order by a.moment desc
                ),

                found as (
                    select w.article_id, w.quote_no
                    from newest as w
                    where
                        $9
                        or (
                            select news.quote_search_vector(q.quote_text) @@ $10
                            from news.quotes as q
                            where
                                q.article_version_id = w.article_version_id
                                and q.quote_no = w.quote_no
                        )
                    limit $5
                )

                select array_agg(f.article_id), array_agg(f.quote_no)
                from found as f
            $query$
        into keys, numbers
        using
            loose::tsquery, since_day, until_day, outlet_key, most,
            newest.least_version_id, newest.least_moment, news.unaccented(speaker), is_exact, query;
        exit when newest.least_version_id is null or newest.are_all or cardinality(keys) >= most;
        newest.least_moment := null;
        newest.least_version_id := null;
    end loop;
    return query select u.article_id, u.quote_no from unnest(keys, numbers) as u(article_id, quote_no);
end
$$;
