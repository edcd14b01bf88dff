-- one row per pair of outlets: how many texts the first published before the other reused them.
create view mart.syndication as
with pairs as (
    select
        r.jaccard,
        a.source_id as source_id_a,
        b.source_id as source_id_b,
        (
            (coalesce(a.published_at, a.first_seen_at), a.article_id)
            <= (coalesce(b.published_at, b.first_seen_at), b.article_id)
        ) as is_a_first
    from news.text_reuse as r
    inner join news.articles as a on r.article_id_a = a.article_id
    inner join news.articles as b on r.article_id_b = b.article_id
    where
        r.relation != 'partial'
        and a.source_id != b.source_id
),

directed as (
    select
        jaccard,
        case when is_a_first then source_id_a else source_id_b end as origin_id,
        case when is_a_first then source_id_b else source_id_a end as reuse_id
    from pairs
)

select
    origin.source_key as origin_source,
    reuse.source_key as reuse_source,
    count(*) as article_count,
    avg(d.jaccard)::real as mean_jaccard
from directed as d
inner join news.sources as origin on d.origin_id = origin.source_id
inner join news.sources as reuse on d.reuse_id = reuse.source_id
group by
    origin.source_key,
    reuse.source_key;
comment on view mart.syndication is 'One row per pair of outlets: how many texts the first published before the other reused them.';
comment on column mart.syndication.origin_source is 'Outlet that had the text first.';
comment on column mart.syndication.reuse_source is 'Outlet that has it too.';
comment on column mart.syndication.article_count is 'Pairs of articles.';
comment on column mart.syndication.mean_jaccard is 'Mean similarity of the pairs.';
