-- What the language model found in stretches of text, so that an edit reads what is new only.

-- one row per stretch of text that the model read of late.
create unlogged table news.window_readings (
    reading_key uuid primary key,
    spans bytea not null,
    read_at timestamptz not null default now()
);
-- Rows come in the order of their time, so an index of a few pages finds those that are to go.
create index window_readings_read_at on news.window_readings using brin (read_at);
comment on table news.window_readings is 'One row per stretch of text that the model read of late. A cache without words: unlogged, emptied by age, nothing is lost with it.';
comment on column news.window_readings.reading_key is 'Digest of the model and of the stretch''s word pieces.';
comment on column news.window_readings.spans is 'What was found in it, packed; pipeline/warehouse/window_memory.py reads it.';
comment on column news.window_readings.read_at is 'When it was read.';
