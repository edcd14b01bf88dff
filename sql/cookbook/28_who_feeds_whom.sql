-- question: Which outlet takes texts from which, and how soon?
-- row: one row per pair of outlets: texts that the first published before the other, without agency texts beside them
select
    origin_source,
    reuse_source,
    original_article_count as texts,
    original_article_count - original_wire_copy_count as texts_of_no_agency,
    round(mean_jaccard::numeric, 2) as likeness,
    median_delay
from mart.syndication
order by
    texts desc,
    origin_source,
    reuse_source
limit 50
