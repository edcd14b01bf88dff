-- one row per article and named speaker: how many quotes it has of them; brought up to date by each publish.
create view mart.article_speakers as
select
    c.article_id,
    c.best_date,
    s.source_key,
    c.is_original,
    u.speaker_name,
    u.entity_id,
    u.quote_count
from news.counted_articles as c
inner join news.sources as s on c.source_id = s.source_id
cross join lateral unnest(c.speaker_names, c.speaker_entity_ids, c.quote_counts)
    as u (speaker_name, entity_id, quote_count);
comment on view mart.article_speakers is 'One row per article and named speaker: how many quotes it has of them; brought up to date by each publish. Speech only.';
comment on column mart.article_speakers.article_id is 'Key of the article.';
comment on column mart.article_speakers.best_date is 'Day by the outlet''s clock: best_date of mart.articles, which is the day of publication where the page states one.';
comment on column mart.article_speakers.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.article_speakers.is_original is 'Whether the article counts when each story counts once.';
comment on column mart.article_speakers.speaker_name is 'Who says it, as resolved.';
comment on column mart.article_speakers.entity_id is 'The speaker''s entity, where it is one.';
comment on column mart.article_speakers.quote_count is 'Quotes of the speaker in the article.';
