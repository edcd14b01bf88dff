-- Texts that only the operator may read: a source's file may say text_for = "owner".

alter table news.sources
add column text_for text not null default 'everyone' check (text_for in ('everyone', 'owner'));
comment on column news.sources.text_for is 'Who may read full texts of its articles: everyone who reads the marts, or owner, whoever may load articles.';

create function news.may_read_texts() returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select has_table_privilege('news.articles', 'insert')
$$;
comment on function news.may_read_texts is 'Whether the reader may load articles, and so may read the full texts of every source.';

create or replace function news.set_search_vector() returns trigger
language plpgsql
as $$
begin
    new.search_vector := news.search_vector_of(new.title, new.body_text, new.language_code);
    -- Places of words would give the text back, stemmed; without them its words are still found.
    if exists (
        select
        from news.articles as a
        inner join news.sources as s on a.source_id = s.source_id
        where a.article_id = new.article_id and s.text_for = 'owner'
    ) then
        new.search_vector := strip(new.search_vector);
    end if;
    return new;
end
$$;
comment on function news.set_search_vector is 'Sets the search vector of an article version whenever its title, text or language is set; without the places of words where its source says text_for = "owner".';

create function news.note_text_for() returns trigger
language plpgsql
as $$
begin
    update news.article_versions as v
    set title = v.title
    from news.articles as a
    where v.article_id = a.article_id and a.source_id = new.source_id;
    insert into ops.changed_articles (article_id)
    select a.article_id from news.articles as a where a.source_id = new.source_id;
    return null;
end
$$;
comment on function news.note_text_for is 'Set the search vectors of a source''s articles again and note them as changed.';

create trigger sources_text_for after update of text_for on news.sources
for each row when (old.text_for != new.text_for)
execute function news.note_text_for();
