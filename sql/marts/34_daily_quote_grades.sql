-- one row per day, outlet, grade and reason: how many attributions have it; brought up to date by each publish.
create view mart.daily_quote_grades as
select
    d.best_date,
    s.source_key,
    d.grade,
    d.grade_reason,
    d.quote_count,
    d.original_quote_count
from news.quote_grade_days as d
inner join news.sources as s on d.source_id = s.source_id;
comment on view mart.daily_quote_grades is 'One row per day, outlet, grade and reason: how many rows of mart.all_attributions have it; brought up to date by each publish.';
comment on column mart.daily_quote_grades.best_date is 'Day by the outlet''s clock: best_date of mart.articles, which is the day of publication where the page states one.';
comment on column mart.daily_quote_grades.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.daily_quote_grades.grade is 'A, B or C; null for rows of an older version, which have none.';
comment on column mart.daily_quote_grades.grade_reason is 'Why the grade is not better, as in mart.all_attributions; null for an A.';
comment on column mart.daily_quote_grades.quote_count is 'Quotes, one row for each of their speakers, copies included.';
comment on column mart.daily_quote_grades.original_quote_count is 'Of these, those in originals: wire copies count once.';
