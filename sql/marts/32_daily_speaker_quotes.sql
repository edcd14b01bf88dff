-- one row per day and named speaker: how often and how widely they are quoted; refreshed after each run.
create materialized view mart.daily_speaker_quotes as
select
    best_date,
    speaker_name,
    entity_id,
    count(*) as quote_count,
    count(*) filter (where is_original) as original_quote_count,
    count(distinct article_id) as article_count,
    count(distinct article_id) filter (where is_original) as original_article_count,
    count(distinct source_key) as source_count,
    count(distinct source_key) filter (where is_original) as original_source_count,
    count(distinct article_id) filter (where best_date_origin != 'published') as undated_article_count
from mart.all_attributions
where
    speaker_name is not null
    and cue_class = 'speech'
    and grade_reason is distinct from 'rejected'
group by
    best_date,
    speaker_name,
    entity_id;
create unique index daily_speaker_quotes_key on mart.daily_speaker_quotes (best_date, speaker_name, entity_id);
create index daily_speaker_quotes_speaker on mart.daily_speaker_quotes (speaker_name, best_date);
comment on materialized view mart.daily_speaker_quotes is 'One row per day and named speaker: how often and how widely they are quoted; refreshed after each run. Speech only.';
comment on column mart.daily_speaker_quotes.best_date is 'Day by the outlet''s clock: best_date of mart.articles, which is the day of publication where the page states one.';
comment on column mart.daily_speaker_quotes.speaker_name is 'Who says it, as resolved.';
comment on column mart.daily_speaker_quotes.entity_id is 'The speaker''s entity, where it is one.';
comment on column mart.daily_speaker_quotes.quote_count is 'Quotes, copies included.';
comment on column mart.daily_speaker_quotes.original_quote_count is 'Quotes in originals: wire copies count once.';
comment on column mart.daily_speaker_quotes.article_count is 'Articles that quote them, copies included.';
comment on column mart.daily_speaker_quotes.original_article_count is 'Articles that quote them, each text counted once.';
comment on column mart.daily_speaker_quotes.source_count is 'Outlets that quote them, copies included.';
comment on column mart.daily_speaker_quotes.original_source_count is 'Outlets that quote them in originals.';
comment on column mart.daily_speaker_quotes.undated_article_count is 'Articles among article_count whose page states no day: they count on the day they were modified or first seen.';
