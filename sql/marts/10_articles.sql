-- one row per article: its current text, in UTC, with its place among copies.
create view mart.articles as
select
    a.article_id,
    s.source_key,
    a.canonical_url,
    v.title,
    v.byline,
    v.authors,
    v.body_text,
    v.word_count,
    coalesce(a.published_at, a.first_seen_at) as published_at,
    (coalesce(a.published_at, a.first_seen_at) at time zone 'UTC')::date as published_date,
    v.published_precision,
    v.modified_at,
    a.first_seen_at,
    a.last_seen_at,
    v.language_code,
    v.article_kind,
    v.section_name,
    v.agency,
    v.credit_line,
    v.credit_kind,
    coalesce(g.origin_agency, case when v.credit_kind != 'part' then v.agency end) as origin_agency,
    (
        v.is_wire_copy
        or (g.origin_agency is not null and v.credit_kind is distinct from 'own')
    ) as is_wire_copy,
    v.is_paywalled,
    v.quality_score,
    v.annotation_outcome,
    v.version_no,
    a.duplicate_group_id,
    (a.duplicate_group_id is null or coalesce(a.is_group_original, false)) as is_original,
    sa.story_id,
    v.article_version_id,
    v.search_vector
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
inner join news.article_versions as v on a.article_id = v.article_id and v.is_current
left join news.duplicate_groups as g on a.duplicate_group_id = g.duplicate_group_id
left join news.story_articles as sa on a.article_id = sa.article_id;
comment on view mart.articles is 'One row per article: its current text, in UTC, with its place among copies.';
comment on column mart.articles.article_id is 'Key of the article.';
comment on column mart.articles.source_key is 'Short word of the outlet.';
comment on column mart.articles.canonical_url is 'Identity and address of the article.';
comment on column mart.articles.title is 'Headline.';
comment on column mart.articles.byline is 'Authors as one line.';
comment on column mart.articles.authors is 'Authors, each a name.';
comment on column mart.articles.body_text is 'Paragraphs joined by a blank line, without the title.';
comment on column mart.articles.word_count is 'Words of the body.';
comment on column mart.articles.published_at is 'Publication time in UTC; where the page has none, when it was first seen.';
comment on column mart.articles.published_date is 'Day of published_at in UTC.';
comment on column mart.articles.published_precision is 'day, minute or second; null where the page states no time.';
comment on column mart.articles.modified_at is 'Modification time in UTC, where stated.';
comment on column mart.articles.first_seen_at is 'When it was first fetched.';
comment on column mart.articles.last_seen_at is 'When its page was last read.';
comment on column mart.articles.language_code is 'Language of the text.';
comment on column mart.articles.article_kind is 'article, opinion, live_blog and so on.';
comment on column mart.articles.section_name is 'Section as the page states it.';
comment on column mart.articles.agency is 'News agency that the page credits.';
comment on column mart.articles.credit_line is 'The credit as printed.';
comment on column mart.articles.credit_kind is 'What the page credits it with: whole, the text is the agency''s; part, some of it; own, the outlet is the agency. Null where no agency is credited.';
comment on column mart.articles.origin_agency is 'News agency the text comes from: credited with the whole on this page, or on a copy of the same text.';
comment on column mart.articles.is_wire_copy is 'Whether the text is an agency''s and the outlet is not that agency. Where agency is null as well, the outlet prints it without saying so.';
comment on column mart.articles.is_paywalled is 'Whether the page is for subscribers.';
comment on column mart.articles.quality_score is 'Extraction''s trust in the text, 0 to 1.';
comment on column mart.articles.annotation_outcome is 'Whether its names and quotes were sought: loaded; not_english, so there are none; quarantined; null where it still waits.';
comment on column mart.articles.version_no is 'Number of the current version; above 1 the text was edited.';
comment on column mart.articles.duplicate_group_id is 'Group of copies; null where it stands alone.';
comment on column mart.articles.is_original is 'True for articles without copies and for the original of each group: count these to count a story once.';
comment on column mart.articles.story_id is 'Story it belongs to, where one was formed.';
comment on column mart.articles.article_version_id is 'Key of the current version.';
comment on column mart.articles.search_vector is 'For full-text search: search_vector @@ websearch_to_tsquery(''english'', ''…'').';
