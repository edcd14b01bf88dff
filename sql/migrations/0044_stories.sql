-- Stories: which articles tell of one event. Tables of the comparison, the log of merges and splits.

-- The migration holds the store to itself, and rows are only added.
-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, require-concurrent-index-creation, adding-field-with-default, require-timeout-settings, prefer-bigint-over-int

alter table news.stories
add column lead_article_id bigint,
add column original_count int not null default 0,
add column source_count int not null default 0,
add column formed_at timestamptz not null default now(),
add column changed_at timestamptz not null default now(),
add column merged_into_story_id bigint references news.stories;
create index stories_merged on news.stories (merged_into_story_id) where merged_into_story_id is not null;
create index stories_ended on news.stories (ended_at) where article_count > 0;
comment on table news.stories is 'One row per story: articles, of one outlet or several, about one event. A story without articles stays as a row, so that its number is never given again.';
comment on column news.stories.headline is 'Title of its lead article; null where it has no article.';
comment on column news.stories.started_at is 'Time of its first article that states one, else when the first was seen; as it was when the story last had articles.';
comment on column news.stories.ended_at is 'Time of its last article that states one, else when the last was seen; as it was when the story last had articles.';
comment on column news.stories.article_count is 'Articles in it, copies included.';
comment on column news.stories.lead_article_id is 'Of its originals, the article that is closest to the others. No foreign key: a trigger keeps it.';
comment on column news.stories.original_count is 'Articles in it, each text counted once.';
comment on column news.stories.source_count is 'Outlets of its articles.';
comment on column news.stories.formed_at is 'When it was formed.';
comment on column news.stories.changed_at is 'When articles last came to it or left it.';
comment on column news.stories.merged_into_story_id is 'Story that took its articles in a merge; null for a story that stands for itself.';

alter table news.story_articles
add column is_decided boolean not null default false;
comment on column news.story_articles.similarity is 'How like the other articles of its story it was when it was assigned, 0 to 1; null where a person or a copy put it there.';
comment on column news.story_articles.is_decided is 'Whether a person put it there (dateline story): the comparison leaves it where it is.';

-- one row per article that was compared with others.
create table news.story_texts (
    article_id bigint primary key references news.articles on delete cascade,
    rules int not null,
    told_at timestamptz not null,
    is_dated boolean not null,
    words int[] not null,
    word_weights real[] not null,
    names int[] not null,
    name_weights real[] not null,
    compared_at timestamptz not null default now()
);
create index story_texts_rules on news.story_texts (rules, article_id);
comment on table news.story_texts is 'One row per article that was compared with others to find its story: its telling words and names, as hashes.';
comment on column news.story_texts.article_id is 'The article.';
comment on column news.story_texts.rules is 'Version of the rules that chose words, names and story (STORY_RULES in pipeline/stories/terms.py).';
comment on column news.story_texts.told_at is 'Time by which it is compared: of publication, else when it was first seen.';
comment on column news.story_texts.is_dated is 'Whether told_at is a time that the page states; an article that states none may be of any day.';
comment on column news.story_texts.words is 'Hashes of the words that tell most, most telling first.';
comment on column news.story_texts.word_weights is 'Weights of these words; their squares add up to 1.';
comment on column news.story_texts.names is 'Hashes of the names that tell most, most telling first.';
comment on column news.story_texts.name_weights is 'Weights of these names; their squares add up to less than 1 while the store is small.';
comment on column news.story_texts.compared_at is 'When it was compared.';

-- one row per article and telling word or name by which others find it.
create table news.story_terms (
    term int not null,
    told_on date not null,
    article_id bigint not null references news.story_texts on delete cascade,
    is_dated boolean not null,
    primary key (term, told_on, article_id)
);
create index story_terms_article on news.story_terms (article_id);
create index story_terms_undated on news.story_terms (term, article_id) where not is_dated;
comment on table news.story_terms is 'One row per article and telling word or name by which others find it.';
comment on column news.story_terms.term is 'Hash of the word or name.';
comment on column news.story_terms.told_on is 'Day of told_at in UTC.';
comment on column news.story_terms.article_id is 'The article.';
comment on column news.story_terms.is_dated is 'Whether told_on is of a time that the page states.';

-- one row per word or name: how many articles tell it.
create table news.story_term_counts (
    term int primary key,
    article_count int not null
);
comment on table news.story_term_counts is 'One row per word or name in news.story_texts: how many articles have it. Kept by a trigger.';
comment on column news.story_term_counts.term is 'Hash of the word or name.';
comment on column news.story_term_counts.article_count is 'Articles that have it.';

