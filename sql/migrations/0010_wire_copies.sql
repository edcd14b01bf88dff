-- Wire copy: which agency a text comes from, even where only a copy of it says so.

alter table news.articles add column origin_agency text;
comment on column news.articles.origin_agency is 'News agency the text comes from: credited on the page, or on a copy of the same text; null for an outlet''s own.';
