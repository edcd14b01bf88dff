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
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, null::text, 'news pages, read by eye'::text, 'no'::text, 600, 0.815::numeric, 0.775::numeric, 0.852::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, null::text, 'pages of all kinds, read by eye'::text, 'no'::text, 728, 0.784::numeric, 0.748::numeric, 0.822::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'direct'::text, 'news pages, read by eye'::text, 'no'::text, 177, 0.910::numeric, 0.854::numeric, 0.955::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'direct'::text, 'pages of all kinds, read by eye'::text, 'no'::text, 226, 0.854::numeric, 0.796::numeric, 0.904::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'indirect'::text, 'news pages, read by eye'::text, 'no'::text, 171, 0.860::numeric, 0.801::numeric, 0.913::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'indirect'::text, 'pages of all kinds, read by eye'::text, 'no'::text, 211, 0.853::numeric, 0.802::numeric, 0.904::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'mixed'::text, 'news pages, read by eye'::text, 'no'::text, 252, 0.718::numeric, 0.659::numeric, 0.777::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'quote_text'::text, 'A, B'::text, 'mixed'::text, 'pages of all kinds, read by eye'::text, 'no'::text, 291, 0.680::numeric, 0.625::numeric, 0.735::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, null::text, 'news pages, read by eye'::text, 'no'::text, 462, 0.887::numeric, 0.849::numeric, 0.920::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date),
    ('who_said_what'::text, 'speaker_name'::text, 'A, B'::text, null::text, 'pages of all kinds, read by eye'::text, 'no'::text, 533, 0.882::numeric, 0.844::numeric, 0.914::numeric, null::numeric, null::numeric, null::numeric, '2026-11-29'::date)
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
