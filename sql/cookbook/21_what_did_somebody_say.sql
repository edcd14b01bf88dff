-- question: What did somebody say?
-- row: one row per quote, newest first; wire copies count once
-- set: name = Katarin Voss -- words of any of the names by which texts call them, or their beginnings
with named as (
    select array(select n.entity_id from mart.entities_named(:'name') as n) as entity_ids
)

select
    q.best_date,
    q.source_key,
    q.speaker_name,
    q.cue_text,
    q.quote_text,
    q.grade,
    q.canonical_url
from named as n
cross join mart.articles_quoting(n.entity_ids, limit_to => 50, originals => true) as a
inner join mart.who_said_what as q on a.article_id = q.article_id
where q.entity_id = any(n.entity_ids)
order by
    q.best_date desc,
    q.article_id,
    q.quote_no
limit 50
