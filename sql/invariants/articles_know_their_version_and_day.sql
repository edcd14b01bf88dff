-- severity: error
-- one row per article that holds another current version or day than its version, outlet and times give: marts show it wrongly or not at all.
select
    s.source_key,
    a.canonical_url as page_url,
    format(
        'article %s holds version %s and day %s (%s), its rows give %s and %s (%s)',
        a.article_id, coalesce(a.current_version_id::text, 'none'), coalesce(a.best_date::text, 'none'),
        coalesce(a.best_date_origin, 'none'), coalesce(d.current_version_id::text, 'none'),
        coalesce(d.best_date::text, 'none'), coalesce(d.best_date_origin, 'none')
    ) as finding
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
left join news.article_days as d on a.article_id = d.article_id
where
    (a.current_version_id, a.best_date, a.best_date_origin)
    is distinct from (d.current_version_id, d.best_date, d.best_date_origin)
order by a.article_id
