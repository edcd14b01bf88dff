-- question: How much of an outlet has no date of its own?
-- row: one row per outlet: articles, and the share whose page states no day of publication
select
    source_key,
    sum(article_count) as articles,
    sum(undated_article_count) as undated,
    round(100 * sum(undated_article_count) / sum(article_count), 1) as percent_undated
from mart.daily_volume
group by source_key
order by
    percent_undated desc,
    source_key
