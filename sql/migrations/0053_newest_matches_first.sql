-- Searches for common words and phrases in a large store. Postgres kept which rows of a million match in 4 MB,
-- so it lost track of them, and read the words of all rows nearby again: a common word in the quotes of
-- the last 30 days took more than a minute. And all matches were joined before the newest were taken.

create function news.first_look() returns int
language sql immutable parallel safe
return 10000;
comment on function news.first_look is 'Among how many of the newest articles a search of texts looks first; one of quotes among twice as many, since fewer quotes have a word than texts have it.';

create function news.newest_articles(since_day date, until_day date, most int)
returns table (least_moment timestamptz, least_version_id bigint, are_all boolean)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select min(n.moment), min(v.article_version_id), count(*) < most
    from (
        select a.article_id, coalesce(a.published_at, a.first_seen_at) as moment
        from news.articles as a
        where
            (since_day is null or coalesce(a.published_at, a.first_seen_at) >= since_day - 1)
            and (until_day is null or a.published_at is null or a.published_at < until_day + 2)
        order by coalesce(a.published_at, a.first_seen_at) desc
        limit most
    ) as n
    inner join news.article_versions as v on n.article_id = v.article_id and v.is_current
$$;
comment on function news.newest_articles is 'The first moment and the least version of the newest articles of a span of days, up to so many of them; are_all where the span has no more. By the least version an index leaves out what was stored long before.';

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
as $$
declare
    -- What an index can answer: no exclusions, and the words of a phrase anywhere.
    loose constant text := regexp_replace(querytree(query), '<(-|\d+)>', '&', 'g');
    has_phrase constant boolean := query::text ~ '<(-|\d+)>';
    newest record;
    keys bigint[];
    ranks real[];
begin
    if loose = 'T' then
        return;
    end if;
    -- Without a phrase Postgres goes through the articles from the newest on, or through the index,
    -- whichever it takes for shorter, until there are enough.
    select n.* into newest
    from news.newest_articles(since_day, until_day, case when has_phrase then news.first_look() else 0 end) as n;
    loop
        -- For a phrase each text has to be read, at 20 to 50 µs. So the texts that have its words come from
        -- the index, and are read from the newest on until there are enough. Postgres takes reading a text
        -- for cheap, and would read all of them in the order of their dates.
        execute format(
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
                        and ($8 is null or w.article_version_id >= $8)
                        and ($9 is null or coalesce(a.published_at, a.first_seen_at) >= $9)
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

                found as (
                    select m.article_id, m.search_vector
                    from matched as m
                    where m.search_vector @@ $2
                    limit $7
                )

                select array_agg(f.article_id), array_agg(ts_rank(f.search_vector, $2, 1))
                from found as f
            $query$,
            case when has_phrase then 'materialized' else 'not materialized' end
        )
        into keys, ranks
        using
            loose::tsquery, query, since_day, until_day, outlet_key, language, most,
            newest.least_version_id, newest.least_moment;
        exit when newest.least_version_id is null or newest.are_all or cardinality(keys) >= most;
        newest.least_moment := null;
        newest.least_version_id := null;
    end loop;
    return query select u.article_id, u.rank from unnest(keys, ranks) as u(article_id, rank);
end
$$;

create function news.found_quotes(
    query tsquery, since_day date, until_day date, outlet_key text, most int
)
returns table (found_article_id bigint, found_quote_no int)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set work_mem = '64MB'
as $$
declare
    newest record;
    keys bigint[];
    numbers int[];
