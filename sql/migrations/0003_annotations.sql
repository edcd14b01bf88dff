-- What the language model found: entities, mentions, quotes and their speakers.

-- one row per named person, place, organization or thing.
create table news.entities (
    entity_id bigint generated always as identity primary key,
    entity_type text not null,
    entity_name text not null,
    normalized_name text not null check (octet_length(normalized_name) <= 2000),
    merged_into_entity_id bigint references news.entities,
    first_seen_at timestamptz not null default now(),
    unique (entity_type, normalized_name)
);
create index entities_merged on news.entities (merged_into_entity_id) where merged_into_entity_id is not null;
comment on table news.entities is 'One row per named person, place, organization or thing. Names are as articles give them, or the alias table''s.';
comment on column news.entities.entity_id is 'Key of the entity; stable.';
comment on column news.entities.entity_type is 'PERSON, ORG, GPE, LOC, NORP, FAC, EVENT, PRODUCT, WORK_OF_ART, LAW, LANGUAGE or MISC.';
comment on column news.entities.entity_name is 'Name as first seen.';
comment on column news.entities.normalized_name is 'Lower-case name with straight quotes: identity within the type.';
comment on column news.entities.merged_into_entity_id is 'Entity that an analyst or a later stage merged it into.';
comment on column news.entities.first_seen_at is 'When it was first stored.';

-- one row per place in a version's text where a name stands.
create table news.entity_mentions (
    article_version_id bigint not null references news.article_versions on delete cascade,
    mention_no int not null,
    entity_id bigint references news.entities,
    entity_type text not null,
    surface_text text not null,
    start_char int not null check (start_char >= 0),
    end_char int not null,
    role_text text,
    primary key (article_version_id, mention_no),
    check (end_char > start_char)
);
create index entity_mentions_entity on news.entity_mentions (entity_id, article_version_id);
comment on table news.entity_mentions is 'One row per place in a version''s text where a name stands. Dates and amounts too, without an entity.';
comment on column news.entity_mentions.article_version_id is 'Version it stands in.';
comment on column news.entity_mentions.mention_no is 'Number within the version in reading order, from 1.';
comment on column news.entity_mentions.entity_id is 'Entity that is named; null for DATE and MONEY.';
comment on column news.entity_mentions.entity_type is 'Label as the model gave it.';
comment on column news.entity_mentions.surface_text is 'The words as printed.';
comment on column news.entity_mentions.start_char is 'First code point in body_text, from 0.';
comment on column news.entity_mentions.end_char is 'Code point after the last.';
comment on column news.entity_mentions.role_text is 'A person''s title or office as printed beside the name.';

-- one row per attribution: what was said, the cue that tells so, and who said it.
create table news.quotes (
    article_version_id bigint not null references news.article_versions on delete cascade,
    quote_no int not null,
    quote_kind text not null check (quote_kind in ('direct', 'mixed', 'indirect')),
    quote_text text not null,
    start_char int not null check (start_char >= 0),
    end_char int not null,
    content_spans int4multirange not null,
    source_spans int4multirange not null,
    cue_spans int4multirange not null,
    speaker_surface text,
    cue_text text,
    cue_class text not null check (cue_class in ('speech', 'thought', 'intent')),
    attribution_method text not null,
    confidence real check (confidence between 0 and 1),
    quote_sha256 bytea not null,
    primary key (article_version_id, quote_no),
    check (end_char > start_char)
);
create index quotes_sha on news.quotes (quote_sha256);
comment on table news.quotes is 'One row per attribution: what was said, the cue that tells so, and who said it. Speakers are in news.quote_speakers.';
comment on column news.quotes.article_version_id is 'Version it stands in.';
comment on column news.quotes.quote_no is 'Number within the version in reading order, from 1.';
comment on column news.quotes.quote_kind is 'direct, mixed or indirect speech.';
comment on column news.quotes.quote_text is 'The words said, without the quotation marks around them; parts joined by a blank.';
comment on column news.quotes.start_char is 'First code point of the content in body_text, from 0.';
comment on column news.quotes.end_char is 'Code point after the content''s last.';
comment on column news.quotes.content_spans is 'All parts of the content as code-point ranges of body_text.';
comment on column news.quotes.source_spans is 'Where the source is named.';
comment on column news.quotes.cue_spans is 'Where the cue stands.';
comment on column news.quotes.speaker_surface is 'The source as printed.';
comment on column news.quotes.cue_text is 'The cue as printed: said, according to.';
comment on column news.quotes.cue_class is 'speech, thought or intent.';
comment on column news.quotes.attribution_method is 'Model that found it.';
comment on column news.quotes.confidence is 'The model''s trust, 0 to 1.';
comment on column news.quotes.quote_sha256 is 'SHA-256 of the normalised quote_text: equal for one quote in many articles.';

-- one row per quote and speaker.
create table news.quote_speakers (
    article_version_id bigint not null,
    quote_no int not null,
    speaker_no int not null,
    speaker_name text not null,
    speaker_type text,
    speaker_role text not null check (speaker_role in ('speaker', 'on_behalf_of')),
    entity_id bigint references news.entities,
    primary key (article_version_id, quote_no, speaker_no),
    foreign key (article_version_id, quote_no) references news.quotes on delete cascade
);
create index quote_speakers_entity on news.quote_speakers (entity_id);
comment on table news.quote_speakers is 'One row per quote and speaker. Two people may say one thing, one may speak for another.';
comment on column news.quote_speakers.article_version_id is 'Version that the quote stands in.';
comment on column news.quote_speakers.quote_no is 'Quote within the version.';
comment on column news.quote_speakers.speaker_no is 'Number within the quote, from 1.';
comment on column news.quote_speakers.speaker_name is 'Name as resolved within the article.';
comment on column news.quote_speakers.speaker_type is 'Label of the speaker: PERSON, ORG, GPE and so on.';
comment on column news.quote_speakers.speaker_role is 'speaker, or on_behalf_of: the one spoken for.';
comment on column news.quote_speakers.entity_id is 'The speaker as an entity, where it is one.';
