-- question: Who said what about a subject?
-- row: one row per quote with a named speaker in an article that matches, newest first; wire copies count once
-- set: about = bridge or harbour -- words as in a web search: or, "a phrase", -without
select
    q.best_date,
    q.source_key,
    q.speaker_name,
    q.quote_text,
    q.canonical_url
from mart.who_said_what as q
inner join mart.articles as a on q.article_id = a.article_id
where
    a.search_vector @@ mart.search_query(:'about')
    and q.is_original
    and q.speaker_name is not null
    and q.cue_class = 'speech'
order by
    q.best_date desc,
    q.published_at desc nulls last,
    q.article_id,
    q.quote_no
limit 50
