-- one row per text that two articles or more print: who printed it first, how far and how fast it went.
create view mart.text_spread as
with printed as (
    select
        a.duplicate_group_id,
        a.article_id,
        a.source_id,
        (v.credit_kind is not null) as is_credited,
        a.published_at,
        row_number() over (
            partition by a.duplicate_group_id
            order by
                coalesce(a.published_at, a.first_seen_at),
                a.is_group_original desc nulls last,
                a.article_id
        ) as place_no
    from news.articles as a
    inner join news.article_versions as v on a.article_id = v.article_id and v.is_current
    where a.duplicate_group_id is not null
),

outlets as (
    select
        duplicate_group_id,
        source_id,
        min(published_at) as first_at,
        max(published_at) as last_at,
        min(place_no) as place_no,
        count(*) as article_count,
        count(*) filter (where is_credited) as credited_count,
        count(published_at) as dated_count,
        min(published_at) - min(min(published_at)) over (
            partition by duplicate_group_id
        ) as delay,
        bool_or(place_no = 1 and published_at is null) as is_undated_first
    from printed
    group by
        duplicate_group_id,
        source_id
),

spread as (
    select
        o.duplicate_group_id,
        case
            when sum(o.dated_count) > 1 then max(o.last_at) - min(o.first_at)
        end as spread_over,
        max(o.last_at) as last_at,
        case
            when not bool_or(o.is_undated_first)
                then
                    percentile_cont(0.5) within group (
                        order by o.delay
                    ) filter (where o.place_no > 1)
        end as median_delay,
        sum(o.article_count)::bigint as article_count,
        count(*) as source_count,
        sum(o.credited_count)::bigint as credited_count,
        array_agg(s.source_key order by o.place_no) as source_keys
    from outlets as o
    inner join news.sources as s on o.source_id = s.source_id
    group by o.duplicate_group_id
)

select
    w.duplicate_group_id,
    g.origin_agency,
    s.source_key as first_source_key,
    p.published_at as first_published_at,
    p.article_id as first_article_id,
    v.title as first_title,
    a.canonical_url as first_canonical_url,
    w.last_at as last_published_at,
    round((extract(epoch from w.spread_over) / 3600)::numeric, 1) as spread_hours,
    round((extract(epoch from w.median_delay) / 3600)::numeric, 1) as median_delay_hours,
    w.article_count,
    w.source_count,
    w.credited_count,
    w.source_keys
from spread as w
inner join printed as p on w.duplicate_group_id = p.duplicate_group_id and p.place_no = 1
inner join news.duplicate_groups as g on w.duplicate_group_id = g.duplicate_group_id
inner join news.articles as a on p.article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id
inner join news.article_versions as v on a.article_id = v.article_id and v.is_current;
comment on view mart.text_spread is 'One row per text that two articles or more print: who printed it first, how far and how fast it went.';
comment on column mart.text_spread.duplicate_group_id is 'Group of copies.';
comment on column mart.text_spread.origin_agency is 'News agency the text comes from; null where no copy credits one.';
comment on column mart.text_spread.first_source_key is 'Outlet that printed it first, among the outlets read here; a page that states no time counts from when it was first seen.';
comment on column mart.text_spread.first_published_at is 'When, in UTC; null where its page states no time.';
comment on column mart.text_spread.first_article_id is 'The article that came first.';
comment on column mart.text_spread.first_title is 'Its headline.';
comment on column mart.text_spread.first_canonical_url is 'Its address.';
comment on column mart.text_spread.last_published_at is 'Latest publication time stated, in UTC; null where no page states one.';
comment on column mart.text_spread.spread_hours is 'Hours from the first publication time stated to the last; null where fewer than two pages state one.';
comment on column mart.text_spread.median_delay_hours is 'Hours from the first publication to each other outlet''s first, the middle one, of outlets that state a time; null within one outlet and where the first page states no time.';
comment on column mart.text_spread.article_count is 'Articles that print it; it is one text.';
comment on column mart.text_spread.source_count is 'Outlets that print it.';
comment on column mart.text_spread.credited_count is 'Articles that credit an agency on the page.';
comment on column mart.text_spread.source_keys is 'The outlets, in the order in which they printed it; one that states no time counts from when it was first seen.';
