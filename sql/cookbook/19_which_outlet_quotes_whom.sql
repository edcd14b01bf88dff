-- question: Which outlet quotes whom?
-- row: one row per speaker and outlet: quotes and articles, the most quoted speakers first
-- set: name = % -- part of the speaker's name; % for all
-- set: days = 7 -- days up to the newest visit there is
select
    q.speaker_name,
    q.source_key,
    count(*) as quotes,
    count(distinct q.article_id) as articles,
    count(*) filter (where q.quote_kind = 'direct') as direct_quotes,
    min(q.best_date) as first_day,
    max(q.best_date) as last_day
from mart.who_said_what as q
where
    q.speaker_name ilike '%' || :'name' || '%'
    and q.cue_class = 'speech'
    and q.first_seen_at > (
        select max(a.first_seen_at) - :'days'::int * interval '1 day'
        from mart.articles as a
    )
group by
    q.speaker_name,
    q.source_key
order by
    quotes desc,
    q.speaker_name,
    q.source_key
limit 50
