-- Days by the outlet's clock. A zone that Postgres does not know would make every query of the marts fail.

alter table news.sources add column known_time_zone text;
comment on column news.sources.known_time_zone is 'time_zone, where Postgres knows a zone of that name; null otherwise. Set by a trigger.';

create function news.set_known_time_zone() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    new.known_time_zone := (
        select min(z.name) from pg_catalog.pg_timezone_names as z where z.name = new.time_zone
    );
    return new;
end
$$;
comment on function news.set_known_time_zone is 'Set known_time_zone of a source from its time_zone.';

create trigger sources_known_time_zone
before insert or update of time_zone on news.sources
for each row execute function news.set_known_time_zone();

update news.sources set time_zone = time_zone
where time_zone is not null;