-- one row: how many articles were compared.
create table news.story_totals (
    is_total boolean primary key default true check (is_total),
    article_count bigint not null
);
comment on table news.story_totals is 'One row: how many articles news.story_texts has. Kept by a trigger.';
comment on column news.story_totals.is_total is 'Always true: there is one row.';
comment on column news.story_totals.article_count is 'Rows of news.story_texts.';

-- one row per article whose story is to be found.
create table ops.articles_to_tell (
    queue_id bigint generated always as identity primary key,
    article_id bigint not null
);
comment on table ops.articles_to_tell is 'One row per article whose story is to be found, again perhaps: it was annotated, or its copies or its time changed. Written by triggers; the stage stories empties it.';
comment on column ops.articles_to_tell.queue_id is 'Key of the row.';
comment on column ops.articles_to_tell.article_id is 'The article; it may be gone.';

-- one row per merge or split of stories, or undoing of one.
create table news.story_changes (
    story_change_id bigint generated always as identity primary key,
    kind text not null check (kind in ('merge', 'split', 'undo')),
    story_id bigint not null references news.stories,
    other_story_id bigint not null references news.stories,
    article_ids bigint[] not null,
    undone_change_id bigint references news.story_changes,
    reason text,
    decided_by text not null,
    changed_at timestamptz not null default now()
);
create index story_changes_story on news.story_changes (story_id);
create index story_changes_other on news.story_changes (other_story_id);
create unique index story_changes_undone on news.story_changes (undone_change_id);
comment on table news.story_changes is 'One row per merge or split of stories, or undoing of one.';
comment on column news.story_changes.story_change_id is 'Key of the change: dateline story undo takes it.';
comment on column news.story_changes.kind is 'merge: story_id took the articles of other_story_id. split: other_story_id was formed of articles of story_id. undo: undone_change_id was undone.';
comment on column news.story_changes.story_id is 'The story that goes on.';
comment on column news.story_changes.other_story_id is 'The story that ended in a merge or began in a split.';
comment on column news.story_changes.article_ids is 'Articles that went from one to the other.';
comment on column news.story_changes.undone_change_id is 'Change that this one undid; null for others.';
comment on column news.story_changes.reason is 'Why, in the words of whoever decided, or which articles joined the stories.';
comment on column news.story_changes.decided_by is 'Who decided; "rules 1" where the comparison merged them.';
comment on column news.story_changes.changed_at is 'When.';

-- one row per pair of stories that a person holds apart.
create table news.stories_apart (
    story_id_a bigint not null references news.stories,
    story_id_b bigint not null references news.stories,
    primary key (story_id_a, story_id_b),
    check (story_id_a < story_id_b)
);
create index stories_apart_other on news.stories_apart (story_id_b);
comment on table news.stories_apart is 'One row per pair of stories that a person split, or whose merge a person undid: the comparison does not merge them.';
comment on column news.stories_apart.story_id_a is 'Story with the smaller number.';
comment on column news.stories_apart.story_id_b is 'Story with the greater number.';

create function news.count_story_terms() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    step int := case tg_op when 'INSERT' then 1 else -1 end;
begin
    -- In the order of the terms, so that two writers wait for each other and do not deadlock.
    insert into news.story_term_counts as t (term, article_count)
    select u.term, step * count(*)
    from changed as c
    cross join unnest(c.words || c.names) as u (term)
    group by u.term
    order by u.term
    on conflict (term) do update set article_count = t.article_count + excluded.article_count;
    if step < 0 then
        delete from news.story_term_counts as t
        where t.article_count <= 0
            and t.term in (
                select u.term from changed as c cross join unnest(c.words || c.names) as u (term)
            );
    end if;
    insert into news.story_totals as t (article_count)
    select step * count(*) from changed
    on conflict (is_total) do update set article_count = t.article_count + excluded.article_count;
    return null;
end
$$;
comment on function news.count_story_terms is 'Count the articles of each word and name as rows of news.story_texts come and go.';
create trigger count_story_terms_written after insert on news.story_texts
referencing new table as changed for each statement execute function news.count_story_terms();
create trigger count_story_terms_deleted after delete on news.story_texts
referencing old table as changed for each statement execute function news.count_story_terms();

