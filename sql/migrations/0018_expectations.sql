-- What the operator expects of a source, and under which heading it stands.
alter table news.sources add column articles_a_day real;
alter table news.sources add column latest_age_hours real;
alter table news.sources add column source_group text;
comment on column news.sources.articles_a_day is 'New articles a day that its file expects; null where it expects nothing.';
comment on column news.sources.latest_age_hours is 'Hours without a new article from which its file calls it silent; null where it says nothing.';
comment on column news.sources.source_group is 'The operator''s heading for it, such as a folder of a feed reader.';
