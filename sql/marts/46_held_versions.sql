-- one row per text that an article's page showed and that was held back.
create view mart.held_versions as
select
    h.held_version_id,
    h.article_id,
    s.source_key,
    h.canonical_url,
    h.held_at,
    h.last_shown_at,
    h.shown_count,
    h.why,
    v.title as title_stored,
    h.title as title_held,
    v.word_count as words_stored,
    h.word_count as words_held,
    case when s.text_for = 'everyone' or (select news.may_read_texts()) then h.body_text end as body_held,
    h.decision,
    h.decided_at,
    h.article_version_id
from news.held_versions as h
inner join news.sources as s on h.source_id = s.source_id
left join news.article_versions as v on h.article_id = v.article_id and v.is_current;
comment on view mart.held_versions is 'One row per text that an article''s page showed and that was held back, because it may be a wall. It is no version and no edit unless decision is repeated or released.';
comment on column mart.held_versions.held_version_id is 'Key of the held text: dateline versions release and refuse take it.';
comment on column mart.held_versions.article_id is 'Article whose page showed it; null where none is stored yet.';
comment on column mart.held_versions.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.held_versions.canonical_url is 'Address of the article.';
comment on column mart.held_versions.held_at is 'When a page first showed it.';
comment on column mart.held_versions.last_shown_at is 'When a page last showed it.';
comment on column mart.held_versions.shown_count is 'Visits that showed it.';
comment on column mart.held_versions.why is 'What speaks against it, in words.';
comment on column mart.held_versions.title_stored is 'Title of the current version; null where there is none.';
comment on column mart.held_versions.title_held is 'Title of the page that was held.';
comment on column mart.held_versions.words_stored is 'Words of the current version.';
comment on column mart.held_versions.words_held is 'Words of the text that was held.';
comment on column mart.held_versions.body_held is 'The text that was held. Null for analysts where the source''s file says text_for = "owner".';
comment on column mart.held_versions.decision is 'repeated: a later visit showed it again and it became a version. released or refused: a person decided. withdrawn: the page showed an accepted text again. Null while it is held.';
comment on column mart.held_versions.decided_at is 'When it was decided.';
comment on column mart.held_versions.article_version_id is 'Version that it became.';
