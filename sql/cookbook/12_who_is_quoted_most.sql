-- question: Who is quoted most?
-- row: one row per speaker of the last days; a quote in a wire copy counts once, however many outlets print it
-- set: days = 30 -- days up to the newest day there is
with newest as (
    select max(best_date) as day
    from mart.daily_speaker_quotes
)

select
    q.speaker_name,
    sum(q.original_quote_count) as quotes,
    sum(q.original_article_count) as articles,
    sum(q.quote_count) as quotes_with_copies
from newest as n
inner join mart.daily_speaker_quotes as q
    on
        q.best_date > n.day - :'days'::int
        and n.day >= q.best_date
group by q.speaker_name
order by
    quotes desc,
    articles desc,
    q.speaker_name
limit 25
