-- severity: error
-- one row per outlet and day with more originals than articles, or more wire copies than articles.
-- Reads every day, so no publish runs it.
select
    d.source_key,
    format(
        '%s on %s: %s articles, %s originals, %s wire copies',
        d.source_key,
        d.best_date,
        d.article_count,
        d.original_article_count,
        d.wire_copy_count
    ) as finding
from mart.daily_volume as d
where
    d.original_article_count > d.article_count
    or d.wire_copy_count > d.article_count
    or d.original_wire_copy_count > least(d.wire_copy_count, d.original_article_count)
order by
    d.best_date,
    d.source_key
