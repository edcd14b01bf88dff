-- Wire copy: how much of a text a page credits to an agency, and whose text a group of copies is.

alter table news.article_versions
add column credit_kind text check (credit_kind in ('whole', 'part', 'own'));
comment on column news.article_versions.credit_kind is 'What the agency is credited with: whole, the text is the agency''s; part, it holds some of it (with inputs from PTI); own, the outlet is the agency. whole without an agency: credited to agencies that are not named. Null where no agency is credited.';
comment on column news.article_versions.agency is 'News agency that the page credits.';
comment on column news.article_versions.is_wire_copy is 'Whether this page credits the whole text to an agency that is not the outlet itself; mart.articles.is_wire_copy asks the copies too.';

update news.article_versions set credit_kind = 'whole'
where is_wire_copy;

alter table news.duplicate_groups add column origin_agency text;
comment on column news.duplicate_groups.origin_agency is 'News agency whose text the group prints, as its members credit it; null where none of them does.';
