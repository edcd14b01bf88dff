-- one row per mention of an entity in an article's current version.
create view mart.entity_mentions as
select
    a.article_id,
    case when a.best_date_origin = 'published' then a.published_at end as published_at,
    case a.best_date_origin
        when 'published' then (a.published_at at time zone 'UTC')::date
        when 'published_local' then a.best_date
    end as published_date,
    s.source_key,
    e.entity_id,
    e.entity_type,
    e.entity_name,
    m.surface_text,
    m.role_text,
    m.start_char,
    m.end_char,
    (a.duplicate_group_id is null or coalesce(a.is_group_original, false)) as is_original,
    m.article_version_id,
    a.first_seen_at,
    case when a.best_date_origin in ('published', 'published_local') then a.best_date end as published_date_local,
    a.best_date,
    case when a.best_date_origin = 'published_local' then 'published' else a.best_date_origin end as best_date_origin,
    ch.changed_seq,
    ch.changed_at,
    m.is_credit
-- Not mart.articles: all that is shown is in the row of the article, without its version.
from news.articles as a
inner join news.sources as s on a.source_id = s.source_id
inner join news.entity_mentions as m on a.current_version_id = m.article_version_id
inner join news.entities as n on m.entity_id = n.entity_id
inner join news.entities as e on n.canonical_entity_id = e.entity_id
left join news.article_changes as ch on a.article_id = ch.article_id
where not e.is_blocked;
comment on view mart.entity_mentions is 'One row per mention of an entity in an article''s current version; none of entities that somebody blocked (dateline entity block).';
comment on column mart.entity_mentions.article_id is 'Key of the article.';
comment on column mart.entity_mentions.published_at is 'Publication time of the article in UTC; null where its page states none.';
comment on column mart.entity_mentions.published_date is 'Its day in UTC; null where its page states none.';
comment on column mart.entity_mentions.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.entity_mentions.entity_id is 'Key of the entity that stands for all spellings of the name.';
comment on column mart.entity_mentions.entity_type is 'PERSON, ORG, GPE and so on.';
comment on column mart.entity_mentions.entity_name is 'Name of the entity.';
comment on column mart.entity_mentions.surface_text is 'The words as printed.';
comment on column mart.entity_mentions.role_text is 'Title or office printed beside the name.';
comment on column mart.entity_mentions.start_char is 'First code point in body_text, from 0.';
comment on column mart.entity_mentions.end_char is 'Code point after the last.';
comment on column mart.entity_mentions.is_original is 'Whether the article counts when each story counts once.';
comment on column mart.entity_mentions.article_version_id is 'Key of the version.';
comment on column mart.entity_mentions.first_seen_at is 'When the article was first fetched.';
comment on column mart.entity_mentions.published_date_local is 'Day of publication by the outlet''s clock; null where the page states none.';
comment on column mart.entity_mentions.best_date is 'The day to count it on, never null: see mart.articles.';
comment on column mart.entity_mentions.best_date_origin is 'What best_date is: published, modified or first_seen.';
comment on column mart.entity_mentions.changed_seq is 'Number of the last change of the article, for copies elsewhere (docs/marts.md); null until a publish gives one.';
comment on column mart.entity_mentions.changed_at is 'When that number was given.';
comment on column mart.entity_mentions.is_credit is 'Whether it stands in a credit of a picture or of an agency, and so is no subject of the article; the counts leave it out.';
