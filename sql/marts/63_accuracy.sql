-- one row per column of mart, grade, kind and test set: how often its values are right.
-- Written by make eval (benchmarks/accuracy_rows.py) from benchmarks/accuracy_rows.tsv.
create view mart.accuracy as
select
    m.mart_name,
    m.column_name,
    m.grade,
    m.kind,
    m.test_set,
    m.tuned_on,
    m.n,
    m.precision_share,
    m.precision_low,
    m.precision_high,
    m.recall_share,
    m.recall_low,
    m.recall_high,
    m.measured_on
from (
    values
    ('all_attributions'::text, 'quote_text'::text, null::text, null::text, 'PolNeAR, dev'::text, 'partly'::text, 2248, 0.788::numeric, null::numeric, null::numeric, 0.810::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'quote_text'::text, null::text, 'direct'::text, 'PolNeAR, dev'::text, 'partly'::text, 408, 0.926::numeric, null::numeric, null::numeric, 0.974::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'quote_text'::text, 'A'::text, null::text, 'other news, half kept'::text, 'no'::text, 212, 0.986::numeric, 0.963::numeric, 1.000::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'quote_text'::text, 'A'::text, null::text, 'other news, half read'::text, 'yes'::text, 207, 0.981::numeric, 0.963::numeric, 0.995::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'quote_text'::text, 'B'::text, null::text, 'other news, half kept'::text, 'no'::text, 145, 0.945::numeric, 0.912::numeric, 0.976::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'quote_text'::text, 'B'::text, null::text, 'other news, half read'::text, 'yes'::text, 144, 0.972::numeric, 0.946::numeric, 0.993::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'quote_text'::text, 'C'::text, null::text, 'other news, half kept'::text, 'no'::text, 225, 0.267::numeric, 0.178::numeric, 0.384::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'quote_text'::text, 'C'::text, null::text, 'other news, half read'::text, 'yes'::text, 205, 0.263::numeric, 0.191::numeric, 0.342::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'A'::text, null::text, 'other news, half kept'::text, 'no'::text, 209, 0.981::numeric, 0.961::numeric, 0.995::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'A'::text, null::text, 'other news, half read'::text, 'yes'::text, 202, 0.965::numeric, 0.930::numeric, 0.995::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'B'::text, null::text, 'other news, half kept'::text, 'no'::text, 84, 0.881::numeric, 0.788::numeric, 0.969::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'B'::text, null::text, 'other news, half read'::text, 'yes'::text, 93, 0.946::numeric, 0.886::numeric, 0.989::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'C'::text, null::text, 'other news, half kept'::text, 'no'::text, 31, 0.871::numeric, 0.706::numeric, 1.000::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'C'::text, null::text, 'other news, half read'::text, 'yes'::text, 28, 0.750::numeric, 0.571::numeric, 0.909::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('articles'::text, 'authors'::text, null::text, null::text, 'Fundus, hosts kept apart'::text, 'partly'::text, 25, 0.920::numeric, null::numeric, null::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('articles'::text, 'authors'::text, null::text, null::text, 'trafilatura''s own set, hosts kept apart'::text, 'partly'::text, 62, 0.661::numeric, null::numeric, null::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('articles'::text, 'body_text'::text, null::text, null::text, 'Scrapinghub and Fundus, hosts kept apart'::text, 'partly'::text, 69, 0.974::numeric, null::numeric, null::numeric, 0.986::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('articles'::text, 'published_at'::text, null::text, null::text, 'Fundus, hosts kept apart'::text, 'partly'::text, 25, 1.000::numeric, null::numeric, null::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('articles'::text, 'published_at'::text, null::text, null::text, 'trafilatura''s own set, hosts kept apart'::text, 'partly'::text, 81, 0.852::numeric, null::numeric, null::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('articles'::text, 'title'::text, null::text, null::text, 'Fundus, hosts kept apart'::text, 'partly'::text, 25, 1.000::numeric, null::numeric, null::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('articles'::text, 'title'::text, null::text, null::text, 'trafilatura''s own set, hosts kept apart'::text, 'partly'::text, 90, 0.767::numeric, null::numeric, null::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: cut'::text, 'partly'::text, 360, 1.000::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: desks'::text, 'partly'::text, 28, 0.933::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: few'::text, 'partly'::text, 90, 1.000::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: growing'::text, 'partly'::text, 92, 0.844::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: like'::text, 'partly'::text, 1011, 0.997::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: one'::text, 'partly'::text, 44, 1.000::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: publisher'::text, 'partly'::text, 37, 1.000::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: restyled'::text, 'partly'::text, 135, 1.000::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: short'::text, 'partly'::text, 477, 1.000::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: templates'::text, 'partly'::text, 30, 1.000::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'made set: wire'::text, 'partly'::text, 2610, 1.000::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('copies'::text, 'duplicate_group_id'::text, null::text, null::text, 'stories and their copies'::text, 'yes'::text, 1509, 1.000::numeric, null::numeric, null::numeric, 1.000::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, null::text, 'Worldwide newswire, dev'::text, 'partly'::text, 4569, 0.827::numeric, null::numeric, null::numeric, 0.838::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Date'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 435, 0.901::numeric, null::numeric, null::numeric, 0.907::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Facility'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 48, 0.458::numeric, null::numeric, null::numeric, 0.550::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Location'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 1160, 0.833::numeric, null::numeric, null::numeric, 0.855::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Misc'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 305, 0.584::numeric, null::numeric, null::numeric, 0.562::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Money'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 71, 0.873::numeric, null::numeric, null::numeric, 0.899::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'NORP'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 356, 0.935::numeric, null::numeric, null::numeric, 0.907::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Organization'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 967, 0.844::numeric, null::numeric, null::numeric, 0.783::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Person'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 1204, 0.836::numeric, null::numeric, null::numeric, 0.922::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Product'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 23, 0.174::numeric, null::numeric, null::numeric, 0.167::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, null::text, 'other news, half kept'::text, 'no'::text, 357, 0.969::numeric, 0.945::numeric, 0.988::numeric, 0.798::numeric, 0.735::numeric, 0.856::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, null::text, 'other news, half read'::text, 'yes'::text, 351, 0.977::numeric, 0.963::numeric, 0.990::numeric, 0.804::numeric, 0.752::numeric, 0.853::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'direct'::text, 'news pages, read by eye'::text, 'yes'::text, 170, 0.971::numeric, 0.944::numeric, 0.994::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'direct'::text, 'other news, half kept'::text, 'no'::text, 147, 0.986::numeric, 0.965::numeric, 1.000::numeric, 0.901::numeric, 0.793::numeric, 0.983::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'direct'::text, 'other news, half read'::text, 'yes'::text, 147, 0.993::numeric, 0.977::numeric, 1.000::numeric, 0.949::numeric, 0.913::numeric, 0.980::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'direct'::text, 'pages of all kinds, read by eye'::text, 'yes'::text, 205, 0.971::numeric, 0.945::numeric, 0.991::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'indirect'::text, 'news pages, read by eye'::text, 'yes'::text, 169, 0.959::numeric, 0.925::numeric, 0.983::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'indirect'::text, 'other news, half kept'::text, 'no'::text, 156, 0.955::numeric, 0.914::numeric, 0.988::numeric, 0.710::numeric, 0.643::numeric, 0.772::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'indirect'::text, 'other news, half read'::text, 'yes'::text, 140, 0.971::numeric, 0.944::numeric, 0.993::numeric, 0.683::numeric, 0.592::numeric, 0.778::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'indirect'::text, 'pages of all kinds, read by eye'::text, 'yes'::text, 211, 0.953::numeric, 0.919::numeric, 0.980::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'mixed'::text, 'news pages, read by eye'::text, 'yes'::text, 179, 0.933::numeric, 0.886::numeric, 0.974::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'mixed'::text, 'other news, half kept'::text, 'no'::text, 54, 0.963::numeric, 0.907::numeric, 1.000::numeric, 0.789::numeric, 0.679::numeric, 0.900::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'mixed'::text, 'other news, half read'::text, 'yes'::text, 64, 0.953::numeric, 0.891::numeric, 1.000::numeric, 0.819::numeric, 0.725::numeric, 0.899::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'mixed'::text, 'pages of all kinds, read by eye'::text, 'yes'::text, 194, 0.933::numeric, 0.887::numeric, 0.975::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, null::text, 'news pages, read by eye'::text, 'yes'::text, 402, 0.970::numeric, 0.953::numeric, 0.985::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, null::text, 'other news, half kept'::text, 'no'::text, 293, 0.952::numeric, 0.915::numeric, 0.985::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, null::text, 'other news, half read'::text, 'yes'::text, 295, 0.959::numeric, 0.931::numeric, 0.984::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, null::text, 'pages of all kinds, read by eye'::text, 'yes'::text, 478, 0.964::numeric, 0.946::numeric, 0.980::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'direct'::text, 'other news, half kept'::text, 'no'::text, 134, 0.978::numeric, 0.949::numeric, 1.000::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'direct'::text, 'other news, half read'::text, 'yes'::text, 133, 0.970::numeric, 0.941::numeric, 0.993::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'indirect'::text, 'other news, half kept'::text, 'no'::text, 111, 0.937::numeric, 0.873::numeric, 0.990::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'indirect'::text, 'other news, half read'::text, 'yes'::text, 106, 0.962::numeric, 0.930::numeric, 0.991::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'mixed'::text, 'other news, half kept'::text, 'no'::text, 48, 0.917::numeric, 0.845::numeric, 0.978::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'mixed'::text, 'other news, half read'::text, 'yes'::text, 56, 0.929::numeric, 0.839::numeric, 1.000::numeric, null::numeric, null::numeric, null::numeric, '2026-12-01'::date)
) as m (
    mart_name,
    column_name,
    grade,
    kind,
    test_set,
    tuned_on,
    n,
    precision_share,
    precision_low,
    precision_high,
    recall_share,
    recall_low,
    recall_high,
    measured_on
);
comment on view mart.accuracy is 'One row per column of mart, grade, kind and test set: how often its values are right.';
comment on column mart.accuracy.mart_name is 'View of mart that the row is about.';
comment on column mart.accuracy.column_name is 'Its column.';
comment on column mart.accuracy.grade is 'Grade of the quotes it is about: A, B is the default view. Null: whatever the grade.';
comment on column mart.accuracy.kind is 'Kind of quote, class of name or kind of page it is about. Null: all.';
comment on column mart.accuracy.test_set is 'What it was measured on: see docs/accuracy.md.';
comment on column mart.accuracy.tuned_on is 'Whether rules, weights or thresholds were chosen with that set in view: yes, partly or no.';
comment on column mart.accuracy.n is 'Values that were judged.';
comment on column mart.accuracy.precision_share is 'Of the values that are given, the share that is right, 0 to 1.';
comment on column mart.accuracy.precision_low is 'Lower end of its 95 % interval, where one was computed.';
comment on column mart.accuracy.precision_high is 'Upper end of it.';
comment on column mart.accuracy.recall_share is 'Of the right values there are, the share that is given, 0 to 1; null where nobody counted them.';
comment on column mart.accuracy.recall_low is 'Lower end of its 95 % interval, where one was computed.';
comment on column mart.accuracy.recall_high is 'Upper end of it.';
comment on column mart.accuracy.measured_on is 'Day of the measurement.';
