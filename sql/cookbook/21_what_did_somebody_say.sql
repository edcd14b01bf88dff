-- question: What did somebody say?
-- row: one row per quote, newest first; wire copies count once
-- set: name = Katarin Voss -- any of the names by which texts call them
select
    q.best_date,
    q.source_key,
    q.speaker_name,
    q.cue_text,
    q.quote_text,
    q.grade,
    q.canonical_url
from mart.who_said_what as q
where
    q.entity_id = any(array(
        select n.entity_id
        from mart.entity_names as n
        where n.named_as = :'name'
    ))
    and q.is_original
order by
    q.best_date desc,
    q.article_id,
    q.quote_no
limit 50
