-- That a version was read again, and by which code, is a mark of a stage and no change of an article.

create or replace function news.note_changed_version() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Marks of stages are no change of what the marts show; annotation sets annotated_at. The text
    -- of a version never changes, so it need not be compared.
    old.last_seen_at := new.last_seen_at;
    old.comment_count := new.comment_count;
    old.deduplicated_at := new.deduplicated_at;
    old.nlp_version := new.nlp_version;
    old.extractor_version := new.extractor_version;
    old.read_again_at := new.read_again_at;
    old.read_again_by := new.read_again_by;
    old.body_text := new.body_text;
    old.search_vector := new.search_vector;
    if old is distinct from new then
        insert into ops.changed_articles (article_id)
        select distinct each from unnest(array[old.article_id, new.article_id]) as each;
    end if;
    return null;
end
$$;
