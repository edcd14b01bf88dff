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
    ('all_attributions'::text, 'quote_text'::text, null::text, null::text, 'PolNeAR, dev'::text, 'partly'::text, 2238, 0.792::numeric, null::numeric, null::numeric, 0.810::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('all_attributions'::text, 'quote_text'::text, null::text, 'direct'::text, 'PolNeAR, dev'::text, 'partly'::text, 405, 0.938::numeric, null::numeric, null::numeric, 0.977::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('all_attributions'::text, 'quote_text'::text, 'A'::text, null::text, 'other news, half kept'::text, 'no'::text, 208, 0.981::numeric, 0.958::numeric, 1.000::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'quote_text'::text, 'A'::text, null::text, 'other news, half read'::text, 'yes'::text, 208, 0.971::numeric, 0.950::numeric, 0.990::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'quote_text'::text, 'B'::text, null::text, 'other news, half kept'::text, 'no'::text, 148, 0.946::numeric, 0.905::numeric, 0.979::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'quote_text'::text, 'B'::text, null::text, 'other news, half read'::text, 'yes'::text, 146, 0.966::numeric, 0.929::numeric, 0.993::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'quote_text'::text, 'C'::text, null::text, 'other news, half kept'::text, 'no'::text, 219, 0.274::numeric, 0.195::numeric, 0.381::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'quote_text'::text, 'C'::text, null::text, 'other news, half read'::text, 'yes'::text, 206, 0.257::numeric, 0.190::numeric, 0.330::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'A'::text, null::text, 'other news, half kept'::text, 'no'::text, 204, 0.975::numeric, 0.955::numeric, 0.992::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'A'::text, null::text, 'other news, half read'::text, 'yes'::text, 201, 0.965::numeric, 0.930::numeric, 0.995::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'B'::text, null::text, 'other news, half kept'::text, 'no'::text, 86, 0.849::numeric, 0.744::numeric, 0.940::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'B'::text, null::text, 'other news, half read'::text, 'yes'::text, 95, 0.937::numeric, 0.878::numeric, 0.983::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'C'::text, null::text, 'other news, half kept'::text, 'no'::text, 29, 0.862::numeric, 0.647::numeric, 1.000::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('all_attributions'::text, 'speaker_name'::text, 'C'::text, null::text, 'other news, half read'::text, 'yes'::text, 26, 0.769::numeric, 0.533::numeric, 0.943::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
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
    ('entity_mentions'::text, 'entity_type'::text, null::text, null::text, 'Worldwide newswire, dev'::text, 'partly'::text, 4571, 0.822::numeric, null::numeric, null::numeric, 0.832::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Date'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 433, 0.898::numeric, null::numeric, null::numeric, 0.900::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Facility'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 46, 0.457::numeric, null::numeric, null::numeric, 0.525::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Location'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 1163, 0.827::numeric, null::numeric, null::numeric, 0.851::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Misc'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 303, 0.594::numeric, null::numeric, null::numeric, 0.568::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Money'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 71, 0.873::numeric, null::numeric, null::numeric, 0.899::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'NORP'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 344, 0.924::numeric, null::numeric, null::numeric, 0.866::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Organization'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 979, 0.832::numeric, null::numeric, null::numeric, 0.782::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Person'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 1209, 0.831::numeric, null::numeric, null::numeric, 0.920::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('entity_mentions'::text, 'entity_type'::text, null::text, 'Product'::text, 'Worldwide newswire, dev'::text, 'partly'::text, 23, 0.174::numeric, null::numeric, null::numeric, 0.167::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, null::text, 'other news, half kept'::text, 'no'::text, 356, 0.966::numeric, 0.940::numeric, 0.986::numeric, 0.794::numeric, 0.738::numeric, 0.844::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, null::text, 'other news, half read'::text, 'yes'::text, 354, 0.969::numeric, 0.950::numeric, 0.986::numeric, 0.804::numeric, 0.758::numeric, 0.850::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'direct'::text, 'news pages, read by eye'::text, 'partly'::text, 174, 0.931::numeric, 0.883::numeric, 0.970::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'direct'::text, 'other news, half kept'::text, 'no'::text, 148, 0.986::numeric, 0.965::numeric, 1.000::numeric, 0.918::numeric, 0.816::numeric, 0.993::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'direct'::text, 'other news, half read'::text, 'yes'::text, 147, 0.993::numeric, 0.977::numeric, 1.000::numeric, 0.949::numeric, 0.906::numeric, 0.985::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'direct'::text, 'pages of all kinds, read by eye'::text, 'partly'::text, 221, 0.891::numeric, 0.839::numeric, 0.938::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'indirect'::text, 'news pages, read by eye'::text, 'partly'::text, 176, 0.932::numeric, 0.893::numeric, 0.968::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'indirect'::text, 'other news, half kept'::text, 'no'::text, 152, 0.954::numeric, 0.909::numeric, 0.987::numeric, 0.686::numeric, 0.618::numeric, 0.745::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'indirect'::text, 'other news, half read'::text, 'yes'::text, 142, 0.965::numeric, 0.932::numeric, 0.990::numeric, 0.688::numeric, 0.607::numeric, 0.778::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'indirect'::text, 'pages of all kinds, read by eye'::text, 'partly'::text, 224, 0.929::numeric, 0.895::numeric, 0.961::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'mixed'::text, 'news pages, read by eye'::text, 'partly'::text, 193, 0.891::numeric, 0.835::numeric, 0.940::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'mixed'::text, 'other news, half kept'::text, 'no'::text, 56, 0.946::numeric, 0.875::numeric, 1.000::numeric, 0.789::numeric, 0.679::numeric, 0.900::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'mixed'::text, 'other news, half read'::text, 'yes'::text, 65, 0.923::numeric, 0.833::numeric, 0.986::numeric, 0.806::numeric, 0.707::numeric, 0.882::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'mixed'::text, 'pages of all kinds, read by eye'::text, 'partly'::text, 212, 0.877::numeric, 0.822::numeric, 0.926::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, null::text, 'news pages, read by eye'::text, 'partly'::text, 409, 0.949::numeric, 0.920::numeric, 0.971::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, null::text, 'other news, half kept'::text, 'no'::text, 290, 0.938::numeric, 0.896::numeric, 0.972::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, null::text, 'other news, half read'::text, 'yes'::text, 296, 0.956::numeric, 0.929::numeric, 0.981::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, null::text, 'pages of all kinds, read by eye'::text, 'partly'::text, 483, 0.940::numeric, 0.909::numeric, 0.965::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'direct'::text, 'other news, half kept'::text, 'no'::text, 133, 0.962::numeric, 0.919::numeric, 0.993::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'direct'::text, 'other news, half read'::text, 'yes'::text, 133, 0.977::numeric, 0.949::numeric, 1.000::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'indirect'::text, 'other news, half kept'::text, 'no'::text, 109, 0.908::numeric, 0.838::numeric, 0.968::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'indirect'::text, 'other news, half read'::text, 'yes'::text, 108, 0.944::numeric, 0.905::numeric, 0.979::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'mixed'::text, 'other news, half kept'::text, 'no'::text, 48, 0.938::numeric, 0.875::numeric, 1.000::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, 'mixed'::text, 'other news, half read'::text, 'yes'::text, 55, 0.927::numeric, 0.836::numeric, 1.000::numeric, null::numeric, null::numeric, null::numeric, '2026-11-30'::date)
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
