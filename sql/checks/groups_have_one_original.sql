-- severity: error
-- one row per group of copies that has not exactly one original.
select
    format(
        'group %s of %s articles has %s originals',
        a.duplicate_group_id,
        count(*),
        count(*) filter (where a.is_group_original)
    ) as finding
from news.articles as a
where a.duplicate_group_id is not null
group by a.duplicate_group_id
having count(*) filter (where a.is_group_original) != 1
order by a.duplicate_group_id
