-- question: Who is in the news more than before?
-- row: one row per entity: articles a day in the last days and in the weeks before, and how many times more that is (a copy counts once)
-- set: days = 7 -- days up to the newest day there is
-- set: type = % -- PERSON, ORG, GPE and so on; % for all
with newest as (
    select max(best_date) as day
    from mart.daily_entity_mentions
    where best_date <= (now() at time zone 'UTC')::date
),

lately as materialized (
    select
        m.entity_id,
        sum(m.original_article_count::int) as articles_now
    from newest as n
    inner join mart.daily_entity_mentions as m
        on
            m.best_date > n.day - :'days'::int
            and n.day >= m.best_date
    -- For all types the rows need not be read beside the index.
    where :'type' = '%' or m.entity_type like :'type'
    group by m.entity_id
    having sum(m.original_article_count::int) >= 2
),

earlier as (
    select
        m.entity_id,
        sum(m.original_article_count::int) as articles_before
    from newest as n
    inner join mart.daily_entity_mentions as m
        on
            m.best_date > n.day - 5 * :'days'::int
            and m.best_date <= n.day - :'days'::int
    where m.entity_id in (select l.entity_id from lately as l)
    group by m.entity_id
),

counted as (
    select
        l.entity_id,
        l.articles_now,
        coalesce(e.articles_before, 0) as articles_before
    from lately as l
    left join earlier as e on l.entity_id = e.entity_id
),

risen as (
    select
        entity_id,
        articles_now,
        articles_before,
        -- One article is added to both, so that a new name is not infinitely more.
        round((articles_now + 1) / (articles_before / 4.0 + 1), 1) as times_as_many
    from counted
    order by
        times_as_many desc,
        articles_now desc
    fetch first 25 rows with ties
)

select
    e.entity_type,
    e.entity_name,
    r.articles_now,
    r.articles_before,
    r.times_as_many
from risen as r
inner join mart.dim_entity as e on r.entity_id = e.entity_id
order by
    r.times_as_many desc,
    r.articles_now desc,
    e.entity_name
limit 25
