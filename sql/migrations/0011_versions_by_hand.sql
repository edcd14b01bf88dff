-- The versions of reading and of annotating are raised by a person when results change.

comment on column news.article_versions.extractor_version is 'Version of extraction and cleaning that read the page first; "0.1.0" before these versions were counted.';
comment on column news.article_versions.read_again_by is 'Version of extraction and cleaning that read its page again.';
comment on column news.article_versions.nlp_version is 'Model that annotated it: its name, the version of the rules, a digest of weights and tables; null before.';
comment on column news.article_edits.is_comparable is 'Whether one version of extraction and cleaning read both texts, so that all they differ in is the publisher''s; null for edits from before this column.';
