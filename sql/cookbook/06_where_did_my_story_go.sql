-- question: Where did the links of the last run go that brought no article?
-- row: one row per outlet and outcome, with one example
select
    source_key,
    outcome,
    count(*) as links,
    min(reason) as a_reason,
    min(url) as an_example
from mart.url_fate
where
    run_id = (select max(r.run_id) from mart.run_quality as r)
    and outcome is distinct from 'loaded'
group by
    source_key,
    outcome
order by
    links desc,
    source_key
