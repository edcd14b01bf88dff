-- One row per outlet and day: articles and wire copies, beside what was expected of the day.
select
    v.source_key,
    s.source_name,
    s.country_code,
    v.best_date,
    v.article_count,
    v.original_article_count,
    v.wire_copy_count,
    v.undated_article_count,
    c.expected,
    c.is_incomplete
from {{ source('mart', 'daily_volume') }} as v
inner join {{ source('mart', 'dim_source') }} as s on v.source_key = s.source_key
left join {{ source('mart', 'completeness') }} as c
    on v.source_key = c.source_key and v.best_date = c.published_date
