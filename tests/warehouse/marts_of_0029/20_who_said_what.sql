-- one row per quote and speaker of an article's current version; a quote without a named speaker has one row.
create view mart.who_said_what as
select
    a.published_at,
    a.published_date,
    a.source_key,
    coalesce(merged.entity_name, e.entity_name, qs.speaker_name) as speaker_name,
    qs.speaker_type,
    qs.speaker_role,
    q.speaker_surface,
    q.quote_text,
    q.quote_kind,
    q.cue_text,
    q.cue_class,
    q.confidence,
    a.title,
    a.canonical_url,
    a.article_id,
    q.quote_no,
    a.is_original,
    coalesce(merged.entity_id, e.entity_id) as entity_id,
    q.start_char,
    q.end_char,
    q.quote_sha256
from news.quotes as q
inner join mart.articles as a on q.article_version_id = a.article_version_id
left join news.quote_speakers as qs
    on q.article_version_id = qs.article_version_id and q.quote_no = qs.quote_no
left join news.entities as e on qs.entity_id = e.entity_id
left join news.entities as merged on e.merged_into_entity_id = merged.entity_id;
comment on view mart.who_said_what is 'One row per quote and speaker of an article''s current version; a quote without a named speaker has one row.';
comment on column mart.who_said_what.published_at is 'Publication time of the article in UTC.';
comment on column mart.who_said_what.published_date is 'Its day in UTC.';
comment on column mart.who_said_what.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.who_said_what.speaker_name is 'Who says it, as resolved; null where the text names nobody.';
comment on column mart.who_said_what.speaker_type is 'PERSON, ORG, GPE and so on.';
comment on column mart.who_said_what.speaker_role is 'speaker, or on_behalf_of: the one spoken for.';
comment on column mart.who_said_what.speaker_surface is 'The source as printed: Sherman, the statement.';
comment on column mart.who_said_what.quote_text is 'The words said, without the quotation marks around them.';
comment on column mart.who_said_what.quote_kind is 'direct, mixed or indirect.';
comment on column mart.who_said_what.cue_text is 'The words that introduce it: said, according to.';
comment on column mart.who_said_what.cue_class is 'speech, thought or intent.';
comment on column mart.who_said_what.confidence is 'The model''s trust, 0 to 1.';
comment on column mart.who_said_what.title is 'Headline of the article.';
comment on column mart.who_said_what.canonical_url is 'Address of the article.';
comment on column mart.who_said_what.article_id is 'Key of the article.';
comment on column mart.who_said_what.quote_no is 'Number of the quote within the article.';
comment on column mart.who_said_what.is_original is 'Whether the article counts when each story counts once.';
comment on column mart.who_said_what.entity_id is 'The speaker''s entity, where it is one.';
comment on column mart.who_said_what.start_char is 'First code point of the quote in body_text, from 0.';
comment on column mart.who_said_what.end_char is 'Code point after its last.';
comment on column mart.who_said_what.quote_sha256 is 'Equal for one quote in many articles.';
