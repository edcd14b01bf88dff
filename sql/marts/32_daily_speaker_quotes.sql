-- one row per day and named speaker: how often and how widely they are quoted; brought up to date by each publish.
create view mart.daily_speaker_quotes as
select
    d.best_date,
    d.speaker_name,
    d.entity_id,
    d.quote_count,
    d.original_quote_count,
    d.article_count,
    d.original_article_count,
    d.source_count,
    d.original_source_count,
    d.undated_article_count
from news.speaker_days as d;
comment on view mart.daily_speaker_quotes is 'One row per day and named speaker: how often and how widely they are quoted; brought up to date by each publish. Speech only.';
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
