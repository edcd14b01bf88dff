-- question: Which quotes travel, and who altered them?
-- row: one row per quote that several outlets print, in the same words or with a few altered, with the outlet that had it first
-- set: outlets = 3 -- least number of outlets
-- set: days = 7 -- days up to the newest day there is
select
    speaker_name,
    quote_text,
    source_count as outlets,
    form_count as forms,
    first_source_key as first_outlet,
    first_said_at,
    other_forms
from mart.quote_spread
where
    source_count >= :'outlets'::int
    and last_said_at > (select max(d.best_date) from mart.daily_entity_mentions as d) - :'days'::int
order by
    source_count desc,
    first_said_at
limit 25
