-- one row per outlet and day: articles, copies among them, and words; brought up to date by each publish.
create view mart.daily_volume as
select
    d.best_date,
    s.source_key,
    d.article_count,
    d.original_article_count,
    d.wire_copy_count,
    d.original_wire_copy_count,
    d.edited_count,
    d.original_edited_count,
    d.word_count,
    d.original_word_count,
    d.undated_article_count
from news.source_days as d
inner join news.sources as s on d.source_id = s.source_id;
comment on view mart.daily_volume is 'One row per outlet and day: articles, copies among them, and words; brought up to date by each publish.';
comment on column mart.daily_volume.best_date is 'Day by the outlet''s clock: best_date of mart.articles, which is the day of publication where the page states one.';
comment on column mart.daily_volume.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.daily_volume.article_count is 'Articles, copies included.';
comment on column mart.daily_volume.original_article_count is 'Articles that are no copies: each text counts once.';
comment on column mart.daily_volume.wire_copy_count is 'Articles that print an agency''s text, credited on the page or on a copy.';
comment on column mart.daily_volume.original_wire_copy_count is 'Of these, those that are no copies of another article here.';
comment on column mart.daily_volume.edited_count is 'Articles whose text changed after publication.';
comment on column mart.daily_volume.original_edited_count is 'Of these, those that are no copies.';
comment on column mart.daily_volume.word_count is 'Words of all articles.';
comment on column mart.daily_volume.original_word_count is 'Words of the articles that are no copies.';
comment on column mart.daily_volume.undated_article_count is 'Articles among article_count whose page states no day: they count on the day they were modified or first seen.';
