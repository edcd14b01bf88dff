-- one row per article that is or was stored: the number of its last change, and whether it is gone.
create view mart.article_changes as
select
    c.article_id,
    c.changed_seq,
    c.changed_at,
    c.is_deleted
from news.article_changes as c;
comment on view mart.article_changes is 'One row per article that is or was stored: the number of its last change, and whether it is gone. For copies of the marts elsewhere: docs/marts.md shows the query.';
comment on column mart.article_changes.article_id is 'Key of the article.';
comment on column mart.article_changes.changed_seq is 'Number of its last change, given by a publish. Whoever has read up to a number never finds a lower one later.';
comment on column mart.article_changes.changed_at is 'When the number was given; never decreases as numbers rise.';
comment on column mart.article_changes.is_deleted is 'Whether the article is gone: delete its rows of every mart.';
