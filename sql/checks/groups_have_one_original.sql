-- severity: error
-- one row per group of copies that has not exactly one original.
select
    (array_agg(s.source_key order by a.article_id))[1] as source_key,
    (array_agg(a.canonical_url order by a.article_id))[1] as page_url,
    format(
        'group %s of %s articles has %s originals',
        a.duplicate_group_id,
        count(*),
        count(*) filter (where a.is_group_original)
    ) as finding
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
where a.duplicate_group_id is not null
group by a.duplicate_group_id
having count(*) filter (where a.is_group_original) != 1
order by a.duplicate_group_id
