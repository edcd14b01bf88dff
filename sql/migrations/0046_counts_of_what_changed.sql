-- Counts that a publish brings up to date for the articles that changed, in place of materialised
-- views that were computed whole. dateline db migrate fills the tables once (mart_counts.py).

-- squawk-ignore-file require-timeout-settings, ban-drop-function

-- one row: how far the counts are.
create table ops.mart_counts (
    is_only_row boolean primary key default true check (is_only_row),
    counted_seq bigint not null,
    count_rules int not null,
    counted_at timestamptz not null default now()
);
comment on table ops.mart_counts is 'One row: how far the counts behind the daily and weekly marts are. None before the first publish.';
comment on column ops.mart_counts.is_only_row is 'Key of the only row.';
comment on column ops.mart_counts.counted_seq is 'Changes up to this number (news.article_changes) are counted.';
comment on column ops.mart_counts.count_rules is 'Version of the rules that counted; where Dateline has a newer one, all is counted again.';
comment on column ops.mart_counts.counted_at is 'When that was.';

-- one row per article: what the counts hold of it.
create table news.counted_articles (
    article_id bigint primary key,
    best_date date not null,
    source_id int not null,
    is_original boolean not null,
    is_undated boolean not null,
    entity_ids bigint[] not null,
    mention_counts int[] not null,
    speaker_names text[] not null,
    speaker_entity_ids bigint[] not null,
    quote_counts int[] not null
);
create index counted_articles_day on news.counted_articles (best_date);
comment on table news.counted_articles is 'One row per article: what the counts hold of it, so that a later change takes away what it once added. Written by each publish.';
comment on column news.counted_articles.article_id is 'Article; no foreign key, since a deleted one is counted until the next publish.';
comment on column news.counted_articles.best_date is 'Day on which it counts, as in mart.articles.';
comment on column news.counted_articles.source_id is 'Its outlet.';
comment on column news.counted_articles.is_original is 'Whether it is no copy.';
comment on column news.counted_articles.is_undated is 'Whether its page states no day.';
comment on column news.counted_articles.entity_ids is 'Entities it names outside of credits, those named most first.';
comment on column news.counted_articles.mention_counts is 'How often it names each of entity_ids.';
comment on column news.counted_articles.speaker_names is 'Speakers it quotes.';
comment on column news.counted_articles.speaker_entity_ids is 'Entity of each of speaker_names; null where it is none.';
comment on column news.counted_articles.quote_counts is 'How many quotes it has of each of speaker_names.';

-- one row per day.
create table news.counted_days (
    best_date date primary key,
    article_count bigint not null,
    original_article_count bigint not null
);
comment on table news.counted_days is 'One row per day: articles that count on it.';
comment on column news.counted_days.best_date is 'The day.';
comment on column news.counted_days.article_count is 'Articles, copies included.';
comment on column news.counted_days.original_article_count is 'Articles that are no copies.';

-- one row per day and entity: behind mart.daily_entity_mentions.
create table news.entity_days (
    best_date date not null,
    entity_id bigint not null,
    entity_type text not null,
    entity_name text not null,
    mention_count bigint not null,
    original_mention_count bigint not null,
    article_count bigint not null,
    original_article_count bigint not null,
    source_count bigint not null,
    original_source_count bigint not null,
    undated_article_count bigint not null,
    primary key (best_date, entity_id)
);
create index entity_days_entity on news.entity_days (entity_id, best_date);
comment on table news.entity_days is 'One row per day and entity; mart.daily_entity_mentions shows it and explains the columns. Written by each publish.';
comment on column news.entity_days.best_date is 'As in the mart.';
comment on column news.entity_days.entity_id is 'As in the mart.';
comment on column news.entity_days.entity_type is 'As in the mart.';
comment on column news.entity_days.entity_name is 'As in the mart.';
comment on column news.entity_days.mention_count is 'As in the mart.';
comment on column news.entity_days.original_mention_count is 'As in the mart.';
comment on column news.entity_days.article_count is 'As in the mart.';
comment on column news.entity_days.original_article_count is 'As in the mart.';
comment on column news.entity_days.source_count is 'As in the mart.';
comment on column news.entity_days.original_source_count is 'As in the mart.';
comment on column news.entity_days.undated_article_count is 'As in the mart.';

