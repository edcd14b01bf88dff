-- Old articles cleaned again: a text that changed because we read it better is no edit.

alter table news.article_versions
add column made_by text not null default 'page' check (made_by in ('page', 'reprocess')),
add column read_again_at timestamptz,
add column read_again_by text;
comment on column news.article_versions.made_by is 'page: the publisher''s text was new. reprocess: the publisher changed nothing, we read it better; no edit.';
comment on column news.article_versions.read_again_at is 'When dateline reprocess last read its page again; null before.';
comment on column news.article_versions.read_again_by is 'Version of Dateline that read its page again.';

alter table news.article_edits
add column is_announced boolean,
add column is_comparable boolean;
comment on column news.article_edits.is_announced is 'Whether the page said so: a later modification time, or a new note; null for edits from before this column.';
comment on column news.article_edits.is_comparable is 'Whether one version of Dateline read both texts, so that all they differ in is the publisher''s; null for edits from before this column.';

-- The form in which mart compares paragraphs: a change of case, blanks or typography is none.
create function news.folded_text(line text) returns text
language sql immutable strict parallel safe
return lower(
    regexp_replace(
        translate(btrim(line), '“”„«»‘’‚–—' || chr(160), '""""""''''''-- '), '\s+', ' ', 'g'
    )
);
comment on function news.folded_text is 'A text without differences of case, blanks and typography.';
