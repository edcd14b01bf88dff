-- What took longer than its figure in a store of a million articles: who prints after whom is counted by
-- each publish, indexes give what questions ask for, searches read a bounded number of texts, and checks
-- look at what changed.

-- The migration holds the store to itself: seconds at 100,000 articles, a minute or two at a million.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, require-timeout-settings, prefer-bigint-over-int
-- squawk-ignore-file ban-drop-constraint, constraint-missing-not-valid, adding-serial-primary-key-field, ban-drop-function

-- one row per pair of articles with one text of two outlets: who had it first.
create view news.directed_reuses as
select
    r.article_id_a,
    r.article_id_b,
    case when d.is_a_first then a.source_id else b.source_id end as origin_id,
    case when d.is_a_first then b.source_id else a.source_id end as reuse_id,
    coalesce(a.duplicate_group_id, -r.article_id_a) as text_id,
    g.origin_agency is not null as is_wire_copy,
    r.jaccard,
    -- Null where a page states no time, since first seen is not published.
    greatest(a.published_at - b.published_at, b.published_at - a.published_at) as delay,
    greatest(d.at_a, d.at_b) as reused_at
from news.text_reuse as r
inner join news.articles as a on r.article_id_a = a.article_id
inner join news.articles as b on r.article_id_b = b.article_id
left join news.duplicate_groups as g on a.duplicate_group_id = g.duplicate_group_id
cross join
    lateral ( -- noqa: ST05
        select
            coalesce(a.published_at, a.first_seen_at) as at_a,
            coalesce(b.published_at, b.first_seen_at) as at_b,
            (
                (coalesce(a.published_at, a.first_seen_at), a.article_id)
                <= (coalesce(b.published_at, b.first_seen_at), b.article_id)
            ) as is_a_first
    ) as d
where
    r.relation != 'partial'
    and a.source_id != b.source_id
    and not exists (
        select
        from news.duplicate_decisions as x
        where
            x.article_id_a = r.article_id_a
            and x.article_id_b = r.article_id_b
    );
comment on view news.directed_reuses is 'One row per pair of articles of two outlets with one text, unless it was declared different: which outlet printed it first. news.counted_reuses holds what the last publish saw.';
comment on column news.directed_reuses.article_id_a is 'As in news.counted_reuses.';
comment on column news.directed_reuses.article_id_b is 'As in news.counted_reuses.';
comment on column news.directed_reuses.origin_id is 'As in news.counted_reuses.';
comment on column news.directed_reuses.reuse_id is 'As in news.counted_reuses.';
comment on column news.directed_reuses.text_id is 'As in news.counted_reuses.';
comment on column news.directed_reuses.is_wire_copy is 'As in news.counted_reuses.';
comment on column news.directed_reuses.jaccard is 'As in news.counted_reuses.';
comment on column news.directed_reuses.delay is 'As in news.counted_reuses.';
comment on column news.directed_reuses.reused_at is 'As in news.counted_reuses.';

-- one row per pair of articles: what the counts hold of it.
create table news.counted_reuses (
    article_id_a bigint not null,
    article_id_b bigint not null,
    origin_id int not null,
    reuse_id int not null,
    text_id bigint not null,
    is_wire_copy boolean not null,
    jaccard real not null,
    delay interval,
    reused_at timestamptz not null,
    primary key (article_id_a, article_id_b)
);
comment on table news.counted_reuses is 'One row per pair of articles of two outlets with one text: what news.source_pairs counts of it, so that a later change takes away what it once added. Written by each publish.';
comment on column news.counted_reuses.article_id_a is 'One article, the smaller key; no foreign key, since a deleted one is counted until the next publish.';
comment on column news.counted_reuses.article_id_b is 'The other article.';
comment on column news.counted_reuses.origin_id is 'Outlet that printed it first.';
comment on column news.counted_reuses.reuse_id is 'The other outlet.';
comment on column news.counted_reuses.text_id is 'Its group of copies; without one, the article with the smaller key, negative.';
comment on column news.counted_reuses.is_wire_copy is 'Whether the group prints an agency''s text.';
comment on column news.counted_reuses.jaccard is 'Similarity of the two.';
comment on column news.counted_reuses.delay is 'Time from the first publication to the second; null where a page states none.';
comment on column news.counted_reuses.reused_at is 'When the second was published; first seen, where its page states no time.';

-- one row per pair of outlets: behind mart.syndication.
create table news.source_pairs (
    origin_id int not null,
    reuse_id int not null,
    article_count bigint not null,
    original_article_count bigint not null,
    wire_copy_count bigint not null,
    original_wire_copy_count bigint not null,
    mean_jaccard real not null,
    median_delay interval,
    last_reused_at timestamptz not null,
    primary key (origin_id, reuse_id)
);
comment on table news.source_pairs is 'One row per pair of outlets of which one printed texts of the other; mart.syndication shows it and explains the columns. Written by each publish.';
comment on column news.source_pairs.origin_id is 'Outlet that printed the texts first.';
comment on column news.source_pairs.reuse_id is 'The other outlet.';
comment on column news.source_pairs.article_count is 'As in the mart.';
comment on column news.source_pairs.original_article_count is 'As in the mart.';
comment on column news.source_pairs.wire_copy_count is 'As in the mart.';
comment on column news.source_pairs.original_wire_copy_count is 'As in the mart.';
comment on column news.source_pairs.mean_jaccard is 'As in the mart.';
comment on column news.source_pairs.median_delay is 'As in the mart.';
comment on column news.source_pairs.last_reused_at is 'As in the mart.';