create function news.told_at(published timestamptz, seen timestamptz) returns timestamptz
language sql stable
set search_path = pg_catalog, pg_temp
return case
    when published between '1500-01-01 00:00:00+00' and seen + interval '2 days' then published
    else seen
end;
comment on function news.told_at is 'Time by which an article is compared: of publication, else when it was first seen. A time in the future, or from before there was news, is a mistake of the page.';

create function news.sum_up_stories(wanted bigint[]) returns void
language sql
set search_path = pg_catalog, pg_temp
as $$
update news.stories as s
set
    headline = n.headline,
    lead_article_id = n.lead_article_id,
    started_at = coalesce(n.started_at, s.started_at),
    ended_at = coalesce(n.ended_at, s.ended_at),
    article_count = n.article_count,
    original_count = n.original_count,
    source_count = n.source_count,
    changed_at = now()
from (
    select
        w.story_id,
        (array_agg(m.title order by m.is_original desc, m.similarity desc nulls last, m.told_at, m.article_id))[1]
            as headline,
        (array_agg(m.article_id order by m.is_original desc, m.similarity desc nulls last, m.told_at, m.article_id))[1]
            as lead_article_id,
        coalesce(min(m.told_at) filter (where m.is_dated), min(m.told_at)) as started_at,
        coalesce(max(m.told_at) filter (where m.is_dated), max(m.told_at)) as ended_at,
        count(m.article_id) as article_count,
        count(m.article_id) filter (where m.is_original) as original_count,
        count(distinct m.source_id) as source_count
    from unnest(wanted) as w (story_id)
    left join (
        select
            sa.story_id,
            sa.article_id,
            sa.similarity,
            v.title,
            a.source_id,
            news.told_at(a.published_at, a.first_seen_at) as told_at,
            coalesce(news.told_at(a.published_at, a.first_seen_at) = a.published_at, false) as is_dated,
            (a.duplicate_group_id is null or coalesce(a.is_group_original, false)) as is_original
        from news.story_articles as sa
        inner join news.articles as a on sa.article_id = a.article_id
        left join news.article_versions as v on a.article_id = v.article_id and v.is_current
        where sa.story_id = any(wanted)
    ) as m on w.story_id = m.story_id
    group by w.story_id
) as n
where s.story_id = n.story_id;
$$;
comment on function news.sum_up_stories is 'Compute headline, lead, span and counts of stories again from their articles.';

create function news.note_story_articles() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- In the order of the stories, so that two writers wait for each other and do not deadlock.
    perform from news.stories as s
    where s.story_id in (select c.story_id from changed as c)
    order by s.story_id
    for no key update;
    perform news.sum_up_stories(array(select distinct c.story_id from changed as c));
    return null;
end
$$;
comment on function news.note_story_articles is 'Sum up the stories that articles came to or left: a taken-down article leaves nothing behind.';
create trigger sum_up_stories_written after insert on news.story_articles
referencing new table as changed for each statement execute function news.note_story_articles();
create trigger sum_up_stories_deleted after delete on news.story_articles
referencing old table as changed for each statement execute function news.note_story_articles();

create function news.queue_article_to_tell() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into ops.articles_to_tell (article_id) values (new.article_id);
    return null;
end
$$;
comment on function news.queue_article_to_tell is 'Queue an article whose story is to be found.';
create trigger article_versions_told after update on news.article_versions
for each row when (
    new.is_current and new.annotated_at is not null
    and (old.annotated_at is distinct from new.annotated_at or not old.is_current)
)
execute function news.queue_article_to_tell();

create function news.queue_changed_article_to_tell() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if
        (old.duplicate_group_id, old.is_group_original, old.published_at)
        is distinct from (new.duplicate_group_id, new.is_group_original, new.published_at)
    then
        insert into ops.articles_to_tell (article_id) values (new.article_id);
    end if;
    return null;
end
$$;
comment on function news.queue_changed_article_to_tell is 'Queue an article whose copies or time changed.';
create trigger articles_told after update on news.articles
for each row execute function news.queue_changed_article_to_tell();

-- The next run tells the stories of the store's last 30 days; dateline story redo tells those of all, some
-- 30 ms an article.
insert into ops.articles_to_tell (article_id)
select v.article_id
from news.article_versions as v
inner join news.articles as a on v.article_id = a.article_id
where
    v.is_current and v.annotated_at is not null
    and a.first_seen_at > (select max(n.first_seen_at) from news.articles as n) - interval '30 days'
order by v.article_id;
