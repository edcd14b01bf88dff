-- Searches and windows of days in a large store.

-- The migration holds the store to itself.
-- squawk-ignore-file require-concurrent-index-creation

-- What was first seen in the last days is asked for by every other question; best_date has no index.
create index articles_first_seen on news.articles (first_seen_at);

-- Where most texts have the words of a phrase, Postgres would read all vectors instead of the index.
alter function news.found_articles(tsquery, date, date, text, text, int) set enable_seqscan = off;

create function mart.newest_matches(
    words text,
    since date default null,
    until date default null,
    outlet text default null,
    language text default null,
    limit_to int default 500,
    exact boolean default false
)
returns table (article_id bigint, rank real)
language sql stable
as $$
    select f.found_article_id, f.found_rank
    from news.found_articles(
        news.search_query_of(words, language, coalesce(exact, false)), since, until, outlet, language,
        least(greatest(coalesce(limit_to, 500), 0), 10000)
    ) as f
$$;
comment on function mart.newest_matches is 'Keys of the newest articles that match a web search, with their rank: to join with other marts. The parameters are those of mart.search; limit_to goes up to 10,000.';
