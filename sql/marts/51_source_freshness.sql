-- one row per active source: when it last brought a link, a page and an article, and its last 24 hours.
create view mart.source_freshness as
select
    s.source_key,
    l.last_link_at,
    f.last_fetch_at,
    f.last_ok_fetch_at,
    a.last_article_at,
    coalesce(f.fetches_24h, 0) as fetches_24h,
    coalesce(f.failures_24h, 0) as failures_24h,
    coalesce(n.new_articles_24h, 0) as new_articles_24h,
    coalesce(n.new_original_articles_24h, 0) as new_original_articles_24h,
    round(extract(epoch from now() - a.last_article_at) / 3600, 1) as hours_silent,
    coalesce(d.document_failures_24h, 0) as document_failures_24h,
    d.document_states,
    d.next_due_at,
    s.articles_a_day as expected_articles_a_day,
    s.latest_age_hours,
    extract(epoch from now() - a.last_article_at) / 3600 > s.latest_age_hours as is_silent
from news.sources as s
left join lateral (
    select
        max(x.fetched_at) as last_fetch_at,
        max(x.fetched_at) filter (where x.http_status between 200 and 399) as last_ok_fetch_at,
        count(*) filter (where x.fetched_at > now() - interval '1 day') as fetches_24h,
        count(*) filter (
            where x.fetched_at > now() - interval '1 day'
            and (x.http_status is null or x.http_status >= 400)
        ) as failures_24h
    from news.fetches as x
    where
        x.source_id = s.source_id
        and x.fetched_at > now() - interval '30 days'
) as f on true
left join lateral (
    select max(x.first_seen_at) as last_article_at
    from news.articles as x
    where x.source_id = s.source_id
) as a on true
left join lateral (
    select
        count(*) as new_articles_24h,
        count(*) filter (
            where x.duplicate_group_id is null or x.is_group_original
        ) as new_original_articles_24h
    from news.articles as x
    where
        x.source_id = s.source_id
        and x.first_seen_at > now() - interval '1 day'
) as n on true
left join lateral (
    select max(x.last_listed_at) as last_link_at
    from ops.links as x
    where x.source_id = s.source_id
) as l on true
left join lateral (
    select
        min(x.next_due_at) as next_due_at,
        array_agg(distinct x.state order by x.state) as document_states,
        (
            select count(*)
            from ops.document_attempts as t
            inner join ops.documents as own on t.document_id = own.document_id
            where
                own.source_id = s.source_id
                and t.attempted_at > now() - interval '1 day'
                and t.outcome not in ('read', 'unchanged')
        ) as document_failures_24h
    from ops.documents as x
    where
        x.source_id = s.source_id
        and x.is_active
) as d on true
where s.is_active;
comment on view mart.source_freshness is 'One row per active source: when it last brought a link, a page and an article, and its last 24 hours.';
comment on column mart.source_freshness.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.source_freshness.last_link_at is 'When a document of it last named a link, to within an hour.';
comment on column mart.source_freshness.last_fetch_at is 'When a page of it was last requested.';
comment on column mart.source_freshness.last_ok_fetch_at is 'When a request last succeeded (HTTP 200 to 399).';
comment on column mart.source_freshness.last_article_at is 'When a new article of it was last seen.';
comment on column mart.source_freshness.fetches_24h is 'Requests in the last 24 hours.';
comment on column mart.source_freshness.failures_24h is 'Of these, requests without an answer or with 4xx or 5xx.';
comment on column mart.source_freshness.new_articles_24h is 'Articles first seen in the last 24 hours, copies included.';
comment on column mart.source_freshness.new_original_articles_24h is 'Of these, those that are no copies.';
comment on column mart.source_freshness.hours_silent is 'Hours since its last new article; null where there is none yet.';
comment on column mart.source_freshness.document_failures_24h is 'Requests of its feeds, sitemaps, sections and lists that failed in the last 24 hours.';
comment on column mart.source_freshness.document_states is 'States of these documents, each once (see mart.documents).';
comment on column mart.source_freshness.next_due_at is 'When the first of these documents is asked for next.';
comment on column mart.source_freshness.expected_articles_a_day is 'New articles a day that the source''s file expects.';
comment on column mart.source_freshness.latest_age_hours is 'Hours without a new article from which the source''s file calls it silent.';
comment on column mart.source_freshness.is_silent is 'Whether hours_silent is more than that; null where the file says nothing or there is no article yet.';
