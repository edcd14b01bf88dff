-- one row per text that two articles or more print: who printed it first, how far and how fast it went; brought up to date by each publish.
create view mart.text_spread as
select
    w.duplicate_group_id,
    g.origin_agency,
    s.source_key as first_source_key,
    w.first_published_at,
    w.first_article_id,
    v.title as first_title,
    a.canonical_url as first_canonical_url,
    w.last_published_at,
    w.spread_hours,
    w.median_delay_hours,
    w.article_count,
    w.source_count,
    w.credited_count,
    array(
        select o.source_key
        from unnest(w.source_ids) with ordinality as u (source_id, place_no)
        inner join news.sources as o on u.source_id = o.source_id
        order by u.place_no
    ) as source_keys
from news.text_spreads as w
inner join news.duplicate_groups as g on w.duplicate_group_id = g.duplicate_group_id
inner join news.articles as a on w.first_article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id
inner join news.article_versions as v on a.article_id = v.article_id and v.is_current;
comment on view mart.text_spread is 'One row per text that two articles or more print: who printed it first, how far and how fast it went; brought up to date by each publish.';
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
