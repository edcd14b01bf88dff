-- question: Is the data of the last days complete?
-- row: one row per outlet and day: articles expected by its own history, articles there, and how many are missing; days without any are rows too
-- set: days = 14 -- days up to today (UTC)
select
    c.source_key,
    c.published_date,
    c.expected,
    c.seen,
    c.missing,
    c.is_incomplete,
    s.state as state_now,
    s.reason
from mart.completeness as c
inner join mart.source_state as s on c.source_key = s.source_key
where c.published_date > (now() at time zone 'UTC')::date - :'days'::int
order by
    c.source_key,
    c.published_date
