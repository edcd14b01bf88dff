-- one row per merge or split of stories, or undoing of one.
create view mart.story_changes as
select
    c.story_change_id,
    c.kind,
    c.story_id,
    c.other_story_id,
    cardinality(c.article_ids) as article_count,
    c.article_ids,
    c.undone_change_id,
    c.reason,
    c.decided_by,
    c.changed_at as decided_at
from news.story_changes as c;
comment on view mart.story_changes is 'One row per merge or split of stories, by the comparison or a person, or undoing of one.';
comment on column mart.story_changes.story_change_id is 'Key of the change: dateline story undo takes it.';
comment on column mart.story_changes.kind is 'merge: story_id took the articles of other_story_id. split: other_story_id was formed of articles of story_id. undo: undone_change_id was undone.';
comment on column mart.story_changes.story_id is 'The story that goes on.';
comment on column mart.story_changes.other_story_id is 'The story that ended in a merge or began in a split.';
comment on column mart.story_changes.article_count is 'Articles that went from one to the other.';
comment on column mart.story_changes.article_ids is 'Keys of these articles; some may be gone since.';
comment on column mart.story_changes.undone_change_id is 'Change that this one undid; null for others.';
comment on column mart.story_changes.reason is 'Why, in the words of whoever decided, or which articles joined the stories.';
comment on column mart.story_changes.decided_by is 'Who decided; "rules 1" where the comparison merged them.';
comment on column mart.story_changes.decided_at is 'When.';
