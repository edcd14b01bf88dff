-- one row per block of text that cleaning removed from an article's current version.
create view mart.removed_blocks as
select
    a.article_id,
    b.block_no,
    s.source_key,
    b.reason,
    case when s.text_for = 'everyone' or (select news.may_read_texts()) then b.block_text end as block_text,
    b.article_count,
    a.canonical_url,
    a.first_seen_at
from news.removed_blocks as b
inner join news.article_versions as v on b.article_version_id = v.article_version_id and v.is_current
inner join news.articles as a on v.article_id = a.article_id
inner join news.sources as s on a.source_id = s.source_id;
comment on view mart.removed_blocks is 'One row per block of text that cleaning removed from an article''s current version.';
comment on column mart.removed_blocks.article_id is 'Key of the article.';
comment on column mart.removed_blocks.block_no is 'Number of the block within the article.';
comment on column mart.removed_blocks.source_key is 'Key of the outlet: the name of its file in sources/.';
comment on column mart.removed_blocks.reason is 'Why it was removed: share_bar, also_read, site_memory and so on.';
comment on column mart.removed_blocks.block_text is 'The removed text. Null for analysts where the source''s file says text_for = "owner".';
comment on column mart.removed_blocks.article_count is 'With reason site_memory: different stories of the host whose pages held the block when it was removed.';
comment on column mart.removed_blocks.canonical_url is 'Address of the article.';
comment on column mart.removed_blocks.first_seen_at is 'When the article was first fetched.';
