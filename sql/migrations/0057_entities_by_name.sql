-- An entity is found by its name without reading all; one index fewer on the texts of articles pays for it.

-- The migration holds the store to itself: some seconds at a million articles.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, require-timeout-settings, ban-drop-constraint, disallowed-unique-constraint, constraint-missing-not-valid

create index entities_name on news.entities (entity_name);

-- Looked up by the text alone too, which took an index of its own. By article they are found by version_no.
alter table news.article_versions drop constraint article_versions_article_id_content_sha256_key;
alter table news.article_versions add unique (content_sha256, article_id);
drop index news.article_versions_content;
