-- question: Which outlet quotes whom?
-- row: one row per speaker and outlet in articles of the last days: quotes and articles, the most quoted speakers first
-- set: name = % -- words of any of the speaker's names, or their beginnings; % for all
-- set: days = 7 -- days up to now in which the articles were first seen
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
    q.speaker_name is not null
    and q.cue_class = 'speech'
    and q.first_seen_at > now() - :'days'::int * interval '1 day'
    and (
        :'name' = '%'
        or q.entity_id = any(array(select n.entity_id from mart.entities_named(:'name') as n))
    )
group by
    q.speaker_name,
    q.source_key
order by
    quotes desc,
    q.speaker_name,
    q.source_key
limit 50
