-- question: In which role does somebody appear in the news?
-- row: one row per person and title or office printed beside the name in articles of the last days, with the outlets that print it
-- set: name = % -- words of any of the person's names, or their beginnings; % for all
-- set: days = 7 -- days up to now in which the articles were first seen
select
    m.entity_name,
    m.role_text,
    count(*) as mentions,
    count(distinct m.article_id) as articles,
    array_agg(distinct m.source_key order by m.source_key) as outlets,
    min(m.best_date) as first_day,
    max(m.best_date) as last_day
from mart.entity_mentions as m
where
    m.role_text is not null
    and m.entity_type = 'PERSON'
    and m.first_seen_at > now() - :'days'::int * interval '1 day'
    and (
        :'name' = '%'
        or m.entity_id = any(array(select n.entity_id from mart.entities_named(:'name') as n))
    )
group by
    m.entity_name,
    m.role_text
order by
    mentions desc,
    m.entity_name,
    m.role_text
limit 50
