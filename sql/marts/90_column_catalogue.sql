-- one row per column of news and mart: the data dictionary.
create view mart.column_catalogue as
select
    n.nspname::text as table_schema,
    c.relname::text as table_name,
    a.attname::text as column_name,
    pg_catalog.format_type(a.atttypid, a.atttypmod) as data_type,
    pg_catalog.col_description(c.oid, a.attnum) as description,
    a.attnum::int as position_no
from pg_catalog.pg_attribute as a
inner join pg_catalog.pg_class as c on a.attrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where
    n.nspname in ('news', 'mart')
    and c.relkind in ('r', 'p', 'v', 'm')
    and not c.relispartition
    and a.attnum > 0
    and not a.attisdropped;
comment on view mart.column_catalogue is 'One row per column of news and mart: the data dictionary.';
comment on column mart.column_catalogue.table_schema is 'news or mart.';
comment on column mart.column_catalogue.table_name is 'Table or view.';
comment on column mart.column_catalogue.column_name is 'Column.';
comment on column mart.column_catalogue.data_type is 'Its type.';
comment on column mart.column_catalogue.description is 'What it holds.';
comment on column mart.column_catalogue.position_no is 'Place of the column, from 1.';
