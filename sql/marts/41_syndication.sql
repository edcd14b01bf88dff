-- one row per pair of outlets: how many texts the first published before the other reused them.
create view mart.syndication as
with pairs as (
    select
        r.jaccard,
        coalesce(a.duplicate_group_id, -least(a.article_id, b.article_id)) as text_id,
        coalesce(a.published_at, a.first_seen_at) as at_a,
        coalesce(b.published_at, b.first_seen_at) as at_b,
        -- Null where a page states no time, since first seen is not published.
        greatest(a.published_at - b.published_at, b.published_at - a.published_at) as delay,
        g.origin_agency,
        a.source_id as source_id_a,
        b.source_id as source_id_b,
        (
            (coalesce(a.published_at, a.first_seen_at), a.article_id)
            <= (coalesce(b.published_at, b.first_seen_at), b.article_id)
        ) as is_a_first
    from news.text_reuse as r
    inner join news.articles as a on r.article_id_a = a.article_id
    inner join news.articles as b on r.article_id_b = b.article_id
    left join news.duplicate_groups as g on a.duplicate_group_id = g.duplicate_group_id
    where
        r.relation != 'partial'
        and a.source_id != b.source_id
        and not exists (
            select
            from news.duplicate_decisions as d
            where
                d.article_id_a = r.article_id_a
                and d.article_id_b = r.article_id_b
        )
),

directed as (
    select
        jaccard,
        text_id,
        origin_agency,
        delay,
        greatest(at_a, at_b) as reused_at,
        case when is_a_first then source_id_a else source_id_b end as origin_id,
        case when is_a_first then source_id_b else source_id_a end as reuse_id
    from pairs
)

select
    origin.source_key as origin_source,
    reuse.source_key as reuse_source,
    count(*) as article_count,
    count(distinct d.text_id) as original_article_count,
    count(*) filter (where d.origin_agency is not null) as wire_copy_count,
    count(distinct d.text_id) filter (
        where d.origin_agency is not null
    ) as original_wire_copy_count,
    avg(d.jaccard)::real as mean_jaccard,
    percentile_cont(0.5) within group (order by d.delay) as median_delay,
    max(d.reused_at) as last_reused_at
from directed as d
inner join news.sources as origin on d.origin_id = origin.source_id
inner join news.sources as reuse on d.reuse_id = reuse.source_id
group by
    origin.source_key,
    reuse.source_key;
comment on view mart.syndication is 'One row per pair of outlets: how many texts the first published before the other reused them. Pairs that were declared different (news.duplicate_decisions) are left out. A page that states no time counts as published when it was first seen.';
comment on column mart.syndication.origin_source is 'Outlet that had the text first.';
comment on column mart.syndication.reuse_source is 'Outlet that has it too.';
comment on column mart.syndication.article_count is 'Pairs of articles: a text that the origin printed twice counts twice.';
comment on column mart.syndication.original_article_count is 'Texts among them, each group of copies counted once.';
comment on column mart.syndication.wire_copy_count is 'Pairs of a group that prints an agency''s text: neither may have it from the other.';
comment on column mart.syndication.original_wire_copy_count is 'Agency texts among them, each counted once.';
comment on column mart.syndication.mean_jaccard is 'Mean similarity of the pairs.';
comment on column mart.syndication.median_delay is 'Time from the first publication to the reuse, the middle one; pairs in which a page states no time are left out, null where all are.';
comment on column mart.syndication.last_reused_at is 'When the last reuse was published, in UTC; first seen, where its page states no time.';
