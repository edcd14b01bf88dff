-- one row per host: its robots.txt as it was asked for last, and whether its rules are known.
create view mart.robots as
select
    r.authority || '/robots.txt' as url,
    (r.outcome is null) as is_known,
    r.outcome,
    r.reason,
    r.http_status,
    r.fetched_at,
    r.read_at,
    r.expires_at,
    octet_length(r.body) as body_bytes
from ops.robots_files as r;
comment on view mart.robots is 'One row per host: its robots.txt as it was asked for last, and whether its rules are known. While they are not, nothing is asked of the host.';
comment on column mart.robots.url is 'Address of the file.';
comment on column mart.robots.is_known is 'Whether its rules are known, also where there are none (4xx).';
comment on column mart.robots.outcome is 'Why they are not known: robots_unreachable, or the outcome of the failed request.';
comment on column mart.robots.reason is 'One line that explains it.';
comment on column mart.robots.http_status is 'Status of the last response; null where none came.';
comment on column mart.robots.fetched_at is 'When it was asked for last.';
comment on column mart.robots.read_at is 'When it could be read last; null where it never could.';
comment on column mart.robots.expires_at is 'When it is asked for again.';
comment on column mart.robots.body_bytes is 'Size of the file as it was read last.';
