-- one row per quote and speaker of an article's current version, whatever its grade; a quote without a named speaker has one row.
create view mart.all_attributions as
select
    case when a.best_date_origin = 'published' then a.published_at end as published_at,
    case a.best_date_origin
        when 'published' then (a.published_at at time zone 'UTC')::date
        when 'published_local' then a.best_date
    end as published_date,
    s.source_key,
    -- A blocked entity is nobody.
    coalesce(
        -- The entity that somebody corrected it to. As joins these two tables would double the time that
        -- Postgres needs to plan a question.
        (
            select c.entity_name
            from news.entities as u
            inner join news.entities as c on u.canonical_entity_id = c.entity_id
            where u.entity_id = d.entity_id
        ),
        d.speaker_name,
        e.entity_name,
        case when n.is_blocked is not true then qs.speaker_name end
    ) as speaker_name,
    coalesce(d.speaker_type, case when n.is_blocked is not true then qs.speaker_type end) as speaker_type,
    case when d.decision = 'corrected' then 'speaker' else qs.speaker_role end as speaker_role,
    q.speaker_surface,
    q.quote_text,
    q.quote_kind,
    q.cue_text,
    q.cue_class,
    q.confidence,
    -- Looked up where it is shown: joined, it would be for every quote that is sorted.
    (
        select v.title
        from news.article_versions as v
        where v.article_version_id = a.current_version_id
    ) as title,
    a.canonical_url,
    a.article_id,
    q.quote_no,
    (a.duplicate_group_id is null or coalesce(a.is_group_original, false)) as is_original,
    e.entity_id,
    q.start_char,
    q.end_char,
    q.quote_sha256,
    case
        when d.decision = 'rejected' then 'C'
        when d.decision = 'corrected' then 'A'
        when n.is_blocked and q.grade = 'A' then 'B'
        else q.grade
    end as grade,
    case
        when d.decision = 'rejected' then 'rejected'
        when d.decision = 'corrected' then null
        when q.grade is null then 'older_version'
        when n.is_blocked and q.grade = 'A' then 'no_name'
        else q.grade_reason
    end as grade_reason,
    case when d.decision = 'corrected' then 'decision' else q.speaker_method end as speaker_method,
    q.speaker_evidence,
    q.lost_mark,
    q.attribution_method,
    a.first_seen_at,
    case when a.best_date_origin in ('published', 'published_local') then a.best_date end as published_date_local,
    a.best_date,
    case when a.best_date_origin = 'published_local' then 'published' else a.best_date_origin end as best_date_origin,
    ch.changed_seq,
    ch.changed_at
from news.quotes as q
inner join news.articles as a on q.article_version_id = a.current_version_id
inner join news.sources as s on a.source_id = s.source_id
left join news.article_changes as ch on a.article_id = ch.article_id
left join news.quote_decisions as d on a.article_id = d.article_id and q.quote_sha256 = d.quote_sha256
left join news.quote_speakers as qs
    on
        q.article_version_id = qs.article_version_id
        and q.quote_no = qs.quote_no
        and d.decision is distinct from 'corrected'
left join news.entities as n on qs.entity_id = n.entity_id
left join news.entities as e on n.canonical_entity_id = e.entity_id and not e.is_blocked;
comment on view mart.all_attributions is 'One row per quote and speaker of an article''s current version, whatever its grade; a quote without a named speaker has one row. mart.who_said_what has those that are likely right.';
comment on column mart.all_attributions.published_at is 'Publication time of the article in UTC; null where its page states none.';
comment on column mart.all_attributions.published_date is 'Its day in UTC; null where its page states none.';
comment on column mart.all_attributions.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.all_attributions.speaker_name is 'Who says it, as resolved; null where the text names nobody, or an entity that somebody blocked.';
comment on column mart.all_attributions.speaker_type is 'PERSON, ORG, GPE and so on.';
comment on column mart.all_attributions.speaker_role is 'speaker, or on_behalf_of: the one spoken for.';
comment on column mart.all_attributions.speaker_surface is 'The source as printed: Sherman, the statement.';
comment on column mart.all_attributions.quote_text is 'The words said, without the quotation marks around them.';
comment on column mart.all_attributions.quote_kind is 'direct, mixed or indirect.';
comment on column mart.all_attributions.cue_text is 'The words that introduce it: said, according to.';
comment on column mart.all_attributions.cue_class is 'speech, thought or intent.';
comment on column mart.all_attributions.confidence is 'Estimated probability that content and source are right, 0 to 1.';
comment on column mart.all_attributions.title is 'Headline of the article.';
comment on column mart.all_attributions.canonical_url is 'Address of the article.';
comment on column mart.all_attributions.article_id is 'Key of the article.';
comment on column mart.all_attributions.quote_no is 'Number of the quote within the article.';
comment on column mart.all_attributions.is_original is 'Whether the article counts when each story counts once.';
comment on column mart.all_attributions.entity_id is 'The speaker''s entity, where it is one; null for a corrected speaker (news.quote_decisions has it).';
comment on column mart.all_attributions.start_char is 'First code point of the quote in body_text, from 0.';
comment on column mart.all_attributions.end_char is 'Code point after its last.';
comment on column mart.all_attributions.quote_sha256 is 'Equal for one quote in many articles.';
comment on column mart.all_attributions.grade is 'A: printable. B: likely right; grade_reason says what to look at. C: for counting only. Null for rows of an older version, until dateline reprocess --stage annotate grades them.';
comment on column mart.all_attributions.grade_reason is 'Why the grade is not better, null for an A. No statement: deed, thought, not_said, narrator, title, scare_quotes, fragment, list_item, caption, table, no_source. What is doubtful: unsure (confidence), reference (the speaker is resolved from one), no_name, lost_mark. older_version: not graded yet. rejected: somebody decided so (dateline quote).';
comment on column mart.all_attributions.speaker_method is 'How the speaker was found: full_name, name, turn, signature, headline, pronoun, relative_clause, description, document, spokesperson, continued, nearby_name or unknown (news.quotes explains each); decision: somebody corrected it (dateline quote).';
comment on column mart.all_attributions.speaker_evidence is 'The words that name the speaker: the source as printed, and for a reference the name it refers to (she ← Mayor Ida Holm).';
comment on column mart.all_attributions.lost_mark is 'The quotation mark that the text lacks: opening or closing.';
comment on column mart.all_attributions.attribution_method is 'Model and rules that found it.';
comment on column mart.all_attributions.first_seen_at is 'When the article was first fetched.';
comment on column mart.all_attributions.published_date_local is 'Day of publication by the outlet''s clock; null where the page states none.';
comment on column mart.all_attributions.best_date is 'The day to count it on, never null: see mart.articles.';
comment on column mart.all_attributions.best_date_origin is 'What best_date is: published, modified or first_seen.';
comment on column mart.all_attributions.changed_seq is 'Number of the last change of the article, for copies elsewhere (docs/marts.md); null until a publish gives one.';
comment on column mart.all_attributions.changed_at is 'When that number was given.';
