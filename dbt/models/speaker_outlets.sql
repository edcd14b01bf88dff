-- One row per speaker and outlet: what the outlet quotes of them, copies counted once.
select
    q.entity_id,
    q.speaker_name,
    q.source_key,
    count(*) filter (where q.is_original) as quotes,
    count(distinct q.article_id) filter (where q.is_original) as articles,
    min(q.best_date) as first_day,
    max(q.best_date) as last_day
from {{ source('mart', 'who_said_what') }} as q
where q.speaker_name is not null and q.cue_class = 'speech'
group by q.entity_id, q.speaker_name, q.source_key
