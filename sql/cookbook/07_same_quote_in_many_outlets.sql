-- question: Which quotes travel?
-- row: one row per direct quote of five words or more that several outlets print in articles of the last days
-- set: outlets = 3 -- least number of outlets
-- set: days = 7 -- days up to the newest visit there is
select
    min(speaker_name) as speaker_name,
    min(quote_text) as quote_text,
    count(distinct source_key) as outlets,
    min(published_at) as first_published_at
from mart.who_said_what
where
    quote_kind = 'direct'
    and array_length(string_to_array(quote_text, ' '), 1) >= 5
    and first_seen_at > (
        select max(a.first_seen_at) - :'days'::int * interval '1 day'
        from mart.articles as a
    )
group by quote_sha256
having count(distinct source_key) >= :'outlets'::int
order by
    outlets desc,
    first_published_at
limit 25
