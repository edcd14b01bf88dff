-- question: Which articles say that they were corrected or updated, and what do they say?
-- row: one row per article with such a note, newest first
select
    best_date,
    source_key,
    title,
    update_note,
    version_no > 1 as is_change_seen,
    canonical_url
from mart.articles
where update_note is not null
order by
    best_date desc,
    article_id
limit 50
