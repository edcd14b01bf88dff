-- question: In which role does somebody appear in the news?
-- row: one row per person and title or office printed beside the name, with the outlets that print it
-- set: name = % -- part of the name; % for all
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
    and m.entity_id in (
        select n.entity_id
        from mart.entity_names as n
        where
            n.entity_type = 'PERSON'
            and n.named_as ilike '%' || :'name' || '%'
    )
group by
    m.entity_name,
    m.role_text
order by
    mentions desc,
    m.entity_name,
    m.role_text
limit 50
