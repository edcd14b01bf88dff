-- question: What was cut from the pages as not being part of the article?
-- row: one row per outlet, reason and text: in how many articles it was cut
-- set: source = % -- key of the outlet; % for all
select
    source_key,
    reason,
    left(block_text, 80) as text,
    count(*) as articles,
    min(canonical_url) as an_example
from mart.removed_blocks
where source_key like :'source'
group by
    source_key,
    reason,
    text
order by
    articles desc,
    source_key,
    text
limit 50
