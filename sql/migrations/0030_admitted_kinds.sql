-- Kinds of pages that a source wants stored though they are no articles.

alter table news.sources add column admit_kinds text[] not null default '{}';
comment on column news.sources.admit_kinds is 'Kinds of pages that are no articles and whose text is stored all the same, as the source''s file asks: listing, product, forum, service, documentation.';
