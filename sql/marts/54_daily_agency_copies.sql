-- one row per day, outlet and agency: how much of the agency's text the outlet prints; brought up to date by each publish.
create view mart.daily_agency_copies as
select
    d.best_date,
    s.source_key,
    d.origin_agency,
    d.article_count,
    d.original_article_count,
    d.uncredited_article_count,
    d.original_uncredited_article_count,
    d.word_count,
    d.original_word_count,
    d.undated_article_count
from news.agency_days as d
inner join news.sources as s on d.source_id = s.source_id;
comment on view mart.daily_agency_copies is 'One row per day, outlet and agency: how much of the agency''s text the outlet prints; brought up to date by each publish.';
comment on column mart.daily_agency_copies.best_date is 'Day by the outlet''s clock: best_date of mart.articles, which is the day of publication where the page states one.';
comment on column mart.daily_agency_copies.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.daily_agency_copies.origin_agency is 'News agency.';
comment on column mart.daily_agency_copies.article_count is 'Articles with the agency''s text.';
comment on column mart.daily_agency_copies.original_article_count is 'Of these, those that count when each text counts once: the outlet was first with it, or alone.';
comment on column mart.daily_agency_copies.uncredited_article_count is 'Of these, articles that credit no agency at all, neither with a part nor with thanks; a copy elsewhere credits it.';
comment on column mart.daily_agency_copies.original_uncredited_article_count is 'Originals that do not say so.';
comment on column mart.daily_agency_copies.word_count is 'Words of these articles.';
comment on column mart.daily_agency_copies.original_word_count is 'Words of the originals.';
comment on column mart.daily_agency_copies.undated_article_count is 'Articles among article_count whose page states no day: they count on the day they were modified or first seen.';
