-- A search for a phrase looks the newest texts up, whatever Postgres expects of the index of words.

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
                    select a.article_id, w.search_vector
                    from %s
                    %s
                    where
                        ($8 is null or coalesce(a.published_at, a.first_seen_at) >= $8)
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
            -- The first of the newest are looked up, one by one: Postgres takes it for quicker to have an index
            -- find the words in all texts, though it takes 130 ms where a quarter of a million have them.
            case
                when start is not null and looked_at < news.first_look()
                    then
                        'news.articles as a cross join lateral ('
                        'select t.search_vector from news.article_search as t'
                        ' where t.article_version_id = a.current_version_id and t.search_vector @@ $1 offset 0'
                        ') as w'
                else
                    'news.article_search as w inner join news.articles as a'
                    ' on w.article_version_id = a.current_version_id and w.search_vector @@ $1'
            end,
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
