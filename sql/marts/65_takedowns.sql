-- one row per URL that was taken down and is not stored again.
create view mart.takedowns as
select
    t.takedown_id,
    t.taken_down_at,
    t.canonical_url,
    t.reason,
    t.requested_by,
    t.article_id,
    c.changed_seq
from news.takedowns as t
left join news.article_changes as c on t.article_id = c.article_id and c.is_deleted;
comment on view mart.takedowns is 'One row per URL that was taken down and is not stored again.';
comment on column mart.takedowns.takedown_id is 'Key of the takedown.';
comment on column mart.takedowns.taken_down_at is 'When.';
comment on column mart.takedowns.canonical_url is 'Address that is not stored again.';
comment on column mart.takedowns.reason is 'Why.';
comment on column mart.takedowns.requested_by is 'Who asked for it; null where nobody is named.';
comment on column mart.takedowns.article_id is 'Key of the article that was removed; null where nothing was stored.';
comment on column mart.takedowns.changed_seq is 'Number of the removal, for copies elsewhere (docs/marts.md); null until a publish gives one.';