-- one row per day and speaker: behind mart.daily_speaker_quotes.
create table news.speaker_days (
    best_date date not null,
    speaker_name text not null,
    entity_id bigint,
    quote_count bigint not null,
    original_quote_count bigint not null,
    article_count bigint not null,
    original_article_count bigint not null,
    source_count bigint not null,
    original_source_count bigint not null,
    undated_article_count bigint not null
);
create unique index speaker_days_key on news.speaker_days (best_date, speaker_name, entity_id);
create index speaker_days_speaker on news.speaker_days (speaker_name, best_date);
comment on table news.speaker_days is 'One row per day and named speaker; mart.daily_speaker_quotes shows it and explains the columns. Written by each publish.';
comment on column news.speaker_days.best_date is 'As in the mart.';
comment on column news.speaker_days.speaker_name is 'As in the mart.';
comment on column news.speaker_days.entity_id is 'As in the mart.';
comment on column news.speaker_days.quote_count is 'As in the mart.';
comment on column news.speaker_days.original_quote_count is 'As in the mart.';
comment on column news.speaker_days.article_count is 'As in the mart.';
comment on column news.speaker_days.original_article_count is 'As in the mart.';
comment on column news.speaker_days.source_count is 'As in the mart.';
comment on column news.speaker_days.original_source_count is 'As in the mart.';
comment on column news.speaker_days.undated_article_count is 'As in the mart.';

-- one row per week and pair of entities: behind mart.weekly_co_mentions.
create table news.entity_pair_weeks (
    week_date date not null,
    entity_id_a bigint not null,
    entity_id_b bigint not null,
    article_count bigint not null,
    original_article_count bigint not null,
    last_seen_date date not null,
    primary key (entity_id_a, entity_id_b, week_date),
    check (entity_id_a < entity_id_b)
);
create index entity_pair_weeks_b on news.entity_pair_weeks (entity_id_b, week_date);
create index entity_pair_weeks_week on news.entity_pair_weeks (week_date, original_article_count desc);
comment on table news.entity_pair_weeks is 'One row per week and pair of entities that two originals or more of the week name together. Written by each publish.';
comment on column news.entity_pair_weeks.week_date is 'Monday of the week.';
comment on column news.entity_pair_weeks.entity_id_a is 'Entity with the smaller key.';
comment on column news.entity_pair_weeks.entity_id_b is 'Entity with the larger key.';
comment on column news.entity_pair_weeks.article_count is 'Articles of the week that name both, copies included.';
comment on column news.entity_pair_weeks.original_article_count is 'Articles of the week that name both, each text counted once.';
comment on column news.entity_pair_weeks.last_seen_date is 'Day of the last such article.';

-- one row per pair of entities: behind mart.entity_co_mentions.
create table news.entity_pairs (
    entity_id_a bigint not null,
    entity_name_a text not null,
    entity_id_b bigint not null,
    entity_name_b text not null,
    article_count bigint not null,
    original_article_count bigint not null,
    last_seen_date date not null,
    entity_type_a text not null,
    entity_type_b text not null,
    week_count bigint not null,
    primary key (entity_id_a, entity_id_b),
    check (entity_id_a < entity_id_b)
);
create index entity_pairs_b on news.entity_pairs (entity_id_b);
create index entity_pairs_most on news.entity_pairs (original_article_count desc);
comment on table news.entity_pairs is 'One row per pair of entities: the sums of news.entity_pair_weeks; mart.entity_co_mentions shows it and explains the columns. Written by each publish.';
comment on column news.entity_pairs.entity_id_a is 'As in the mart.';
comment on column news.entity_pairs.entity_name_a is 'As in the mart.';
comment on column news.entity_pairs.entity_id_b is 'As in the mart.';
comment on column news.entity_pairs.entity_name_b is 'As in the mart.';
comment on column news.entity_pairs.article_count is 'As in the mart.';
comment on column news.entity_pairs.original_article_count is 'As in the mart.';
comment on column news.entity_pairs.last_seen_date is 'As in the mart.';
comment on column news.entity_pairs.entity_type_a is 'As in the mart.';
comment on column news.entity_pairs.entity_type_b is 'As in the mart.';
comment on column news.entity_pairs.week_count is 'As in the mart.';