create view news.summed_reuses as
select
    r.origin_id,
    r.reuse_id,
    count(*) as article_count,
    count(distinct r.text_id) as original_article_count,
    count(*) filter (where r.is_wire_copy) as wire_copy_count,
    count(distinct r.text_id) filter (where r.is_wire_copy) as original_wire_copy_count,
    avg(r.jaccard)::real as mean_jaccard,
    percentile_cont(0.5) within group (order by r.delay) as median_delay,
    max(r.reused_at) as last_reused_at
from news.counted_reuses as r
group by
    r.origin_id,
    r.reuse_id;
comment on view news.summed_reuses is 'One row per pair of outlets: the sums of news.counted_reuses. news.source_pairs holds what the last publish saw.';
comment on column news.summed_reuses.origin_id is 'As in news.source_pairs.';
comment on column news.summed_reuses.reuse_id is 'As in news.source_pairs.';
comment on column news.summed_reuses.article_count is 'As in news.source_pairs.';
comment on column news.summed_reuses.original_article_count is 'As in news.source_pairs.';
comment on column news.summed_reuses.wire_copy_count is 'As in news.source_pairs.';
comment on column news.summed_reuses.original_wire_copy_count is 'As in news.source_pairs.';
comment on column news.summed_reuses.mean_jaccard is 'As in news.source_pairs.';
comment on column news.summed_reuses.median_delay is 'As in news.source_pairs.';
comment on column news.summed_reuses.last_reused_at is 'As in news.source_pairs.';

insert into news.counted_reuses
select r.* from news.directed_reuses as r; -- noqa: AM04
create index counted_reuses_b on news.counted_reuses (article_id_b);
create index counted_reuses_outlets on news.counted_reuses (origin_id, reuse_id);
analyze news.counted_reuses;
insert into news.source_pairs
select p.* from news.summed_reuses as p; -- noqa: AM04
create index source_pairs_most on news.source_pairs (original_article_count desc);
analyze news.source_pairs;

-- A pair that somebody declared different, or no longer does, is counted otherwise.
create trigger duplicate_decisions_changed after insert or delete on news.duplicate_decisions
for each row execute function news.note_pair();

-- Days of an outlet, one after the other, and an entity's articles of many days, without reading the rows.
create index source_days_outlet on news.source_days (source_id, best_date);
alter table news.entity_days drop constraint entity_days_pkey;
alter table news.entity_days add primary key (best_date, entity_id) include (original_article_count);

-- A phrase of few texts whose words most texts have: an index finds the words, and each text that has them
-- must be read. All of them took three seconds at a million articles, and over a minute from the disk.

create function news.search_reads() returns int
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(substring(current_setting('dateline.search_reads', true) from '^\d{1,9}$')::int, 4000)
$$;
comment on function news.search_reads is 'How many texts that have the words of a phrase a search reads in search of the phrase itself, about: the newest. set dateline.search_reads = 999999999 has all of them read.';

create function news.start_of_newest(since_day date, until_day date, before timestamptz, most int)
returns timestamptz
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(a.published_at, a.first_seen_at)
    from news.articles as a
    where
        coalesce(a.published_at, a.first_seen_at) < before
        and (since_day is null or coalesce(a.published_at, a.first_seen_at) >= since_day - 1)
        and (until_day is null or a.published_at is null or a.published_at < until_day + 2)
    order by coalesce(a.published_at, a.first_seen_at) desc
    offset most - 1 limit 1
$$;
comment on function news.start_of_newest is 'The moment from which on there are so many articles of a span of days before a moment; null where the span has fewer.';

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
                        and ($8 is null or coalesce(a.published_at, a.first_seen_at) >= $8)
                        and ($9 = 'infinity' or coalesce(a.published_at, a.first_seen_at) < $9)
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

                select
                    coalesce(array_agg(f.article_id), '{}') as keys,
                    coalesce(array_agg(ts_rank(f.search_vector, $2, 1)), '{}') as ranks,
                    %s as with_words
                from found as f
            $query$,
            case when has_phrase then 'materialized' else 'not materialized' end,
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

-- A quote has no vector of its own, so that looking for a phrase in it takes 40 µs. Only quotes of the
-- speaker, and no more of the newest than are wanted, are looked through.
drop function news.found_quotes(tsquery, date, date, text, int);
create function news.found_quotes(
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
                        from news.article_versions as v
                        inner join news.articles as a on v.article_id = a.article_id
                        where
                            v.article_version_id = w.article_version_id
                            and v.is_current
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
comment on function news.found_quotes is 'Keys of the newest quotes whose words match, of any grade, and of a speaker whose names may have a part: what mart.search_quotes looks through.';

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
    looked_at constant int := case when speaker is null then 1000 else 1000000 end;
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
            from news.found_quotes(query, since, until, outlet, speaker, looked_at) as m
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
comment on function mart.search is 'Articles that match a web search (mart.search_query says what may be asked; exact => true finds words in this form alone), the best of the 500 newest matches first, with the words that match in <mark>. since and until are days of best_date, outlet is a source_key, language an ISO 639-1 code. The snippet is null where the reader may not read the text. Where most texts have the words of a phrase and few have the phrase, only the newest articles are searched, and a notice says back to which day: until continues from there, and after set dateline.search_reads = 999999999 all are searched.';

-- Checks of the whole store look at what changed since they last did, and at everything once a day.
alter table ops.publishes
add column changed_from bigint not null default 0,
add column changed_until bigint not null default 0;
comment on column ops.publishes.changed_from is 'Checks of stored rows look at articles whose last change has a higher number (news.article_changes); 0 where they look at all.';
comment on column ops.publishes.changed_until is 'The last change number when it began; the next publish looks from there if this one succeeds.';
