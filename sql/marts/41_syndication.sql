-- one row per pair of outlets: how many texts the first published before the other reused them.
create view mart.syndication as
select
    sa.source_key as origin_source,
    sb.source_key as reuse_source,
    count(*) as article_count,
    avg(r.jaccard)::real as mean_jaccard
from news.text_reuse as r
inner join news.articles as a on r.article_id_a = a.article_id
inner join news.articles as b on r.article_id_b = b.article_id
cross join lateral (
    select
        (
            coalesce(a.published_at, a.first_seen_at), a.article_id
        ) <= (
            coalesce(b.published_at, b.first_seen_at), b.article_id
        ) as a_is_first
) as z
inner join news.sources as sa
    on sa.source_id = case when z.a_is_first then a.source_id else b.source_id end
inner join news.sources as sb
    on sb.source_id = case when z.a_is_first then b.source_id else a.source_id end
where
    r.relation != 'partial'
    and a.source_id != b.source_id
group by
    sa.source_key,
    sb.source_key;
comment on view mart.syndication is 'One row per pair of outlets: how many texts the first published before the other reused them.';
comment on column mart.syndication.origin_source is 'Outlet that had the text first.';
comment on column mart.syndication.reuse_source is 'Outlet that has it too.';
comment on column mart.syndication.article_count is 'Pairs of articles.';
comment on column mart.syndication.mean_jaccard is 'Mean similarity of the pairs.';