begin
    select n.* into newest from news.newest_articles(since_day, until_day, 2 * news.first_look()) as n;
    loop
        execute
            $query$
                with matched as materialized (
                    select q.article_version_id, q.quote_no
                    from news.quotes as q
                    where
                        news.quote_search_vector(q.quote_text) @@ $1
                        and ($6 is null or q.article_version_id >= $6)
                ),

                found as (
                    select v.article_id, m.quote_no
                    from matched as m
                    inner join news.article_versions as v on m.article_version_id = v.article_version_id
                    inner join news.articles as a on v.article_id = a.article_id
                    inner join news.sources as s on a.source_id = s.source_id
                    where
                        v.is_current
                        and ($7 is null or coalesce(a.published_at, a.first_seen_at) >= $7)
                        and ($2 is null or coalesce(a.published_at, a.first_seen_at) >= $2 - 1)
                        and ($3 is null or a.published_at is null or a.published_at < $3 + 2)
                        and ($4 is null or s.source_key = $4)
                    order by coalesce(a.published_at, a.first_seen_at) desc
                    limit $5
                )

                select array_agg(f.article_id), array_agg(f.quote_no)
                from found as f
            $query$
        into keys, numbers
        using
            query, since_day, until_day, outlet_key, most,
            newest.least_version_id, newest.least_moment;
        exit when newest.least_version_id is null or newest.are_all or cardinality(keys) >= most;
        newest.least_moment := null;
        newest.least_version_id := null;
    end loop;
    return query select u.article_id, u.quote_no from unnest(keys, numbers) as u(article_id, quote_no);
end
$$;
comment on function news.found_quotes is 'Keys of the newest quotes whose words match, of any grade: what mart.search_quotes looks through.';

create or replace function mart.search_quotes(
    words text,
    speaker text default null,
    since date default null,
    until date default null,
    outlet text default null,
    limit_to int default 20
)
returns table (
    article_id bigint,
    quote_no int,
    rank real,
    speaker_name text,
    source_key text,
    best_date date,
    quote_html text,
    quote_kind text,
    grade text,
    title text,
    canonical_url text
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
set client_min_messages = warning
set work_mem = '64MB'
as $$
#variable_conflict use_column
declare
    query constant tsquery := news.quote_query(words);
    rows_wanted constant int := least(greatest(coalesce(limit_to, 20), 0), 1000);
    -- Of the newest matches some have a grade that is not shown. Of a speaker all are looked at.
    looked_at constant int := case when speaker is null then 2000 else 1000000 end;
begin
    if coalesce(numnode(query), 0) = 0 then
        return;
    end if;
    return query
    select
        f.article_id,
        f.quote_no,
        f.found_rank,
        f.speaker_name,
        f.source_key,
        f.best_date,
        news.marked_html(f.quote_text, query, 'pg_catalog.english', 'HighlightAll=true'),
        f.quote_kind,
        f.grade,
        f.title,
        f.canonical_url
    from (
        select w.*, ts_rank(news.quote_search_vector(w.quote_text), query, 1) as found_rank
        from (
            select q.*
            from news.found_quotes(query, since, until, outlet, looked_at) as m
            inner join mart.who_said_what as q
                on m.found_article_id = q.article_id and m.found_quote_no = q.quote_no
            where
                (speaker is null or strpos(news.unaccented(q.speaker_name), news.unaccented(speaker)) > 0)
                and (since is null or q.best_date >= since)
                and (until is null or q.best_date <= until)
            limit 500
        ) as w
        order by found_rank desc, w.best_date desc, w.article_id, w.quote_no
        limit rows_wanted
    ) as f
    order by f.found_rank desc, f.best_date desc, f.article_id, f.quote_no;
end
$$;
comment on function mart.search_quotes is 'Quotes of mart.who_said_what that match a web search, the best of 500 of the newest matches first (with a speaker, of any 500), with the words that match in <mark>. speaker is a part of the name, in upper or lower case and without accents; since and until are days of best_date, outlet is a source_key.';

-- Without a number Postgres expects 1,000 rows of each, and for so many articles reads all mentions of an
-- entity in place of those of the articles: of one with 24,600 mentions in half a second, now in 17 ms.
alter function mart.articles_naming(bigint[], date, date, int, boolean) rows 50;
alter function mart.articles_quoting(bigint[], date, date, int, boolean) rows 50;
alter function mart.entities_named(text) rows 10;
alter function mart.newest_matches(text, date, date, text, text, int, boolean) rows 500;
alter function mart.search_quotes(text, text, date, date, text, int) rows 20;
alter function news.found_articles(tsquery, date, date, text, text, int) rows 500;
alter function news.found_quotes(tsquery, date, date, text, int) rows 500;
