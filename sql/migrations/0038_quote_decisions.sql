-- What people decided about quotes; outlives every reload and every run of the annotator.

-- one row per quote of an article that somebody rejected or corrected.
create table news.quote_decisions (
    article_id bigint not null references news.articles on delete cascade,
    quote_sha256 bytea not null,
    quote_text text not null,
    decision text not null check (decision in ('rejected', 'corrected')),
    speaker_name text,
    speaker_type text,
    entity_id bigint references news.entities,
    reason text,
    decided_by text not null,
    decided_at timestamptz not null default now(),
    primary key (article_id, quote_sha256),
    check ((decision = 'corrected') = (speaker_name is not null))
);
create index quote_decisions_entity on news.quote_decisions (entity_id);
comment on table news.quote_decisions is 'One row per quote of an article that somebody rejected or corrected (dateline quote). Stronger than the annotator, and kept when the article is loaded or annotated again: a quote is known by its words.';
comment on column news.quote_decisions.article_id is 'Article that holds the quote.';
comment on column news.quote_decisions.quote_sha256 is 'SHA-256 of the normalised words, as in news.quotes.';
comment on column news.quote_decisions.quote_text is 'The words when it was decided.';
comment on column news.quote_decisions.decision is 'rejected: no quote, or not to be used. corrected: speaker_name says it.';
comment on column news.quote_decisions.speaker_name is 'Who says it; null where the quote is rejected.';
comment on column news.quote_decisions.speaker_type is 'PERSON, ORG and so on; null where the quote is rejected.';
comment on column news.quote_decisions.entity_id is 'The speaker''s entity.';
comment on column news.quote_decisions.reason is 'Why, in the words of whoever decided.';
comment on column news.quote_decisions.decided_by is 'Who decided.';
comment on column news.quote_decisions.decided_at is 'When.';

-- A decision changes the rows of the marts.
create trigger note_article after insert or update or delete on news.quote_decisions
for each row execute function news.note_article();
