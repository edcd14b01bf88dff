-- one row per article: its current text, in UTC, with its place among copies.
create view mart.articles as
select
    a.article_id,
    s.source_key,
    a.canonical_url,
    lower(substring(a.canonical_url from '^[a-z]+://(?:[^/?#]*@)?([^/:?#]+)')) as host,
    v.site_name,
    v.title,
    v.title_origin,
    v.title_alternatives,
    v.byline,
    v.authors,
    v.authors_origin,
    v.contributors,
    case when s.text_for = 'everyone' or (select news.may_read_texts()) then v.body_text end as body_text,
    v.word_count,
    case when a.best_date_origin = 'published' then a.published_at end as published_at,
    case a.best_date_origin
        when 'published' then (a.published_at at time zone 'UTC')::date
        when 'published_local' then a.best_date
    end as published_date,
    case when a.best_date_origin in ('published', 'published_local') then a.best_date end as published_date_local,
    a.best_date,
    case when a.best_date_origin = 'published_local' then 'published' else a.best_date_origin end as best_date_origin,
    v.published_local,
    v.published_zone,
    v.published_precision,
    v.published_origin,
    v.modified_at,
    v.modified_origin,
    v.refused_dates,
    v.update_note,
    a.first_seen_at,
    a.last_seen_at,
    v.language_code,
    v.language_confidence,
    v.language_origin,
    v.article_kind,
    v.section_name,
    v.categories,
    v.tags,
    v.image_url,
    v.agency,
    v.credit_line,
    v.credit_kind,
    case
        when v.credit_kind in ('whole', 'own') then coalesce(g.origin_agency, v.agency)
        when w.is_wire_copy then g.origin_agency
    end as origin_agency,
    w.is_wire_copy,
    v.is_paywalled,
    v.quality_score,
    v.annotation_outcome,
    v.version_no,
    a.duplicate_group_id,
    (a.duplicate_group_id is null or coalesce(a.is_group_original, false)) as is_original,
    sa.story_id,
    v.article_version_id,
    se.search_vector,
    ch.changed_seq,
    ch.changed_at
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
inner join news.article_versions as v on a.current_version_id = v.article_version_id and v.is_current
left join news.duplicate_groups as g on a.duplicate_group_id = g.duplicate_group_id
left join news.story_articles as sa on a.article_id = sa.article_id
left join news.article_changes as ch on a.article_id = ch.article_id
left join news.article_search as se on v.article_version_id = se.article_version_id
-- A lateral subquery without a table, so that nothing is looked up where the column is not selected.
cross join lateral ( -- noqa: ST05
    select
        case
            when v.credit_kind = 'own' then false
            when v.is_wire_copy then true
            when g.origin_agency is null then false
            else exists (
                select
                from news.articles as o
                inner join news.article_versions as c on o.article_id = c.article_id and c.is_current
                left join news.text_reuse as r
                    on
                        least(a.article_id, o.article_id) = r.article_id_a
                        and greatest(a.article_id, o.article_id) = r.article_id_b
                where
                    o.duplicate_group_id = a.duplicate_group_id
                    and o.article_id != a.article_id
                    and c.agency is not null
                    -- The page's own statement of how much is the agency's counts; only the
                    -- agency's own page overrides it.
                    and (
                        c.credit_kind = 'own'
                        or (c.credit_kind = 'whole' and v.credit_kind is null and v.credit_line is null)
                    )
                    -- A report of 600 words that holds an agency's 200 is no wire copy. Two members
                    -- of a group without a match are related through a third text.
                    and coalesce(
                        case
                            when r.article_id_a = a.article_id then r.containment_a
                            else r.containment_b
                        end,
                        1
                    ) >= 0.5
            )
        end as is_wire_copy
) as w;
comment on view mart.articles is 'One row per article: its current text, in UTC, with its place among copies.';
comment on column mart.articles.article_id is 'Key of the article.';
comment on column mart.articles.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.articles.canonical_url is 'Identity and address of the article.';
comment on column mart.articles.host is 'Host of canonical_url, without a port.';
comment on column mart.articles.site_name is 'The outlet''s name as the page states it.';
comment on column mart.articles.title is 'Headline.';
comment on column mart.articles.title_origin is 'Where the headline was read: json_ld, meta, feed or visible.';
comment on column mart.articles.title_alternatives is 'Other titles that the page states, without the site''s name: an array of {title, origin}; origin is json_ld, og (og:title), twitter, meta, title_tag (the title element), feed or visible.';
comment on column mart.articles.byline is 'Authors as one line.';
comment on column mart.articles.authors is 'Authors, each a name.';
comment on column mart.articles.authors_origin is 'Where the authors were read: json_ld, meta, feed or visible.';
comment on column mart.articles.contributors is 'People who worked on the article and did not write it: an array of {name, role}; role is illustrator, photographer, translator, editor, reviewer or contributor.';
comment on column mart.articles.body_text is 'Paragraphs joined by a blank line, without the title. Null for analysts where the source''s file says text_for = "owner".';
comment on column mart.articles.word_count is 'Words of the body.';
comment on column mart.articles.published_at is 'Publication time in UTC; its midnight where only a day is stated (published_precision). Null where the page states none, and where it states a clock time of unknown zone (published_local).';
comment on column mart.articles.published_date is 'Day of published_at in UTC; of published_local where that is set. Null where the page states neither.';
comment on column mart.articles.published_date_local is 'Day of publication by the outlet''s clock: in its time_zone, else with the offset that the page states, else in UTC. Null where the page states none.';
comment on column mart.articles.best_date is 'The day to count the article on, never null: published_date_local, else the day it was modified or first seen, whichever is earlier, by the outlet''s clock.';
comment on column mart.articles.best_date_origin is 'What best_date is: published, modified or first_seen. Only published is stated by the page as its day.';
comment on column mart.articles.published_local is 'Stated publication time whose zone is unknown: the page gives no offset and its source no time_zone; null otherwise.';
comment on column mart.articles.published_zone is 'Where the zone of the publication time comes from: page (its own offset), source (the source''s time_zone) or unknown; null where only a day or nothing is stated.';
comment on column mart.articles.published_precision is 'How exactly the page states the time: day, minute or second (published_zone says whose clock); null where it states none.';
comment on column mart.articles.published_origin is 'Where the publication time was read: json_ld, meta, feed, visible or url.';
comment on column mart.articles.modified_at is 'Modification time in UTC, where stated.';
comment on column mart.articles.modified_origin is 'Where the modification time was read: json_ld, meta or visible.';
comment on column mart.articles.refused_dates is 'Times not believed, each with where it was read: before 1990, after tomorrow, or a modification before the publication.';
comment on column mart.articles.update_note is 'What the page says of its own changes, such as a correction; not part of body_text.';
comment on column mart.articles.first_seen_at is 'When it was first fetched.';
comment on column mart.articles.last_seen_at is 'When its page was last read.';
comment on column mart.articles.language_code is 'ISO 639-1 code of the text''s language; null where nobody says which it is.';
comment on column mart.articles.language_confidence is 'How sure the language is, 0 to 1: the probability that the text gives it; 0.5 where only the page or the source states it. Null for versions that were read before migration 0028.';
comment on column mart.articles.language_origin is 'Who says which language it is: text, or where the text is too short to show it page or source. Null for versions that were read before migration 0028.';
comment on column mart.articles.article_kind is 'article, opinion, live_blog and so on.';
comment on column mart.articles.section_name is 'Section as the page states it.';
comment on column mart.articles.categories is 'Categories as the page states them.';
comment on column mart.articles.tags is 'Keywords as the page states them.';
comment on column mart.articles.image_url is 'Address of the lead image.';
comment on column mart.articles.agency is 'News agency that the page credits.';
comment on column mart.articles.credit_line is 'The credit as printed, thanks to an agency included, which credit it with no text.';
comment on column mart.articles.credit_kind is 'What the page credits it with: whole, the text is the agency''s; part, some of it; own, the outlet is the agency. Null where no agency is credited.';
comment on column mart.articles.origin_agency is 'News agency the text comes from: credited with the whole on this page, or on a copy where is_wire_copy is true through it. Null for a page that says that only a part is the agency''s.';
comment on column mart.articles.is_wire_copy is 'Whether the text is an agency''s and the outlet is not that agency: the page credits the whole to one; or it credits nobody, and half of its text or more lies in a copy that does; or that much lies in the agency''s own page. Where credit_kind and credit_line are null, the outlet prints it without saying so.';
comment on column mart.articles.is_paywalled is 'Whether the page is for subscribers.';
comment on column mart.articles.quality_score is 'How far the text is the whole article and nothing else, 0 to 1: an estimate of its 4-gram F1 before cleaning. About 0.9 is a whole article, 0.65 half of one or one with the page''s boilerplate, under 0.3 something else. Null for plain text.';
comment on column mart.articles.annotation_outcome is 'What annotation came to: loaded, names were looked for, and in English quotes; no_pipeline, none for the language is installed (DATELINE_NLP_MODEL); quarantined, annotation failed; null until it is annotated.';
comment on column mart.articles.version_no is 'Number of the current version; above 1 the text was edited.';
comment on column mart.articles.duplicate_group_id is 'Group of copies; null where the article has none.';
comment on column mart.articles.is_original is 'True for articles without copies and for the original of each group: count these to count a story once.';
comment on column mart.articles.story_id is 'Story it belongs to, where one was formed.';
comment on column mart.articles.article_version_id is 'Key of the current version.';
comment on column mart.articles.search_vector is 'For full-text search: search_vector @@ mart.search_query(''…''), or mart.search_query(''…'', ''de'') for the words of one language.';
comment on column mart.articles.changed_seq is 'Number of the last change of the article: its text, facts, names, quotes or place among copies. A visit that finds nothing new is no change, for copies elsewhere (docs/marts.md); null until a publish gives one.';
comment on column mart.articles.changed_at is 'When that number was given.';
