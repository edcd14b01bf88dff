-- Optional roles: who may load and who may read. A server that forbids creating roles goes without.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'dateline_loader') then
        create role dateline_loader nologin;
    end if;
    if not exists (select from pg_catalog.pg_roles where rolname = 'dateline_analyst') then
        create role dateline_analyst nologin;
    end if;
    grant usage on schema ops, news, mart to dateline_loader;
    grant select, insert, update, delete on all tables in schema ops, news to dateline_loader;
    alter default privileges in schema ops, news
    grant select, insert, update, delete on tables to dateline_loader;
    grant usage on schema news, mart to dateline_analyst;
    grant select on all tables in schema news to dateline_analyst;
    alter default privileges in schema news, mart grant select on tables to dateline_analyst;
    alter default privileges in schema mart grant select on tables to dateline_loader;
exception
    when insufficient_privilege or duplicate_object or unique_violation then
        raise notice 'roles dateline_loader and dateline_analyst were not set up: %', sqlerrm;
end
$$;
