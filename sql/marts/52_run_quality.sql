-- one row per run: what its links came to, and whether its checks passed.
create view mart.run_quality as
with link_counts as (
    select
        run_id,
        count(*) as link_count,
        count(*) filter (where outcome is null) as undecided_count,
        count(*) filter (where outcome = 'loaded') as loaded_count,
        count(*) filter (where outcome = 'unchanged') as unchanged_count,
        count(*) filter (where outcome = 'duplicate_url') as duplicate_url_count,
        count(*) filter (
            where outcome in (
                'robots_denied', 'reserved', 'address_refused', 'offsite_refused', 'takedown'
            )
        ) as refused_count,
        count(*) filter (
            where outcome in (
                'gone', 'not_found', 'forbidden', 'rate_limited', 'server_error', 'unreachable',
                'timeout', 'too_large', 'redirect_loop', 'bad_content', 'robots_unreachable', 'blocked',
                'consent_wall', 'redesigned'
            )
        ) as failed_count,
        count(*) filter (
            where outcome in ('not_an_article', 'paywalled', 'language_not_wanted', 'suspected_wall')
        ) as set_aside_count,
        count(*) filter (where outcome = 'quarantined') as quarantined_count
    from ops.link_attempts
    group by run_id
),

version_counts as (
    select
        first_run_id as run_id,
        count(*) as version_count
    from news.article_versions
    group by first_run_id
)

select
    r.run_id,
    r.dag_id,
    r.logical_date,
    r.started_at,
    r.finished_at,
    r.status,
    coalesce(l.link_count, 0) as link_count,
    coalesce(l.undecided_count, 0) as undecided_count,
    coalesce(l.loaded_count, 0) as loaded_count,
    coalesce(l.unchanged_count, 0) as unchanged_count,
    coalesce(l.duplicate_url_count, 0) as duplicate_url_count,
    coalesce(l.refused_count, 0) as refused_count,
    coalesce(l.failed_count, 0) as failed_count,
    coalesce(l.set_aside_count, 0) as set_aside_count,
    coalesce(l.quarantined_count, 0) as quarantined_count,
    round(l.failed_count::numeric / nullif(l.link_count - l.undecided_count, 0), 4) as failed_share,
    coalesce(v.version_count, 0) as version_count,
    coalesce(c.failed_checks, '{}') as failed_checks,
    coalesce(o.publish_id, n.publish_id) as publish_id,
    r.skipped_ticks
from ops.runs as r
left join link_counts as l on r.run_id = l.run_id
left join version_counts as v on r.run_id = v.run_id
left join lateral (
    select max(x.publish_id) as publish_id
    from ops.publishes as x
    where x.run_id = r.run_id
) as o on true
left join lateral (
    select x.publish_id
    from ops.publishes as x
    where x.started_at >= r.finished_at
    order by x.started_at
    limit 1
) as n on true
left join lateral (
    select array_agg(x.check_name order by x.check_name) as failed_checks
    from ops.check_results as x
    where
        x.publish_id = coalesce(o.publish_id, n.publish_id)
        and not x.is_passed
) as c on true;
comment on view mart.run_quality is 'One row per run: what its links came to, and whether its checks passed.';
comment on column mart.run_quality.run_id is 'Key of the run.';
comment on column mart.run_quality.dag_id is 'DAG, or the command that ran.';
comment on column mart.run_quality.logical_date is 'Start of the data interval.';
comment on column mart.run_quality.started_at is 'When it was opened.';
comment on column mart.run_quality.finished_at is 'When it was closed.';
comment on column mart.run_quality.status is 'running, succeeded or failed.';
comment on column mart.run_quality.link_count is 'Links that were tried.';
comment on column mart.run_quality.undecided_count is 'Links without an outcome yet.';
comment on column mart.run_quality.loaded_count is 'Links that brought a new article or version.';
comment on column mart.run_quality.unchanged_count is 'Links whose article was stored already.';
comment on column mart.run_quality.duplicate_url_count is 'Links to a URL that another link had.';
comment on column mart.run_quality.refused_count is 'Links that were not requested: robots.txt, address, off-site, takedown.';
comment on column mart.run_quality.failed_count is 'Links without a usable answer: 4xx, 5xx, timeouts, broken bodies.';
comment on column mart.run_quality.set_aside_count is 'Pages without an article to load: listings, paywall stubs, other languages.';
comment on column mart.run_quality.quarantined_count is 'Pages that Dateline could not handle.';
comment on column mart.run_quality.failed_share is 'failed_count of the links decided.';
comment on column mart.run_quality.version_count is 'Article versions stored.';
comment on column mart.run_quality.failed_checks is 'Names of the checks with findings in that publish; empty where all passed or none ran. They look at everything since the publish before, so a finding may be about another run: see mart.check_findings.';
comment on column mart.run_quality.publish_id is 'Publish of the run itself or, where it has none (ingest), the first after it; null where none was yet.';
comment on column mart.run_quality.skipped_ticks is 'Ticks of the schedule that had no run before this one: an earlier run was going on, or Airflow was stopped.';
