-- question: Where is somebody named, and in which words?
-- row: one row per article, newest first, with the words around the first mention
-- set: name = Katarin Voss -- any of the names by which texts call them
with mentions as (
    select
        m.article_id,
        count(*) as mentions,
        min(m.start_char) as start_char,
        max(m.best_date) as best_date
    from mart.entity_mentions as m
    where
        m.entity_id = any(array(
            select n.entity_id
            from mart.entity_names as n
            where n.named_as = :'name'
        ))
    group by m.article_id
    order by
        best_date desc,
        m.article_id desc
    limit 50
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
