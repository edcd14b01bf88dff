-- What people decided about names: merged, split, renamed, blocked, known elsewhere by a number. Outlives every
-- reload and every run of the annotator, and is stronger than what texts say.

-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, require-concurrent-index-creation, prefer-bigint-over-smallint, adding-field-with-default, require-timeout-settings

-- one row per decision about a name; those that were undone stay.
create table news.entity_decisions (
    decision_id bigint generated always as identity primary key,
    decision text not null
    check (decision in ('merge', 'alias', 'split', 'rename', 'block', 'identify')),
    entity_id bigint not null references news.entities,
    other_entity_id bigint references news.entities,
    shown_name text check (shown_name != ''),
    source_id int references news.sources,
    article_id bigint references news.articles on delete cascade,
    scheme text check (scheme != ''),
    external_id text check (external_id != ''),
    reason text,
    decided_by text not null,
    decided_at timestamptz not null default now(),
    undone_by text,
    undone_at timestamptz,
    check (entity_id != other_entity_id),
    check (decision not in ('merge', 'alias') or other_entity_id is not null),
    check ((decision = 'rename') = (shown_name is not null)),
    check ((decision = 'identify') = (scheme is not null and external_id is not null)),
    check (num_nonnulls(source_id, article_id) = 0 or decision = 'split' and other_entity_id is not null),
    check (num_nonnulls(source_id, article_id) < 2),
    check ((undone_by is null) = (undone_at is null))
);
create unique index entity_decisions_one on news.entity_decisions (
    entity_id,
    (case when decision = 'alias' then 'merge' else decision end),
    coalesce(source_id, 0),
    coalesce(article_id, 0),
    coalesce(scheme, '')
) where undone_at is null;
create index entity_decisions_entity on news.entity_decisions (entity_id);
create index entity_decisions_other on news.entity_decisions (other_entity_id);
create index entity_decisions_article on news.entity_decisions (article_id) where article_id is not null;
comment on table news.entity_decisions is 'One row per decision about a name (dateline entity). Stronger than what texts say, and kept when articles are loaded or annotated again. Decisions that were undone stay as rows.';
comment on column news.entity_decisions.decision_id is 'Number of the decision.';
comment on column news.entity_decisions.decision is 'merge: other_entity_id stands for it and its spellings. alias: the same, for a spelling that was added. split: it leaves its family; in source_id or article_id alone, other_entity_id is meant there. rename: shown_name is shown. block: it leaves the marts. identify: external_id is its number in scheme.';
comment on column news.entity_decisions.entity_id is 'The name that was decided about.';
comment on column news.entity_decisions.other_entity_id is 'merge, alias: who stands for it. rename: the name as texts may print it. split: who is meant in source_id or article_id.';
comment on column news.entity_decisions.shown_name is 'Name to show; null but for rename.';
comment on column news.entity_decisions.source_id is 'Outlet for whose articles alone a split holds; null elsewhere.';
comment on column news.entity_decisions.article_id is 'Article for which alone a split holds; null elsewhere.';
comment on column news.entity_decisions.scheme is 'Where external_id is known: wikidata, a house list. Null but for identify.';
comment on column news.entity_decisions.external_id is 'Number or key in that scheme; null but for identify.';
comment on column news.entity_decisions.reason is 'Why, in the words of whoever decided.';
comment on column news.entity_decisions.decided_by is 'Who decided.';
comment on column news.entity_decisions.decided_at is 'When.';
comment on column news.entity_decisions.undone_by is 'Who took it back; null while it holds.';
comment on column news.entity_decisions.undone_at is 'When it was taken back; null while it holds.';

alter table news.entities
add column is_blocked boolean not null default false,
add column usual_name text;
comment on column news.entities.is_blocked is 'Whether somebody blocked the entity that stands for it: it leaves the marts.';
comment on column news.entities.entity_name is 'Name as shown: what somebody decided, else of spellings that differ in letter case, the usual one.';
comment on column news.entities.usual_name is 'The usual spelling where entity_name was decided; null elsewhere.';
comment on column news.entities.merge_reason is 'Why another entity stands for it: class (most texts give the name another class), spelling, acronym (texts explain it so), decision (news.entity_decisions).';

-- Decisions that were written by hand until now.
insert into news.entity_decisions (decision, entity_id, other_entity_id, decided_by)
select
    case when e.merged_into_entity_id is null then 'split' else 'merge' end as decision,
    e.entity_id,
    e.merged_into_entity_id,
    current_user as decided_by
from news.entities as e
where e.merge_reason = 'decision';

drop trigger entities_updated on news.entities;
create trigger entities_updated after update on news.entities
for each row when (
    (old.entity_type, old.entity_name, old.merged_into_entity_id, old.is_blocked)
    is distinct from (new.entity_type, new.entity_name, new.merged_into_entity_id, new.is_blocked)
)
execute function news.note_entity();
