-- question: Who is named together with somebody more often than chance would have it?
-- row: one row per other entity: articles that name both, and how many times more than if the names were independent (lift)
-- set: name = Katarin Voss -- words of the name or their beginnings, with or without their accents
-- Materialized, so that the articles of a name are summed once, and not once for each of its pairs.
with named as materialized (
    select
        e.entity_id,
        e.entity_name,
        (
            select sum(m.original_article_count)
            from mart.daily_entity_mentions as m
            where m.entity_id = e.entity_id
        ) as articles
    from mart.dim_entity as e
    where e.entity_id = any(array(select f.entity_id from mart.entities_named(:'name') as f))
),

pairs as (
    select
        n.entity_name,
        c.original_article_count as both_named,
        n.articles,
        case when c.entity_id_a = n.entity_id then c.entity_id_b else c.entity_id_a end as other_id,
        case when c.entity_id_a = n.entity_id then c.entity_name_b else c.entity_name_a end as other_name
    from named as n
    inner join mart.entity_co_mentions as c on n.entity_id in (c.entity_id_a, c.entity_id_b)
),

totals as (
    select sum(original_article_count) as articles
    from mart.daily_volume
)

select
    p.entity_name,
    p.other_name,
    p.both_named,
    p.articles as name_alone,
    b.articles as other_alone,
    round(p.both_named * t.articles / (p.articles * b.articles), 1) as lift
from (
    select *
    from pairs
    order by both_named desc
    limit 200
) as p
cross join totals as t
cross join
    lateral (
        select sum(m.original_article_count) as articles
        from mart.daily_entity_mentions as m
        where m.entity_id = p.other_id
    ) as b
order by
    lift desc,
    p.both_named desc,
    p.other_name
limit 25
