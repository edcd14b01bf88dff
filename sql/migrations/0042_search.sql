-- Search by forms of words that stemming loses: without accents, exact, beginnings of words, and names
-- of stop words such as "The Who". mart.search and mart.search_quotes show what was found.

-- Vectors of stored texts stay as they are until somebody calls news.renew_search_vectors: an hour for
-- a million.
-- squawk-ignore-file require-concurrent-index-creation

create function news.unaccented(words text) returns text
language sql immutable parallel safe
as $$
    -- Letters fall apart into a letter and its marks, and the marks go.
    select case
        when words ~ '[^\u0001-\u007f]'
            then replace(replace(replace(translate(
                regexp_replace(normalize(lower(words), nfd), '[\u0300-\u036f]+', '', 'g'),
                'øłđħı', 'oldhi'
            ), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
        else lower(words)
    end
$$;
comment on function news.unaccented is 'A text in lower case and without accents: malmo for Malmö.';

create function news.is_stop_word(configuration regconfig, word text) returns boolean
language sql immutable parallel safe
as $$
    select length(to_tsvector(configuration, word)) = 0
$$;
comment on function news.is_stop_word is 'Whether a text-search configuration leaves a word out, as English leaves out "the".';

-- Stop words are marked, so that the English verb "die" does not find the article of every German text.
create function news.plain_words(words text, configuration regconfig) returns tsvector
language sql immutable parallel safe
as $$
    select coalesce(string_agg(
        quote_literal(
            case
                when length(l.lexeme) <= 12 and news.is_stop_word(configuration, l.lexeme) then '='
                else ''
            end || l.lexeme
        ) || ':' || array_to_string(l.positions, ','),
        ' '
    ), '')::tsvector
    from unnest(to_tsvector('pg_catalog.simple', news.unaccented(words))) as l
    -- Text-search syntax, in which a backslash escapes.
    where strpos(l.lexeme, E'\\') = 0
$$;
comment on function news.plain_words is 'Search vector of the words as they are printed, without accents; a stop word of the configuration with = before it.';

create function news.stop_word_names(words text, configuration regconfig) returns tsvector
language sql immutable parallel safe
as $$
    -- Two words with capital letters of which one is a stop word, "The Who", as one lexeme; and a single
    -- one inside a sentence, "It". As words they are in every text, and a search would read them all.
    select array_to_tsvector(coalesce(array_agg(distinct n.name), '{}'))
    from (
        select lower(p.word || ' ' || p.next_word) as name
        from regexp_matches(words, '\m[[:upper:]][[:alpha:]]*(?: [[:upper:]][[:alpha:]]*)+', 'g')
            with ordinality as r(run, run_no)
        cross join lateral (
            select w.word, lead(w.word) over (order by w.place) as next_word
            from string_to_table(r.run[1], ' ') with ordinality as w(word, place)
        ) as p
        where
            length(p.word || p.next_word) <= 40
            and (news.is_stop_word(configuration, p.word) or news.is_stop_word(configuration, p.next_word))
        union all
        select r.run[1]
        from regexp_matches(words, '[[:lower:],;:] ([[:upper:]][[:alpha:]]{1,9})\M(?! [[:upper:]])', 'g') as r(run)
        where news.is_stop_word(configuration, r.run[1])
    ) as n
$$;
comment on function news.stop_word_names is 'Names that consist of stop words or begin or end with one, each as one lexeme: the who, It.';

create or replace function news.search_vector_of(title text, body_text text, language_code text) returns tsvector
language plpgsql immutable parallel safe
as $$
declare
    configuration regconfig := news.search_configuration(language_code);
    headline text := left(coalesce(title, ''), 2000);
    body text := left(coalesce(body_text, ''), 200000);
    pairs tsvector := '';
begin
    if headline ~ news.unspaced_letters() or body ~ news.unspaced_letters() then
        pairs := setweight(news.character_pairs(headline), 'A') || setweight(news.character_pairs(body), 'B');
        headline := regexp_replace(headline, news.unspaced_letters(), ' ', 'g');
        body := regexp_replace(body, news.unspaced_letters(), ' ', 'g');
    end if;
    -- Stems have the weights A and B, words as they are printed C and D. A vector holds 1 MB, so long
    -- texts have only the words of their first 50,000 characters.
    return setweight(to_tsvector(configuration, headline), 'A')
        || setweight(to_tsvector(configuration, body), 'B') || pairs
        || setweight(news.plain_words(headline, configuration), 'C')
        || news.plain_words(left(body, 50000), configuration)
        || news.stop_word_names(headline || '. ' || left(body, 50000), configuration);
end
$$;
comment on function news.search_vector_of is 'Search vector of an article: its words by the configuration of its language, its words as printed and without accents, and its characters in scripts without blanks.';

comment on column news.article_versions.search_vector is 'Title and the text''s first 200,000 characters for full-text search, stemmed by language and as printed, in scripts without blanks by characters: search_vector @@ mart.search_query(''…'').';

create procedure news.renew_search_vectors()
language plpgsql
as $$
declare
    done bigint := 0;
    last bigint;
begin
    loop
        select max(v.article_version_id) into last
        from (
            select article_version_id
            from news.article_versions
            where article_version_id > done
            order by article_version_id
            limit 500
        ) as v;
        exit when last is null;
        update news.article_versions set title = title
        where article_version_id > done and article_version_id <= last;
        commit;
        done := last;
    end loop;
end
$$;
comment on procedure news.renew_search_vectors is 'Make the search vectors of all stored texts again, 500 at a time; for the owner of the store, after an upgrade that says so. May be stopped and called again.';

-- What to look for, part by part. Null stands for no query: an empty one makes Postgres send a notice.

create function news.either_query(a tsquery, b tsquery) returns tsquery
language sql immutable parallel safe
as $$
    select case when a is null or a::text = b::text then b when b is null then a else a || b end
$$;
comment on function news.either_query is 'Query for what one of two queries finds; null stands for none.';

create function news.quoted_lexeme(lexeme text) returns text
language sql immutable parallel safe
as $$
    select '''' || replace(replace(lexeme, E'\\', E'\\\\'), '''', '''''') || ''''
$$;
comment on function news.quoted_lexeme is 'A lexeme as a tsquery is written.';

create function news.plain_query(term text, configuration regconfig, ending text) returns tsquery
language sql immutable parallel safe
as $$
    -- Runs of characters (unspaced1x) are put in later, and stop words are marked; neither has a weight.
    select string_agg(
        case when w.step is null then '' else ' <' || w.step || '> ' end
        || news.quoted_lexeme(case when w.is_stop_word then '=' else '' end || w.lexeme)
        || case when w.lexeme ~ '^unspaced\d+x$' or ending = ':CD' and w.is_stop_word then '' else ending end,
        '' order by w.place
    )::tsquery
    from (
        select
            l.lexeme,
            p.place,
            p.place - lag(p.place) over (order by p.place) as step,
            news.is_stop_word(configuration, l.lexeme) as is_stop_word
        from unnest(to_tsvector('pg_catalog.simple', news.unaccented(term))) as l
        cross join lateral unnest(l.positions) as p(place)
    ) as w
$$;
comment on function news.plain_query is 'Query for words as they are printed, without accents, one after the other; ending is :* for the beginning of a word, :CD for no other form of it, or empty. Null without a word.';

create function news.phrase_query(phrase text, configuration regconfig, is_plain boolean) returns tsquery
language plpgsql immutable parallel safe
as $$
declare
    words text[] := array(
        select l.lexeme
        from unnest(to_tsvector('pg_catalog.simple', phrase)) as l
        cross join lateral unnest(l.positions) as p(place)
        order by p.place
    );
    stop_words int := (select count(*) from unnest(words) as w where news.is_stop_word(configuration, w));
    stems tsquery := websearch_to_tsquery(configuration, '"' || phrase || '"');
begin
    if
        news.is_stop_word(configuration, words[1])
        or news.is_stop_word(configuration, words[cardinality(words)])
    then
        if cardinality(words) = 2 and phrase ~ '[[:upper:]]' then
            return news.quoted_lexeme(words[1] || ' ' || words[2])::tsquery;
        end if;
        return news.plain_query(phrase, configuration, '');
    end if;
    -- A stop word inside stands for any one word, as Postgres has it.
    if stop_words > 0 or not is_plain then
        return case when numnode(stems) > 0 then stems end;
    end if;
    return news.either_query(
        case when numnode(stems) > 0 then stems end, news.plain_query(phrase, configuration, '')
    );
end
$$;
comment on function news.phrase_query is 'Query for a phrase in one language, also as it is printed where is_plain; null without a word.';

create function news.stop_word_query(words text[], configuration regconfig) returns tsquery
language sql immutable parallel safe
as $$
    select case cardinality(words)
        when 1 then news.quoted_lexeme(initcap(words[1]))::tsquery
        when 2 then news.quoted_lexeme(lower(words[1] || ' ' || words[2]))::tsquery
        else news.plain_query(array_to_string(words, ' '), configuration, '')
    end
$$;
comment on function news.stop_word_query is 'Query for a search that consists of stop words: they are a name then.';

-- Postgres sends a notice for every stop word, in each of the languages.
create function news.search_query_of(words text, language_code text, exact boolean) returns tsquery
language plpgsql immutable parallel safe
set client_min_messages = warning
as $$
declare
    asked text := left(words, 1000);
    run text;
    runs tsquery[] := '{}';
    configuration regconfig;
    is_plain boolean;
    term record;
    part tsquery;
    together tsquery;
    either tsquery;
    stop_words text[];
    seen text[] := '{}';
    wanted tsquery;
    excluded tsquery;
begin
    loop
        run := substring(asked from news.unspaced_letters());
        exit when run is null or cardinality(runs) = 32;
        if length(run) = 1 then
            runs := runs || (run || ':*')::tsquery;
        else
            runs := runs || (
                select string_agg(substr(run, place, 2), ' <-> ' order by place)::tsquery
                from generate_series(1, length(run) - 1) as place
            );
        end if;
        asked := regexp_replace(asked, news.unspaced_letters(), ' unspaced' || cardinality(runs) || 'x ');
    end loop;
    asked := replace(asked, '- unspaced', '-unspaced');
    -- In any language: a text has the words as one of the languages stems them, and has the excluded
    -- ones as none of them does.
    for configuration in
        select distinct news.search_configuration(l.code)
        from regexp_split_to_table(
            coalesce(
                language_code,
                'ar ca da de el en es eu fi fr ga hi hu hy id it lt ne nl no pt ro ru sr sv ta tr yi zh'
            ), ' '
        ) as l(code)
        order by 1
    loop
        -- With every language's stems as alternatives, words as they are printed need to be there once.
        is_plain := language_code is not null or configuration = 'pg_catalog.simple'::regconfig;
        either := null;
        together := null;
        stop_words := '{}';
        for term in
            select
                t.found[1] = '-' as is_negated,
                coalesce(t.found[2], t.found[3]) as words,
                t.found[2] is not null as is_phrase,
                t.found[2] is null and lower(t.found[3]) = 'or' as is_or
            from regexp_matches(asked, '(-?)(?:"([^"]*)"?|([^\s"]+))', 'g') with ordinality as t(found, place)
            where t.place <= 32
            union all
            -- The last group of words ends as the others do.
            select false, 'or', false, true
        loop
            if term.is_or then
                if together is null and cardinality(stop_words) > 0 then
                    together := news.stop_word_query(stop_words, configuration);
                end if;
                either := news.either_query(either, together);
                together := null;
                stop_words := '{}';
                continue;
            end if;
            if exact then
                part := news.plain_query(term.words, configuration, ':CD');
            elsif term.is_phrase then
                part := news.phrase_query(term.words, configuration, is_plain);
            elsif term.words like '_%*' then
                part := news.plain_query(rtrim(term.words, '*'), 'pg_catalog.simple', ':*');
            else
                part := websearch_to_tsquery(configuration, '"' || term.words || '"');
                if numnode(part) > 0 then
                    if is_plain then
                        part := news.either_query(part, news.plain_query(term.words, 'pg_catalog.simple', ''));
                    end if;
                else
                    part := null;
                    if term.words ~ '[[:alnum:]]' then
                        stop_words := stop_words || term.words;
                    end if;
                end if;
            end if;
            if term.is_negated then
                excluded := case
                    when excluded::text like '%' || part::text || '%' then excluded
                    else news.either_query(excluded, part)
                end;
            else
                together := case when together is null or part is null then coalesce(together, part) else together && part end;
            end if;
        end loop;
        if either is not null and not either::text = any(seen) then
            seen := seen || either::text;
            wanted := news.either_query(wanted, either);
        end if;
    end loop;
    for place in 1..cardinality(runs) loop
        wanted := ts_rewrite(wanted, ('''unspaced' || place || 'x''')::tsquery, runs[place]);
        excluded := ts_rewrite(excluded, ('''unspaced' || place || 'x''')::tsquery, runs[place]);
    end loop;
    return case
        when wanted is null then websearch_to_tsquery('pg_catalog.simple', '')
        when excluded is null then wanted
        else wanted && !!excluded
    end;
end
$$;
comment on function news.search_query_of is 'What to look for in a search vector: mart.search_query explains the words; with exact, no other forms of them.';

create or replace function mart.search_query(words text, language_code text default null) returns tsquery
language sql immutable parallel safe
as $$
    select news.search_query_of(words, language_code, false)
$$;
comment on function mart.search_query is 'What to look for in search_vector: words as in a web search (or, "a phrase", -without, begin*), in any language, or in that of an ISO 639-1 code. Accents do not matter. Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese are looked up by characters.';
-- squawk-ignore ban-drop-function
drop function news.search_part(text, tsquery[], regconfig, boolean);

-- What mart.search and mart.search_quotes look through: the newest matches, since a word may be in
-- every text, and to rank them all takes seconds.

create index articles_dated on news.articles ((coalesce(published_at, first_seen_at)) desc);

create function news.published_day(
    published_at timestamptz,
    published_local timestamp,
    published_zone text,
    published_precision text,
    published_text text,
    known_time_zone text
)
returns date
language sql stable parallel safe
as $$
    select case
        when published_local is not null then published_local::date
        when published_zone = 'unknown' then null
        -- A day without a time is stored as its midnight in UTC.
        when published_precision = 'day' then (published_at at time zone 'UTC')::date
        when known_time_zone is not null then (published_at at time zone known_time_zone)::date
        -- Without a zone of the outlet, the page's own clock: 2026-11-20T23:30:00+02:00.
        when published_zone = 'page' and published_text ~ '^\d{4}-\d\d-\d\dT' then left(published_text, 10)::date
        else (published_at at time zone 'UTC')::date
    end
$$;
comment on function news.published_day is 'Day of publication by the outlet''s clock, from what a version''s page states; null where it states none.';

create function news.found_articles(
    query tsquery, since_day date, until_day date, outlet_key text, language text, most int
)
returns table (found_article_id bigint, found_rank real)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
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
                select v.article_id, v.search_vector
                from news.article_versions as v
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
                    and v.search_vector @@ $1
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
comment on function news.found_articles is 'Articles whose search vector matches, the newest ones, with their rank and without texts. For mart.search, which reads the rest with the rights of the reader. Runs as the owner of the schema.';

create function news.html_escaped(words text) returns text
language sql immutable parallel safe
return replace(
    replace(replace(replace(replace(words, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'),
    '''', '&#39;'
);
comment on function news.html_escaped is 'A text as HTML.';

create function news.marked_html(words text, query tsquery, configuration regconfig, options text) returns text
language plpgsql stable parallel safe
set client_min_messages = warning
as $$
declare
    escaped text := news.html_escaped(words);
    shown tsquery := query;
    each record;
    around text;
begin
    if words is null then
        return null;
    end if;
    -- Scripts without blanks have no words that ts_headline could find: the two characters that match
    -- first are shown with what stands around them.
    select p.pair, strpos(escaped, p.pair) as place into each
    from (
        select (regexp_matches(query::text, '(?<!!)''(' || news.unspaced_letters() || ')''', 'g'))[1] as pair
    ) as p
    where strpos(escaped, p.pair) > 0
    order by place
    limit 1;
    if found then
        around := case when options like '%HighlightAll%' then escaped else substr(escaped, greatest(1, each.place - 40), 120) end;
        -- No half of an entity at either end.
        around := regexp_replace(regexp_replace(around, '^[a-z#0-9]{0,5};', ''), '&[a-z#0-9]{0,5}$', '');
        return replace(around, each.pair, '<mark>' || each.pair || '</mark>');
    end if;
    -- The words of this text for which a part of the query stands take its place: bridges that of
    -- 'bridg', malmö that of 'malmo'. A part of two words is a name of stop words.
    for each in
        with parts as (
            select distinct
                p.found[1] as part,
                replace(p.found[2], '''''', '''') as lexeme,
                coalesce(p.found[3], '') as ending
            from regexp_matches(query::text, '(''((?:[^'']|'''')+)''(:\*?[A-D]*)?)', 'g') as p(found)
        ),

        words as (
            select
                w.lexeme,
                news.unaccented(w.lexeme) as plain,
                tsvector_to_array(to_tsvector(configuration, w.lexeme)) as stems
            from unnest(to_tsvector('pg_catalog.simple', escaped)) as w
        )

        select
            p.part,
            string_agg(news.quoted_lexeme(w.lexeme), ' | ') as words
        from parts as p
        inner join words as w
            on
                case
                    when p.ending like ':*%' then starts_with(w.plain, p.lexeme)
                    else w.plain = ltrim(lower(p.lexeme), '=') or p.ending = '' and p.lexeme = any(w.stems)
                end
        group by p.part
        union all
        select
            p.part,
            websearch_to_tsquery('pg_catalog.simple', '"' || p.lexeme || '"')::text
        from parts as p
        where p.lexeme like '% %'
    loop
        shown := ts_rewrite(shown, each.part::tsquery, each.words::tsquery);
    end loop;
    return ts_headline(
        'pg_catalog.simple', escaped, shown, options || ', StartSel=<mark>, StopSel=</mark>'
    );
end
$$;
comment on function news.marked_html is 'A text, or the parts of it that answer a query, as HTML with the words that match in <mark>.';

create function mart.search(
    words text,
    since date default null,
    until date default null,
    outlet text default null,
    language text default null,
    limit_to int default 20,
    exact boolean default false
)
returns table (
    article_id bigint,
    rank real,
    source_key text,
    best_date date,
    published_at timestamptz,
    language_code text,
    is_original boolean,
    title_html text,
    snippet_html text,
    canonical_url text
)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    query constant tsquery := news.search_query_of(words, language, coalesce(exact, false));
    rows_wanted constant int := least(greatest(coalesce(limit_to, 20), 0), 1000);
begin
    if coalesce(numnode(query), 0) = 0 then
        return;
    end if;
    return query
    select
        m.article_id,
        f.found_rank,
        m.source_key,
        m.best_date,
        m.published_at,
        m.language_code,
        m.is_original,
        news.marked_html(
            m.title, query, news.search_configuration(m.language_code), 'HighlightAll=true'
        ),
        news.marked_html(
            left(m.body_text, 50000),
            query,
            news.search_configuration(m.language_code),
            'MaxFragments=2, MaxWords=24, MinWords=10, FragmentDelimiter=" … "'
        ),
        m.canonical_url
    from (
        select a.found_article_id, a.found_rank
        from news.found_articles(query, since, until, outlet, language, greatest(500, rows_wanted)) as a
        order by a.found_rank desc, a.found_article_id desc
        limit rows_wanted
    ) as f
    inner join mart.articles as m on f.found_article_id = m.article_id
    order by f.found_rank desc, f.found_article_id desc;
end
$$;
comment on function mart.search is 'Articles that match a web search (mart.search_query says what may be asked; exact => true finds words in this form alone), the best of the 500 newest matches first, with the words that match in <mark>. since and until are days of best_date, outlet is a source_key, language an ISO 639-1 code. The snippet is null where the reader may not read the text.';

-- Quotes.

create function news.quote_search_vector(quote_text text) returns tsvector
language sql immutable parallel safe
return to_tsvector('pg_catalog.english'::regconfig, left(quote_text, 20000))
|| to_tsvector('pg_catalog.simple'::regconfig, news.unaccented(left(quote_text, 20000)));
comment on function news.quote_search_vector is 'Search vector of a quote: its words as English stems them, and as they are printed without accents.';

create index quotes_search on news.quotes using gin (news.quote_search_vector(quote_text));

create function news.quote_query(words text) returns tsquery
language sql immutable parallel safe
as $$
    -- The vector of a quote has stop words without a mark, and no names of stop words.
    select regexp_replace(
        replace(lower(news.search_query_of(words, 'en', false)::text), '''=', ''''),
        '''([^ '']+) ([^ '']+)''',
        '''\1'' <-> ''\2''',
        'g'
    )::tsquery
$$;
comment on function news.quote_query is 'What to look for in the search vector of a quote.';

create function mart.search_quotes(
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
as $$
#variable_conflict use_column
declare
    query constant tsquery := news.quote_query(words);
    rows_wanted constant int := least(greatest(coalesce(limit_to, 20), 0), 1000);
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
            from mart.who_said_what as q
            where
                news.quote_search_vector(q.quote_text) @@ query
                and (speaker is null or strpos(news.unaccented(q.speaker_name), news.unaccented(speaker)) > 0)
                and (since is null or q.best_date >= since)
                and (until is null or q.best_date <= until)
                and (outlet is null or q.source_key = outlet)
            limit 500
        ) as w
        order by found_rank desc, w.best_date desc, w.article_id, w.quote_no
        limit rows_wanted
    ) as f
    order by f.found_rank desc, f.best_date desc, f.article_id, f.quote_no;
end
$$;
comment on function mart.search_quotes is 'Quotes of mart.who_said_what that match a web search, the best of 500 matches first, with the words that match in <mark>. speaker is a part of the name, in upper or lower case and without accents; since and until are days of best_date, outlet is a source_key.';
