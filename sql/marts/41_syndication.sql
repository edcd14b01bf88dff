-- one row per pair of outlets: how many texts the first published before the other reused them; brought up to date by each publish.
create view mart.syndication as
select
    origin.source_key as origin_source,
    reuse.source_key as reuse_source,
    p.article_count,
    p.original_article_count,
    p.wire_copy_count,
    p.original_wire_copy_count,
    p.mean_jaccard,
    p.median_delay,
    p.last_reused_at
from news.source_pairs as p
inner join news.sources as origin on p.origin_id = origin.source_id
inner join news.sources as reuse on p.reuse_id = reuse.source_id;
comment on view mart.syndication is 'One row per pair of outlets: how many texts the first published before the other reused them; brought up to date by each publish. Pairs that were declared different (news.duplicate_decisions) are left out. A page that states no time counts as published when it was first seen.';
comment on column mart.syndication.origin_source is 'Outlet that had the text first.';
comment on column mart.syndication.reuse_source is 'Outlet that has it too.';
comment on column mart.syndication.article_count is 'Pairs of articles: a text that the origin printed twice counts twice.';
comment on column mart.syndication.original_article_count is 'Texts among them, each group of copies counted once.';
comment on column mart.syndication.wire_copy_count is 'Pairs of a group that prints an agency''s text: neither may have it from the other.';
comment on column mart.syndication.original_wire_copy_count is 'Agency texts among them, each counted once.';
comment on column mart.syndication.mean_jaccard is 'Mean similarity of the pairs.';
comment on column mart.syndication.median_delay is 'Time from the first publication to the reuse, the middle one; pairs in which a page states no time are left out, null where all are.';
comment on column mart.syndication.last_reused_at is 'When the last reuse was published, in UTC; first seen, where its page states no time.';
