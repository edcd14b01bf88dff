-- one row per article that is a copy, beside the original of its group.
create view mart.copies as
select
    c.article_id,
    c.source_key,
    c.title,
    c.canonical_url,
    c.published_at,
    o.article_id as original_article_id,
    o.source_key as original_source_key,
    o.title as original_title,
    o.canonical_url as original_canonical_url,
    o.published_at as original_published_at,
    c.published_at - o.published_at as published_later,
    c.duplicate_group_id,
    case
        when r.relation in ('duplicate', 'partial') then r.relation
        when (r.relation = 'a_in_b') = (r.article_id_a = c.article_id) then 'copy_in_original'
        when r.relation is not null then 'original_in_copy'
    end as relation,
    r.jaccard,
    case when r.article_id_a = c.article_id then r.containment_a else r.containment_b end as containment,
    r.shared_words,
    r.method_version,
    greatest(c.changed_seq, o.changed_seq) as changed_seq,
    greatest(c.changed_at, o.changed_at) as changed_at,
    c.first_seen_at,
    c.best_date
from mart.articles as c
inner join mart.articles as o on c.duplicate_group_id = o.duplicate_group_id and o.is_original
left join news.text_reuse as r
    on
        least(c.article_id, o.article_id) = r.article_id_a
        and greatest(c.article_id, o.article_id) = r.article_id_b
where not c.is_original;
comment on view mart.copies is 'One row per article that is a copy, beside the original of its group.';
comment on column mart.copies.article_id is 'The copy.';
comment on column mart.copies.source_key is 'Outlet of the copy.';
comment on column mart.copies.title is 'Headline of the copy.';
comment on column mart.copies.canonical_url is 'Address of the copy.';
comment on column mart.copies.published_at is 'Publication time of the copy in UTC; null where its page states none.';
comment on column mart.copies.original_article_id is 'The original.';
comment on column mart.copies.original_source_key is 'Outlet of the original.';
comment on column mart.copies.original_title is 'Headline of the original.';
comment on column mart.copies.original_canonical_url is 'Address of the original.';
comment on column mart.copies.original_published_at is 'Publication time of the original in UTC; null where its page states none.';
comment on column mart.copies.published_later is 'Time from the original to the copy; null where one of the pages states no time.';
comment on column mart.copies.duplicate_group_id is 'Group of copies.';
comment on column mart.copies.relation is 'duplicate, copy_in_original, original_in_copy or partial; null where they are related through a third text only.';
comment on column mart.copies.jaccard is 'Share of word shingles that both hold.';
comment on column mart.copies.containment is 'Share of the copy''s shingles that the original holds.';
comment on column mart.copies.shared_words is 'Words in the shared passages.';
comment on column mart.copies.method_version is 'Version of the method that related the two.';
comment on column mart.copies.changed_seq is 'Number of the last change of the copy or its original, for copies elsewhere (docs/marts.md); null until a publish gives one.';
comment on column mart.copies.changed_at is 'When that number was given.';
comment on column mart.copies.first_seen_at is 'When the copy was first fetched.';
comment on column mart.copies.best_date is 'The day to count the copy on, never null: see mart.articles.';
