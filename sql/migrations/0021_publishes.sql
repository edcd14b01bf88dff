-- marts: drop
-- Checks look at everything since the last publish, and each finding names its source and page.

-- The migration holds the store to itself, and marts are made again after it.
-- squawk-ignore-file require-concurrent-index-creation, ban-drop-column, adding-foreign-key-constraint
-- squawk-ignore-file adding-not-nullable-field, ban-drop-constraint, adding-serial-primary-key-field
-- squawk-ignore-file constraint-missing-not-valid

-- one row per try of the stage publish.
create table ops.publishes (
    publish_id bigint generated always as identity primary key,
    run_id bigint not null references ops.runs,
    status text not null default 'running' check (status in ('running', 'succeeded', 'failed')),
    looked_from timestamptz not null,
    looked_until timestamptz not null,
    started_at timestamptz not null default now(),
    finished_at timestamptz
);
create index publishes_run on ops.publishes (run_id);
create index publishes_started on ops.publishes (started_at);
create index publishes_looked on ops.publishes (looked_until) where status = 'succeeded';
comment on table ops.publishes is 'One row per try of the stage publish: marts refreshed, checks run.';
comment on column ops.publishes.publish_id is 'Key of the publish.';
comment on column ops.publishes.run_id is 'Run that published. Its links are often those of other runs: ingest lists and fetches, curate publishes.';
comment on column ops.publishes.status is 'running, succeeded (no check of severity error has a finding) or failed. Only a succeeded one moves looked_from of the next.';
comment on column ops.publishes.looked_from is 'Checks look at what was decided since then: the looked_until of the last succeeded publish, less a quarter of an hour for what was under way.';
comment on column ops.publishes.looked_until is 'When it began to look.';
comment on column ops.publishes.started_at is 'When it began.';
comment on column ops.publishes.finished_at is 'When it ended; null while it runs.';

-- What the check results of earlier versions tell about their publishes.
insert into ops.publishes (run_id, status, looked_from, looked_until, started_at, finished_at)
select
    c.run_id,
    case when bool_and(c.is_passed or c.severity != 'error') then 'succeeded' else 'failed' end as status,
    r.started_at as looked_from,
    min(c.checked_at) as looked_until,
    min(c.checked_at) as started_at,
    max(c.checked_at) as finished_at
from ops.check_results as c
inner join ops.runs as r on c.run_id = r.run_id
group by c.run_id, r.started_at
order by min(c.checked_at);

-- one row per finding of a check.
create table ops.check_findings (
    publish_id bigint not null references ops.publishes on delete cascade,
    check_name text not null,
    finding_no int not null,
    source_key text,
    page_url text,
    finding text not null,
    primary key (publish_id, check_name, finding_no)
);
comment on table ops.check_findings is 'One row per finding of a check, at most 100 of each check.';
comment on column ops.check_findings.publish_id is 'Publish that ran the check.';
comment on column ops.check_findings.check_name is 'File name in sql/checks without its ending.';
comment on column ops.check_findings.finding_no is 'Place among the findings of the check, from 1.';
comment on column ops.check_findings.source_key is 'Source that it is about; null where it is about several or none.';
comment on column ops.check_findings.page_url is 'Page or document that it is about; null where it is about several or none.';
comment on column ops.check_findings.finding is 'What is wrong, in words.';

insert into ops.check_findings (publish_id, check_name, finding_no, finding)
select
    p.publish_id,
    c.check_name,
    f.finding_no,
    f.finding
from ops.check_results as c
inner join ops.publishes as p on c.run_id = p.run_id
cross join unnest(c.findings) with ordinality as f (finding, finding_no);

alter table ops.check_results add column publish_id bigint references ops.publishes on delete cascade;
alter table ops.check_results add column finding_count int not null default 0;
update ops.check_results as c
set
    publish_id = p.publish_id,
    finding_count = cardinality(c.findings)
from ops.publishes as p
where p.run_id = c.run_id;
alter table ops.check_results
drop constraint check_results_pkey,
alter column publish_id set not null,
drop column findings,
drop column run_id,
add primary key (publish_id, check_name);
comment on table ops.check_results is 'One row per check and publish. What it found is in ops.check_findings.';
comment on column ops.check_results.publish_id is 'Publish that ran the check.';
comment on column ops.check_results.severity is 'error: a finding fails the publish. warning: it does not.';
comment on column ops.check_results.finding_count is 'Findings, at most 100.';

-- Checks look for what was decided, and for versions that were annotated, since a moment.
create index link_attempts_decided on ops.link_attempts (decided_at);
create index article_versions_annotated on news.article_versions (annotated_at);