-- An entity was looked up by "entity_id = x or entity_id in (…)", for which Postgres reads every
-- mention of the store: each name that was joined with another cost more as the store grew.
create or replace function news.note_entity() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    names bigint[] := array(
        select e.entity_id
        from news.entities as e
        where e.canonical_entity_id = new.entity_id
        union
        select new.entity_id
    );
begin
    insert into ops.changed_articles (article_id)
    select v.article_id
    from news.article_versions as v
    where
        v.is_current
        and v.article_version_id in (
            select m.article_version_id from news.entity_mentions as m where m.entity_id = any(names)
            union
            select s.article_version_id from news.quote_speakers as s where s.entity_id = any(names)
        )
    union
    select d.article_id
    from news.quote_decisions as d
    where d.entity_id = any(names);
    return null;
end
$$;

-- Whoever takes mentions or quotes out of a text that stays changes what the marts show.
create trigger entity_mentions_deleted after delete on news.entity_mentions
referencing old table as changed for each statement execute function news.note_annotations();
create trigger quotes_deleted after delete on news.quotes
referencing old table as changed for each statement execute function news.note_annotations();
create trigger quote_speakers_deleted after delete on news.quote_speakers
referencing old table as changed for each statement execute function news.note_annotations();
comment on function news.note_annotations is 'Note the articles of updated or deleted mentions, quotes or speakers as changed. Those that annotation inserts are noted by annotated_at.';

create function mart.named_with(
    wanted bigint, since date default '1000-01-01', how_many int default 20
)
returns table (
    entity_id bigint,
    entity_type text,
    entity_name text,
    article_count bigint,
    original_article_count bigint,
    last_seen_date date,
    lift double precision
)
language sql stable
as $$
    with pairs as (
        select
            case when p.entity_id_a = wanted then p.entity_id_b else p.entity_id_a end as other_id,
            sum(p.article_count)::bigint as articles,
            sum(p.original_article_count)::bigint as originals,
            max(p.last_seen_date) as last_seen
        from news.entity_pair_weeks as p
        where (p.entity_id_a = wanted or p.entity_id_b = wanted) and p.week_date > since - 7
        group by 1
        order by originals desc, articles desc, other_id
        limit how_many
    )
    select
        e.entity_id,
        e.entity_type,
        e.entity_name,
        p.articles,
        p.originals,
        p.last_seen,
        p.originals::float8 * (
            select sum(d.original_article_count) from news.counted_days as d
            where d.best_date >= date_trunc('week', since)::date
        ) / nullif(o.originals * (
            select sum(d.original_article_count) from news.entity_days as d
            where d.entity_id = wanted and d.best_date >= date_trunc('week', since)::date
        ), 0) as lift
    from pairs as p
    inner join news.entities as e on p.other_id = e.entity_id
    cross join lateral (
        select sum(d.original_article_count) as originals from news.entity_days as d
        where d.entity_id = p.other_id and d.best_date >= date_trunc('week', since)::date
    ) as o
    order by p.originals desc, lift desc, p.other_id
$$;
comment on function mart.named_with is 'The entities that are named most often together with one, in weeks with two common originals or more, since the week of a day. lift: how many times as often as if the two were named independently.';

-- Nothing is refreshed whole any more.
drop function ops.refresh_mart(text);
