-- Quote families: quotes of the same words, perhaps altered by a few, and which outlet had them first.

-- squawk-ignore-file adding-foreign-key-constraint, require-timeout-settings, prefer-bigint-over-int

-- one row per family of quotes that are one.
create table news.quote_families (
    quote_family_id bigint generated always as identity primary key,
    first_article_id bigint,
    first_sha256 bytea,
    first_said_at timestamptz,
    last_said_at timestamptz,
    form_count int not null default 0,
    article_count int not null default 0,
    source_count int not null default 0
);
create index quote_families_spread on news.quote_families (last_said_at) where source_count > 1;
comment on table news.quote_families is 'One row per family of quotes that are one: the same words, perhaps altered by a few.';
comment on column news.quote_families.quote_family_id is 'Key of the family. It may change when articles are annotated again.';
comment on column news.quote_families.first_article_id is 'First article that has the quote. No foreign key: a function keeps it.';
comment on column news.quote_families.first_sha256 is 'Form of the words in that article.';
comment on column news.quote_families.first_said_at is 'Time of that article.';
comment on column news.quote_families.last_said_at is 'Time of the last article that has it.';
comment on column news.quote_families.form_count is 'Different forms of the words.';
comment on column news.quote_families.article_count is 'Articles that have it.';
comment on column news.quote_families.source_count is 'Outlets of these articles.';

-- one row per form of a quote: its words exactly.
create table news.quote_forms (
    quote_sha256 bytea primary key,
    quote_family_id bigint not null references news.quote_families on delete cascade,
    keys int[] not null
);
create index quote_forms_family on news.quote_forms (quote_family_id);
create index quote_forms_keys on news.quote_forms using gin (keys);
comment on table news.quote_forms is 'One row per form of a quote of at least six words in a current text.';
comment on column news.quote_forms.quote_sha256 is 'Digest of the words, as in news.quotes.';
comment on column news.quote_forms.quote_family_id is 'The family.';
comment on column news.quote_forms.keys is 'Hashes of runs of four words by which other forms find it.';

create function news.sum_up_quote_families(wanted bigint[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- A form that no current text has any more goes, so that nothing of a removed article stays.
    delete from news.quote_forms as f
    where f.quote_family_id = any(wanted)
        and not exists (
            select
            from news.quotes as q
            inner join news.article_versions as v on q.article_version_id = v.article_version_id
            where q.quote_sha256 = f.quote_sha256 and v.is_current
        );
    update news.quote_families as f
    set
        first_article_id = n.articles[1],
        first_sha256 = n.forms[1],
        first_said_at = n.first_said_at,
        last_said_at = n.last_said_at,
        form_count = n.form_count,
        article_count = n.article_count,
        source_count = n.source_count
    from (
        select
            o.quote_family_id,
            array_agg(v.article_id order by news.told_at(a.published_at, a.first_seen_at), v.article_id)
                as articles,
            array_agg(o.quote_sha256 order by news.told_at(a.published_at, a.first_seen_at), v.article_id)
                as forms,
            min(news.told_at(a.published_at, a.first_seen_at)) as first_said_at,
            max(news.told_at(a.published_at, a.first_seen_at)) as last_said_at,
            count(distinct o.quote_sha256) as form_count,
            count(distinct v.article_id) as article_count,
            count(distinct a.source_id) as source_count
        from news.quote_forms as o
        inner join news.quotes as q on o.quote_sha256 = q.quote_sha256
        inner join news.article_versions as v on q.article_version_id = v.article_version_id and v.is_current
        inner join news.articles as a on v.article_id = a.article_id
        where o.quote_family_id = any(wanted)
        group by o.quote_family_id
    ) as n
    where f.quote_family_id = n.quote_family_id;
    delete from news.quote_families as f
    where f.quote_family_id = any(wanted)
        and not exists (select from news.quote_forms as o where o.quote_family_id = f.quote_family_id);
end
$$;
comment on function news.sum_up_quote_families is 'Compute families of quotes again from the current texts; forms and families that none has go.';

create function news.note_deleted_quotes() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    perform news.sum_up_quote_families(array(
        select distinct f.quote_family_id
        from changed as c
        inner join news.quote_forms as f on c.quote_sha256 = f.quote_sha256
        order by f.quote_family_id
    ));
    return null;
end
$$;
comment on function news.note_deleted_quotes is 'Compute the families of deleted quotes again.';
create trigger sum_up_quote_families after delete on news.quotes
referencing old table as changed for each statement execute function news.note_deleted_quotes();

insert into ops.articles_to_tell (article_id)
select article_id from news.story_texts
order by article_id;
