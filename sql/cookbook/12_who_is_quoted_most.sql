-- question: Who is quoted most?
-- row: one row per speaker; a quote in a wire copy counts once, however many outlets print it
select
    speaker_name,
    sum(original_quote_count) as quotes,
    sum(original_article_count) as articles,
    sum(quote_count) as quotes_with_copies
from mart.daily_speaker_quotes
group by
    speaker_name
order by
    quotes desc,
    articles desc,
    speaker_name
limit 25
