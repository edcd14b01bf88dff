-- The outlet of a page of many outlets is read from the page, unless a person has mapped its address.

alter table news.sources
add column has_many_outlets boolean not null default false;
comment on column news.sources.has_many_outlets is 'Whether each page that it lists is of the outlet of its own address: then its articles are those outlets''.';

update news.sources set has_many_outlets = true
where source_key = 'files';

-- one row per address that a person has given to an outlet.
create table news.mapped_outlets (
    address text primary key,
    source_id int not null references news.sources,
    mapped_by text not null,
    mapped_at timestamptz not null default now(),
    reason text
);
create index mapped_outlets_source on news.mapped_outlets (source_id);
comment on table news.mapped_outlets is 'One row per address whose pages a person has given to an outlet; stronger than what pages state.';
comment on column news.mapped_outlets.address is 'A host without www., with all hosts below it, or the address of a local file or folder (file:///…).';
comment on column news.mapped_outlets.source_id is 'The outlet.';
comment on column news.mapped_outlets.mapped_by is 'Who decided.';
comment on column news.mapped_outlets.mapped_at is 'When it was decided.';
comment on column news.mapped_outlets.reason is 'Why, for later readers.';
