-- one row per quote and speaker of an article's current version that is likely right (grade A or B); a quote without a named speaker has one row.
create view mart.who_said_what as
select
    published_at,
    published_date,
    source_key,
    speaker_name,
    speaker_type,
    speaker_role,
    speaker_surface,
    quote_text,
    quote_kind,
    cue_text,
    cue_class,
    confidence,
    title,
    canonical_url,
    article_id,
    quote_no,
    is_original,
    entity_id,
    start_char,
    end_char,
    quote_sha256,
    grade,
    grade_reason,
    speaker_method,
    speaker_evidence,
    lost_mark,
    first_seen_at,
    published_date_local,
    best_date,
    best_date_origin,
    changed_seq,
    changed_at
from mart.all_attributions
where
    grade in ('A', 'B')
    -- Rows of an older version have no grade and stay readable.
    or grade is null;
comment on view mart.who_said_what is 'One row per quote and speaker of an article''s current version that is likely right: grade A or B, and rows of an older version, which have none; a quote without a named speaker has one row. mart.all_attributions has the rest.';
comment on column mart.who_said_what.published_at is 'Publication time of the article in UTC; null where its page states none.';
comment on column mart.who_said_what.published_date is 'Its day in UTC; null where its page states none.';
comment on column mart.who_said_what.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.who_said_what.speaker_name is 'Who says it, as resolved; null where the text names nobody, or an entity that somebody blocked.';
comment on column mart.who_said_what.speaker_type is 'PERSON, ORG, GPE and so on.';
comment on column mart.who_said_what.speaker_role is 'speaker, or on_behalf_of: the one spoken for.';
comment on column mart.who_said_what.speaker_surface is 'The source as printed: Sherman, the statement.';
comment on column mart.who_said_what.quote_text is 'The words said, without the quotation marks around them.';
comment on column mart.who_said_what.quote_kind is 'direct, mixed or indirect.';
comment on column mart.who_said_what.cue_text is 'The words that introduce it: said, according to.';
comment on column mart.who_said_what.cue_class is 'speech, thought or intent.';
comment on column mart.who_said_what.confidence is 'Estimated probability that content and source are right, 0 to 1.';
comment on column mart.who_said_what.title is 'Headline of the article.';
comment on column mart.who_said_what.canonical_url is 'Address of the article.';
comment on column mart.who_said_what.article_id is 'Key of the article.';
comment on column mart.who_said_what.quote_no is 'Number of the quote within the article.';
comment on column mart.who_said_what.is_original is 'Whether the article counts when each story counts once.';
comment on column mart.who_said_what.entity_id is 'The speaker''s entity, where it is one; null for a corrected speaker (news.quote_decisions has it).';
comment on column mart.who_said_what.start_char is 'First code point of the quote in body_text, from 0.';
comment on column mart.who_said_what.end_char is 'Code point after its last.';
comment on column mart.who_said_what.quote_sha256 is 'Equal for one quote in many articles.';
comment on column mart.who_said_what.grade is 'A: printable. B: likely right; grade_reason says what to look at. C: for counting only. Null for rows of an older version, until dateline reprocess --stage annotate grades them.';
comment on column mart.who_said_what.grade_reason is 'Why the grade is not better, null for an A. No statement: deed, thought, not_said, narrator, title, scare_quotes, fragment, list_item, caption, table, no_source. What is doubtful: unsure (confidence), reference (the speaker is resolved from one), no_name, lost_mark. older_version: not graded yet. rejected: somebody decided so (dateline quote).';
comment on column mart.who_said_what.speaker_method is 'How the speaker was found: full_name, name, turn, signature, headline, pronoun, relative_clause, description, document, spokesperson, continued, nearby_name or unknown (news.quotes explains each); decision: somebody corrected it (dateline quote).';
comment on column mart.who_said_what.speaker_evidence is 'The words that name the speaker: the source as printed, and for a reference the name it refers to (she ← Mayor Ida Holm).';
comment on column mart.who_said_what.lost_mark is 'The quotation mark that the text lacks: opening or closing.';
comment on column mart.who_said_what.first_seen_at is 'When the article was first fetched.';
comment on column mart.who_said_what.published_date_local is 'Day of publication by the outlet''s clock; null where the page states none.';
comment on column mart.who_said_what.best_date is 'The day to count it on, never null: see mart.articles.';
comment on column mart.who_said_what.best_date_origin is 'What best_date is: published, modified or first_seen.';
comment on column mart.who_said_what.changed_seq is 'Number of the last change of the article, for copies elsewhere (docs/marts.md); null until a publish gives one.';
comment on column mart.who_said_what.changed_at is 'When that number was given.';
