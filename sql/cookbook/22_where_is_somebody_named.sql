-- question: Where is somebody named, and in which words?
-- row: one row per article, newest first, with the words around the first mention; credits of pictures are left out
-- set: name = Katarin Voss -- words of any of the names by which texts call them, or their beginnings
with named as (
    select array(select n.entity_id from mart.entities_named(:'name') as n) as entity_ids
),

mentions as (
    select
        a.article_id,
        a.best_date,
        count(*) as mentions,
        min(m.start_char) as start_char
    from named as n
    cross join mart.articles_naming(n.entity_ids, limit_to => 50) as a
    inner join mart.entity_mentions as m on a.article_id = m.article_id
    where
        m.entity_id = any(n.entity_ids)
        and not m.is_credit
    group by
        a.article_id,
        a.best_date
)

select
    m.best_date,
    a.source_key,
    m.mentions,
    translate(substr(a.body_text, greatest(m.start_char - 60, 1), 160), E'\n', ' ') as around,
    a.canonical_url
from mentions as m
inner join mart.articles as a on m.article_id = a.article_id
order by
    m.best_date desc,
    m.article_id desc
