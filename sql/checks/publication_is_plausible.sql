-- severity: warning
-- one row per version of the run that claims to be published more than a day after it was fetched.
select
    format(
        'article %s was published %s and fetched %s',
        v.article_id,
        v.published_text,
        v.first_seen_at
    ) as finding
from news.article_versions as v
where
    v.first_run_id = current_setting('dateline.run_id')::bigint
    and v.published_at > v.first_seen_at + interval '1 day'
order by v.article_id
