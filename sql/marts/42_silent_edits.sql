-- one row per change of an article's title or text after publication, seen by the same extractor.
create view mart.silent_edits as
select
    a.article_id,
    s.source_key,
    a.canonical_url,
    e.edit_no,
    e.seen_at,
    f.title as title_before,
    t.title as title_after,
    (f.title is distinct from t.title) as is_title_changed,
    (f.body_sha256 != t.body_sha256) as is_body_changed,
    f.word_count as words_before,
    t.word_count as words_after,
    f.body_text as body_before,
    t.body_text as body_after,
    (
        t.modified_at is not null
        and t.modified_at > coalesce(f.modified_at, f.published_at, '-infinity')
    ) as is_announced
from news.article_edits as e
inner join news.articles as a on e.article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id
inner join news.article_versions as f on e.from_version_id = f.article_version_id
inner join news.article_versions as t on e.to_version_id = t.article_version_id
where f.extractor_version = t.extractor_version;
comment on view mart.silent_edits is 'One row per change of an article''s title or text after publication, seen by the same extractor.';
comment on column mart.silent_edits.article_id is 'Key of the article.';
comment on column mart.silent_edits.source_key is 'Short word of the outlet.';
comment on column mart.silent_edits.canonical_url is 'Address of the article.';
comment on column mart.silent_edits.edit_no is 'Number of the change within the article.';
comment on column mart.silent_edits.seen_at is 'Fetch time of the page that showed it.';
comment on column mart.silent_edits.title_before is 'Headline before.';
comment on column mart.silent_edits.title_after is 'Headline after.';
comment on column mart.silent_edits.is_title_changed is 'Whether the headline changed.';
comment on column mart.silent_edits.is_body_changed is 'Whether the text changed.';
comment on column mart.silent_edits.words_before is 'Words of the text before.';
comment on column mart.silent_edits.words_after is 'Words of the text after.';
comment on column mart.silent_edits.body_before is 'Text before.';
comment on column mart.silent_edits.body_after is 'Text after.';
comment on column mart.silent_edits.is_announced is 'Whether the page states a modification time later than the one before.';
