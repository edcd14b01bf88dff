-- one row per finding of a check.
create view mart.check_findings as
select
    f.publish_id,
    p.started_at as published_at,
    p.status as publish_status,
    p.run_id,
    p.looked_from,
    p.looked_until,
    f.check_name,
    c.severity,
    f.source_key,
    f.page_url,
    f.finding
from ops.check_findings as f
inner join ops.publishes as p on f.publish_id = p.publish_id
inner join ops.check_results as c on f.publish_id = c.publish_id and f.check_name = c.check_name;
comment on view mart.check_findings is 'One row per finding of a check, with the source and the page that it is about.';
comment on column mart.check_findings.publish_id is 'Publish that ran the check.';
comment on column mart.check_findings.published_at is 'When that publish began.';
comment on column mart.check_findings.publish_status is 'running, succeeded or failed: a finding of severity error fails it.';
comment on column mart.check_findings.run_id is 'Run that published.';
comment on column mart.check_findings.looked_from is 'The check looked at what was decided since then.';
comment on column mart.check_findings.looked_until is 'When it began to look.';
comment on column mart.check_findings.check_name is 'File name in sql/checks without its ending.';
comment on column mart.check_findings.severity is 'error: a finding fails the publish. warning: it does not.';
comment on column mart.check_findings.source_key is 'Source that it is about; null where it is about several or none.';
comment on column mart.check_findings.page_url is 'Page or document that it is about; null where it is about several or none.';
comment on column mart.check_findings.finding is 'What is wrong, in words.';
