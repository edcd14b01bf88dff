-- question: Who said what about a subject?
-- row: one row per quote with a named speaker in the 200 newest articles that match, newest first; wire copies count once
-- set: about = bridge or harbour -- words as in a web search: or, "a phrase", -without, begin*
select
    q.best_date,
    q.source_key,
    q.speaker_name,
    q.quote_text,
    q.canonical_url
from mart.newest_matches(:'about', limit_to => 200) as m
inner join mart.who_said_what as q on m.article_id = q.article_id
where
    q.is_original
    and q.speaker_name is not null
    and q.cue_class = 'speech'
order by
    q.best_date desc,
    q.published_at desc nulls last,
    q.article_id,
    q.quote_no
limit 50
