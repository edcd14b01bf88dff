-- one row per outlet and day: articles, copies among them, and words.
create view mart.daily_volume as
select
    published_date,
    source_key,
    count(*) as article_count,
    count(*) filter (where is_original) as original_count,
    count(*) filter (where is_wire_copy) as wire_copy_count,
    count(*) filter (where version_no > 1) as edited_count,
    sum(word_count) as word_count
from mart.articles
group by
    published_date,
    source_key;
comment on view mart.daily_volume is 'One row per outlet and day: articles, copies among them, and words.';
comment on column mart.daily_volume.published_date is 'Day in UTC.';
comment on column mart.daily_volume.source_key is 'Short word of the outlet.';
comment on column mart.daily_volume.article_count is 'Articles, copies included.';
comment on column mart.daily_volume.original_count is 'Articles that are no copies.';
comment on column mart.daily_volume.wire_copy_count is 'Articles that credit an agency.';
comment on column mart.daily_volume.edited_count is 'Articles whose text changed after publication.';
comment on column mart.daily_volume.word_count is 'Words of all articles.';
