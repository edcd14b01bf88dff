-- one row per day from 1990, before which no date of a page is believed, to a year from now.
create view mart.dim_date as
select
    d.day::date as day,
    extract(year from d.day)::int as year_no,
    extract(quarter from d.day)::int as quarter_no,
    extract(month from d.day)::int as month_no,
    extract(isoyear from d.day)::int as iso_year_no,
    extract(week from d.day)::int as iso_week_no,
    extract(isodow from d.day)::int as weekday_no,
    extract(isodow from d.day) > 5 as is_weekend,
    date_trunc('week', d.day)::date as week_start,
    date_trunc('month', d.day)::date as month_start
from generate_series(
    timestamp '1990-01-01',
    (now() at time zone 'UTC') + interval '366 days',
    interval '1 day'
) as d (day);
comment on view mart.dim_date is 'One row per day from 1990, before which no date of a page is believed, to a year from now. Join it to have days without articles as rows.';
comment on column mart.dim_date.day is 'The day.';
comment on column mart.dim_date.year_no is 'Calendar year.';
comment on column mart.dim_date.quarter_no is 'Quarter, 1 to 4.';
comment on column mart.dim_date.month_no is 'Month, 1 to 12.';
comment on column mart.dim_date.iso_year_no is 'Year of the ISO week.';
comment on column mart.dim_date.iso_week_no is 'ISO week, 1 to 53.';
comment on column mart.dim_date.weekday_no is 'Day of the week: 1 is Monday, 7 Sunday.';
comment on column mart.dim_date.is_weekend is 'Whether it is a Saturday or Sunday.';
comment on column mart.dim_date.week_start is 'Monday of its week.';
comment on column mart.dim_date.month_start is 'First day of its month.';
