-- Old articles cleaned again: a text that changed because we read it better is no edit.

alter table news.article_versions
add column made_by text not null default 'page' check (made_by in ('page', 'reprocess'));
comment on column news.article_versions.made_by is 'page: the publisher changed the text. reprocess: the same page was cleaned again, and better; no edit.';
