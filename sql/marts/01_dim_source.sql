-- one row per outlet.
create view mart.dim_source as
select
    s.source_key,
    s.source_name,
    s.homepage_url,
    s.country_code,
    s.language_code,
    s.time_zone,
    s.source_group,
    s.is_active,
    s.text_for
from news.sources as s;
comment on view mart.dim_source is 'One row per outlet.';
comment on column mart.dim_source.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.dim_source.source_name is 'Name of the outlet.';
comment on column mart.dim_source.homepage_url is 'Its front page; null where its file names none.';
comment on column mart.dim_source.country_code is 'ISO 3166 code of its country; null where its file names none.';
comment on column mart.dim_source.language_code is 'ISO 639-1 code of the language that its file states.';
comment on column mart.dim_source.time_zone is 'IANA zone of the times that its pages state without an offset, and of its days; null where its file names none.';
comment on column mart.dim_source.source_group is 'The operator''s own heading for it, such as a folder of a feed reader.';
comment on column mart.dim_source.is_active is 'Whether runs look for links of it.';
comment on column mart.dim_source.text_for is 'Who may read full texts of its articles: everyone, or owner.';
