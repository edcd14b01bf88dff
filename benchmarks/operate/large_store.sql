-- A made store of :articles articles of :sources outlets over 90 days, for the speed of the UI's pages.
-- Texts are short: no page of the UI reads one. Foreign keys are not looked at while it is filled.
set session_replication_role = replica;
set synchronous_commit = off;
set maintenance_work_mem = '256MB';
drop index news.articles_page_key;

insert into ops.runs (dag_id, airflow_run_id, started_at, finished_at, status, code_version)
select
    'ingest',
    'scheduled__' || n,
    now() - n * interval '1 hour',
    now() - n * interval '1 hour' + interval '4 minutes',
    'succeeded',
    '0.1.0'
from generate_series(1, 90 * 24) as n;

insert into news.sources (source_key, source_name, country_code, articles_a_day)
select
    format('outlet_%s', to_char(n, 'FM0000')),
    format('The Outlet of %s', n),
    'gb',
    :articles / :sources / 90
from generate_series(1, :sources) as n;

insert into ops.documents (source_id, document_kind, url, last_attempt_at, last_success_at, state)
select
    s,
    (array['feed', 'sitemap'])[k],
    format('https://outlet-%s.example/%s.xml', s, k),
    now(),
    now(),
    'ok'
from generate_series(1, :sources) as s
cross join generate_series(1, 2) as k;

insert into ops.document_attempts (
    document_id, run_id, attempted_at, outcome, http_status, links_found, links_new, state, next_due_at
)
select
    d,
    1 + t % 2160,
    now() - t * interval '1 hour' - d * interval '1 second',
    (array['read', 'unchanged', 'unchanged', 'timeout'])[1 + (t + d) % 4],
    200,
    30,
    1,
    'ok',
    now()
from generate_series(1, 2 * :sources) as d
cross join generate_series(1, 24 * 30) as t;

insert into news.articles (source_id, canonical_url, first_seen_at, last_seen_at, published_at)
select
    1 + n % :sources,
    format('https://outlet-%s.example/news/%s', 1 + n % :sources, n),
    seen_at,
    seen_at,
    seen_at - interval '20 minutes'
from
    generate_series(1, :articles) as n
cross join lateral (select now() - (:articles - n) * (interval '90 days' / :articles) as seen_at) as t;

insert into news.article_versions (
    article_id, version_no, content_sha256, body_sha256, is_current, title, body_text, word_count,
    article_kind, is_wire_copy, is_paywalled, first_seen_at, last_seen_at, first_run_id,
    first_fetch_id, extractor_version, annotation_outcome, annotated_at, deduplicated_at
)
select
    article_id,
    1,
    sha256(article_id::text::bytea),
    sha256(article_id::text::bytea),
    true,
    format('Council votes on bridge %s', article_id),
    'The council voted.',
    3,
    'article',
    false,
    false,
    first_seen_at,
    first_seen_at,
    1,
    article_id,
    '1',
    'loaded',
    first_seen_at,
    first_seen_at
from news.articles;

insert into news.removed_blocks (article_version_id, block_no, block_text, reason)
select
    article_version_id,
    b,
    format('Share this story %s', article_version_id % 50),
    (array['share_bar', 'repeated_line'])[b]
from news.article_versions
cross join generate_series(1, 2) as b;

insert into ops.links (
    source_id, url, canonical_url, found_by, found_in, link_title, stated_at, first_listed_at,
    last_listed_at, attempt_count, last_attempt_at, last_outcome, article_id, next_try_at
)
select
    source_id,
    canonical_url,
    canonical_url,
    'feed',
    format('https://outlet-%s.example/1.xml', source_id),
    format('Council votes on bridge %s', article_id),
    published_at,
    first_seen_at - interval '5 minutes',
    first_seen_at + interval '6 hours',
    1,
    first_seen_at,
    'loaded',
    article_id,
    case when first_seen_at > now() - interval '14 days' then now() + interval '1 hour' * (article_id % 24 - 2) end
from news.articles
order by article_id;

-- The first request of each link, then the visits after 1 h, 6 h, 1, 3, 7 and 14 days.
insert into ops.link_attempts (
    run_id, source_id, planned_at, outcome, http_status, decided_at, article_id, link_id
)
select
    1 + (a.article_id + v) % 2160,
    a.source_id,
    t.at - interval '1 minute',
    case
        when t.at > now() - interval '3 minutes' then null
        when v = 0 then
            case a.article_id % 20 when 0 then 'not_an_article' when 1 then 'timeout' else 'loaded' end
        else 'unchanged'
    end,
    200,
    case when t.at > now() - interval '3 minutes' then null else t.at end,
    a.article_id,
    a.article_id
from news.articles as a
cross join generate_series(0, 6) as v
cross join lateral (
    select
        a.first_seen_at + (
            array['0 h', '1 h', '6 h', '1 d', '3 d', '7 d', '14 d']::interval[]
        )[v + 1] + interval '1 second' * (a.article_id % 300) as at
) as t
where t.at < now() and (v = 0 or t.at > now() - interval '30 days')
order by t.at;

insert into ops.source_days (source_id, day, expected, low, high, seen)
select s, current_date - d, :articles / :sources / 90, 4, 20, 8 + (s + d) % 7
from generate_series(1, :sources) as s
cross join generate_series(0, 89) as d;

insert into ops.source_states (
    source_id, state, severity, since, expected, seen, usual_a_day, reason, last_good_at,
    next_try_at, judged_at
)
select
    s,
    case s % 25 when 0 then 'blocked' when 1 then 'silent' when 2 then 'late' else 'ok' end,
    case s % 25 when 0 then 'alert' when 1 then 'alert' when 2 then 'notice' else 'none' end,
    now() - interval '5 hours',
    11,
    10,
    11,
    'as usual',
    now() - interval '1 hour',
    now() + interval '10 minutes',
    now()
from generate_series(1, :sources) as s;

insert into ops.source_state_changes (
    source_id, changed_at, from_state, to_state, from_severity, severity, reason
)
select s, now() - n * interval '9 days', 'ok', 'late', 'none', 'notice', 'fewer new links than ever at this hour'
from generate_series(1, :sources) as s
cross join generate_series(1, 10) as n;

insert into ops.alerts (kind, key, source_id, severity, title, opened_at, last_seen_at, closed_at)
select
    'source_state',
    format('outlet %s', n),
    1 + n % :sources,
    'warning',
    format('outlet_%s is silent', n),
    now() - n * interval '10 minutes',
    now(),
    case when n > 50 then now() - n * interval '5 minutes' end
from generate_series(1, 20000) as n;
