-- one row per story: articles, of one outlet or several, about one event.
create view mart.stories as
select
    s.story_id,
    s.headline,
    s.lead_article_id,
    l.source_key as lead_source_key,
    l.canonical_url as lead_url,
    s.started_at,
    s.ended_at,
    extract(epoch from s.ended_at - s.started_at) / 3600 as hours,
    s.article_count,
    s.original_count as original_article_count,
    s.source_count,
    f.source_key as first_source_key,
    s.formed_at,
    s.changed_at as last_changed_at
from news.stories as s
left join mart.articles as l on s.lead_article_id = l.article_id
left join lateral (
    select o.source_key
    from news.story_articles as sa
    inner join news.articles as a on sa.article_id = a.article_id
    inner join news.sources as o on a.source_id = o.source_id
    where sa.story_id = s.story_id
    order by news.told_at(a.published_at, a.first_seen_at), a.article_id
    limit 1
) as f on true
where s.article_count > 0;
comment on view mart.stories is 'One row per story: articles, of one outlet or several, that tell of one event. An article that is alone with its event has no story.';
comment on column mart.stories.story_id is 'Key of the story. It is never given again; mart.story_changes shows what became of one that is gone.';
comment on column mart.stories.headline is 'Title of the lead article.';
comment on column mart.stories.lead_article_id is 'Of its originals, the article that is most like the others.';
comment on column mart.stories.lead_source_key is 'Outlet of the lead article.';
comment on column mart.stories.lead_url is 'Address of the lead article.';
comment on column mart.stories.started_at is 'Time of its first article: of publication, else when it was first seen.';
comment on column mart.stories.ended_at is 'Time of its last article.';
comment on column mart.stories.hours is 'Hours from its first article to its last.';
comment on column mart.stories.article_count is 'Articles in it, copies included.';
comment on column mart.stories.original_article_count is 'Articles in it, each text counted once.';
comment on column mart.stories.source_count is 'Outlets of its articles.';
comment on column mart.stories.first_source_key is 'Outlet of its first article.';
comment on column mart.stories.formed_at is 'When it was formed here.';
comment on column mart.stories.last_changed_at is 'When articles last came to it or left it.';
