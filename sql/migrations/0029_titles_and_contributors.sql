-- Other titles that a page states beside its headline, and people who did not write the article.
-- Rows from before have none until their pages are extracted again.

alter table news.article_versions
add column title_alternatives jsonb not null default '[]',
add column contributors jsonb not null default '[]';
comment on column news.article_versions.title_alternatives is 'Other titles that the page states, without the site''s name: an array of {title, origin}; origin is json_ld, og (og:title), twitter, meta, title_tag (the title element), feed or visible.';
comment on column news.article_versions.contributors is 'People who worked on the article and did not write it: an array of {name, role}; role is illustrator, photographer, translator, editor, reviewer or contributor.';
