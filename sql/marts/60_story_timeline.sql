-- one row per article of a story, in order of publication.
create view mart.story_timeline as
select
    st.story_id,
    st.headline,
    st.started_at,
    st.ended_at,
    st.article_count,
    count(*) filter (where a.is_original) over (
        partition by st.story_id
    ) as original_article_count,
    row_number() over (
        partition by st.story_id
        order by coalesce(a.published_at, a.first_seen_at), a.article_id
    ) as position_no,
    a.published_at,
    a.source_key,
    a.article_id,
    a.title,
    a.canonical_url,
    a.is_original,
    sa.similarity
from news.stories as st
inner join news.story_articles as sa on st.story_id = sa.story_id
inner join mart.articles as a on sa.article_id = a.article_id;
comment on view mart.story_timeline is 'One row per article of a story, in order of publication.';
comment on column mart.story_timeline.story_id is 'Key of the story.';
comment on column mart.story_timeline.headline is 'Title of the story''s lead article.';
comment on column mart.story_timeline.started_at is 'Time of the story''s first article.';
comment on column mart.story_timeline.ended_at is 'Time of the story''s last article.';
comment on column mart.story_timeline.article_count is 'Articles in the story, copies included.';
comment on column mart.story_timeline.original_article_count is 'Articles in the story, each text counted once.';
comment on column mart.story_timeline.position_no is 'Place of the article in the story, from 1.';
comment on column mart.story_timeline.published_at is 'Publication time of the article in UTC.';
comment on column mart.story_timeline.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.story_timeline.article_id is 'Key of the article.';
comment on column mart.story_timeline.title is 'Headline of the article.';
comment on column mart.story_timeline.canonical_url is 'Address of the article.';
comment on column mart.story_timeline.is_original is 'Whether the article counts when each text counts once.';
comment on column mart.story_timeline.similarity is 'How like the other articles of its story it was when it was assigned, 0 to 1; null where a person or a copy put it there.';
