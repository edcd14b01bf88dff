-- one row per source and day since it is followed, also where nothing came.
create view mart.completeness as
select
    s.source_key,
    d.day as published_date,
    round(d.expected::numeric, 1) as expected,
    d.seen,
    round(greatest(d.expected - d.seen, 0)::numeric, 1) as missing,
    round(d.low::numeric, 1) as low,
    round(d.high::numeric, 1) as high,
    d.seen < d.low as is_incomplete
from ops.source_days as d
inner join news.sources as s on d.source_id = s.source_id;
comment on view mart.completeness is 'One row per source and day since it is followed: articles that its own history lets expect, those that are there, and how many are missing. Days on which nothing came are rows too.';
comment on column mart.completeness.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.completeness.published_date is 'Day of publication in UTC, as in mart.articles.';
comment on column mart.completeness.expected is 'Articles that its own history lets expect on this day; of today until now.';
comment on column mart.completeness.seen is 'Articles of this day that are stored, copies included.';
comment on column mart.completeness.missing is 'How many fewer than expected; 0 where there are more.';
comment on column mart.completeness.low is 'Lower end of the band: a healthy day has fewer once in twenty times.';
comment on column mart.completeness.high is 'Upper end of the band: a healthy day has more once in twenty times.';
comment on column mart.completeness.is_incomplete is 'Whether fewer are there than the band allows.';
