-- one row per article that is in a story.
create view mart.story_articles as
select
    sa.story_id,
    sa.article_id,
    o.source_key,
    news.told_at(a.published_at, a.first_seen_at) as told_at,
    sa.similarity,
    coalesce(s.lead_article_id = sa.article_id, false) as is_lead,
    (a.duplicate_group_id is null or coalesce(a.is_group_original, false)) as is_original,
    sa.is_decided,
    sa.assigned_at,
    ch.changed_seq,
    ch.changed_at
from news.story_articles as sa
inner join news.stories as s on sa.story_id = s.story_id
inner join news.articles as a on sa.article_id = a.article_id
inner join news.sources as o on a.source_id = o.source_id
left join news.article_changes as ch on sa.article_id = ch.article_id;
comment on view mart.story_articles is 'One row per article that is in a story. An article is in one story at most.';
comment on column mart.story_articles.story_id is 'Key of the story.';
comment on column mart.story_articles.article_id is 'Key of the article.';
comment on column mart.story_articles.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.story_articles.told_at is 'Time by which the article was compared: of publication, else when it was first seen.';
comment on column mart.story_articles.similarity is 'How like the other articles of its story it was when it was assigned, 0 to 1; null where a person or a copy put it there.';
comment on column mart.story_articles.is_lead is 'Whether its title is the headline of the story.';
comment on column mart.story_articles.is_original is 'Whether the article counts when each text counts once.';
comment on column mart.story_articles.is_decided is 'Whether a person put it there (dateline story).';
comment on column mart.story_articles.assigned_at is 'When it was assigned.';
comment on column mart.story_articles.changed_seq is 'Number of the article''s last change, its coming to a story or leaving one included; null until it is published.';
comment on column mart.story_articles.changed_at is 'When that number was given.';
