-- Rows as the version before (migrations 0001 to 0010) wrote them: two outlets that print one story,
-- one of them edited later, with annotations of the model version "dateline+abc".
insert into news.sources (source_key, source_name, homepage_url, language_code, time_zone) values
('harbour', 'The Harbour Gazette', 'https://harbour.example/', 'en', 'Africa/Nairobi'),
('valley', 'Valley Courier', 'https://valley.example/', 'en', null);

insert into ops.runs (dag_id, airflow_run_id, logical_date, status, code_version) values
('ingest', 'scheduled__2026-11-19', '2026-11-19 12:00+00', 'succeeded', '0.1.0'),
('ingest', 'scheduled__2026-11-20', '2026-11-20 12:00+00', 'succeeded', '0.1.0');

insert into ops.load_batches (batch_key, run_id, item_count, version_count) values
('ingest:0001', 1, 2, 2),
('ingest:0002', 2, 1, 1);

insert into news.duplicate_groups (origin_agency) values ('Linden Press');

insert into news.articles (
    source_id, canonical_url, first_seen_at, last_seen_at, published_at, duplicate_group_id, is_group_original
) values
(1, 'https://harbour.example/news/1', '2026-11-19 12:00+00', '2026-11-20 12:00+00', '2026-11-19 08:15+00', 1, true),
(2, 'https://valley.example/news/1', '2026-11-19 12:01+00', '2026-11-19 12:01+00', '2026-11-19 09:00+00', 1, false);

insert into ops.links (
    run_id, source_id, batch_no, url, canonical_url, found_by, fetch_id, outcome, http_status, decided_at, article_id
) values
(1, 1, 1, 'https://harbour.example/news/1', 'https://harbour.example/news/1', 'feed', 1, 'loaded', 200, now(), 1),
(1, 2, 1, 'https://valley.example/news/1', 'https://valley.example/news/1', 'feed', 2, 'loaded', 200, now(), 2),
(2, 1, 1, 'https://harbour.example/news/1', 'https://harbour.example/news/1', 'feed', 3, 'loaded', 200, now(), 1);

insert into news.fetches (
    run_id, source_id, link_id, requested_url, final_url, fetched_at, http_status, content_type, raw_uri
) values
(1, 1, 1, 'https://harbour.example/news/1', 'https://harbour.example/news/1', '2026-11-19 12:00+00', 200, 'text/html', '1.warc.gz#0'),
(1, 2, 2, 'https://valley.example/news/1', 'https://valley.example/news/1', '2026-11-19 12:01+00', 200, 'text/html', '1.warc.gz#9'),
(2, 1, 3, 'https://harbour.example/news/1', 'https://harbour.example/news/1', '2026-11-20 12:00+00', 200, 'text/html', '2.warc.gz#0');

insert into news.pages (canonical_url, etag, fetched_at, article_id) values
('https://harbour.example/news/1', '"e1"', '2026-11-20 12:00+00', 1),
('https://valley.example/news/1', null, '2026-11-19 12:01+00', 2);

insert into news.article_versions (
    article_id, version_no, content_sha256, body_sha256, is_current, title, byline, authors, body_text,
    word_count, language_code, article_kind, agency, credit_kind, is_wire_copy, is_paywalled,
    published_at, published_text, published_origin, published_precision, first_seen_at, last_seen_at,
    first_run_id, first_fetch_id, extractor_version, nlp_version, annotation_outcome, annotated_at,
    deduplicated_at
) values
(
    1, 1, sha256('1'), sha256('body'), false, 'Bridge opens', 'Ida Marlow', '{"Ida Marlow"}',
    '"The bridge is safe," Ida Marlow said.', 7, 'en', 'article', null, null, false, false,
    '2026-11-19 08:15+00', '2026-11-19T08:15:00', 'json_ld', 'second', '2026-11-19 12:00+00',
    '2026-11-19 12:00+00', 1, 1, '0.1.0', 'dateline+abc', 'loaded', now(), now()
),
(
    2, 1, sha256('2'), sha256('body'), true, 'Bridge opens', null, '{}',
    '"The bridge is safe," Ida Marlow said.', 7, 'en', 'article', 'Linden Press', 'whole', true, false,
    '2026-11-19 09:00+00', '2026-11-19T09:00:00+00:00', 'json_ld', 'second', '2026-11-19 12:01+00',
    '2026-11-19 12:01+00', 1, 2, '0.1.0', 'dateline+abc', 'loaded', now(), now()
),
(
    1, 2, sha256('3'), sha256('body'), true, 'Bridge opens late', 'Ida Marlow', '{"Ida Marlow"}',
    '"The bridge is safe," Ida Marlow said.', 7, 'en', 'article', null, null, false, false,
    '2026-11-19 08:15+00', '2026-11-19T08:15:00', 'json_ld', 'second', '2026-11-20 12:00+00',
    '2026-11-20 12:00+00', 2, 3, '0.1.0', 'dateline+abc', 'loaded', now(), now()
);

insert into news.article_edits (
    article_id, edit_no, from_version_id, to_version_id, seen_at, run_id, is_announced, is_comparable
) values (1, 1, 1, 3, '2026-11-20 12:00+00', 2, false, true);

insert into news.removed_blocks (article_version_id, block_no, block_text, reason) values
(3, 1, 'Share this story', 'share_bar');

insert into news.article_fingerprints (fingerprint, article_version_id, seen_on) values
(11, 3, '2026-11-19'),
(11, 2, '2026-11-19');

insert into news.text_reuse (
    article_id_a, article_id_b, relation, jaccard, containment_a, containment_b, shared_words, method_version
) values (1, 2, 'duplicate', 1, 1, 1, 7, 'winnow-k6-w32');

insert into news.entities (entity_type, entity_name, normalized_name) values
('PERSON', 'Ida Marlow', 'ida marlow');

insert into news.entity_mentions (
    article_version_id, mention_no, entity_id, entity_type, surface_text, start_char, end_char
) values (3, 1, 1, 'PERSON', 'Ida Marlow', 22, 32);

insert into news.quotes (
    article_version_id, quote_no, quote_kind, quote_text, start_char, end_char, content_spans, source_spans,
    cue_spans, speaker_surface, cue_text, cue_class, attribution_method, confidence, quote_sha256
) values (
    3, 1, 'direct', 'The bridge is safe', 0, 21, '{[0,21)}', '{[22,32)}', '{[33,37)}', 'Ida Marlow', 'said',
    'speech', 'dateline+abc', 0.9, sha256('quote')
);

insert into news.quote_speakers (
    article_version_id, quote_no, speaker_no, speaker_name, speaker_type, speaker_role, entity_id
) values (3, 1, 1, 'Ida Marlow', 'PERSON', 'speaker', 1);

insert into news.site_pages (host, page_key, line_marks, sentence_marks, name_marks) values
('harbour.example', 1, '{1}', '{2}', '{3}');
