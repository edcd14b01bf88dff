-- What a page says of itself, with where it says so, and what was not believed.

alter table news.article_versions
add column title_origin text,
add column authors_origin text,
add column modified_origin text,
add column refused_dates text[] not null default '{}',
add column update_note text;
comment on column news.article_versions.title_origin is 'Where the headline was read: json_ld, meta, feed or visible.';
comment on column news.article_versions.authors_origin is 'Where the authors were read: json_ld, meta, feed or visible.';
comment on column news.article_versions.modified_origin is 'Where the modification time was read: json_ld, meta or visible.';
comment on column news.article_versions.refused_dates is 'Times not believed, each with where it stood: before 1990, after tomorrow, or a modification before the publication.';
comment on column news.article_versions.update_note is 'What the page says of its own changes, such as a correction; not part of body_text.';
comment on column news.article_versions.quality_score is 'How far the text is the whole article and nothing else, 0 to 1: an estimate of its 4-gram F1 before cleaning. About 0.9 is a whole article, 0.65 half of one or one with the page''s furniture, under 0.3 something else.';

alter table news.removed_blocks add column article_count int;
comment on column news.removed_blocks.article_count is 'With reason site_memory: different stories of the host whose pages held the block when it was taken out. Copies of one story, AMP twins and states of a running text count once; pages that were refused as no article count too.';
