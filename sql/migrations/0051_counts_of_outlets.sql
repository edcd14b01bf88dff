-- Counts by outlet, agency, grade of quotes and text, beside those of 0046; and indexes of what the
-- questions of the cookbook ask for. dateline db migrate fills the tables once (mart_counts.py).

-- The migration holds the store to itself.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, require-timeout-settings, prefer-bigint-over-int

alter table news.counted_articles
add column duplicate_group_id bigint,
add column is_wire_copy boolean not null default false,
add column origin_agency text,
add column is_credited boolean not null default false,
add column is_edited boolean not null default false,
add column word_count int not null default 0,
add column grades text[] not null default '{}',
add column grade_reasons text[] not null default '{}',
add column grade_counts int[] not null default '{}';
comment on column news.counted_articles.duplicate_group_id is 'Its group of copies; null where it has none.';
comment on column news.counted_articles.is_wire_copy is 'As in mart.articles.';
comment on column news.counted_articles.origin_agency is 'As in mart.articles.';
comment on column news.counted_articles.is_credited is 'Whether the page credits an agency with anything.';
comment on column news.counted_articles.is_edited is 'Whether its text was changed after publication.';
comment on column news.counted_articles.word_count is 'Words of its text.';
comment on column news.counted_articles.grades is 'Grades of its attributions, with grade_reasons; null among them for rows of an older version.';
comment on column news.counted_articles.grade_reasons is 'Reason of each of grades.';
comment on column news.counted_articles.grade_counts is 'How many attributions it has of each of grades and grade_reasons.';
drop index news.counted_articles_day;
create index counted_articles_day on news.counted_articles (best_date, source_id);
create index counted_articles_group on news.counted_articles (duplicate_group_id) where duplicate_group_id is not null;

-- one row per day and outlet: behind mart.daily_volume.
create table news.source_days (
    best_date date not null,
    source_id int not null,
    article_count bigint not null,
    original_article_count bigint not null,
    wire_copy_count bigint not null,
    original_wire_copy_count bigint not null,
    edited_count bigint not null,
    original_edited_count bigint not null,
    word_count bigint not null,
    original_word_count bigint not null,
    undated_article_count bigint not null,
    primary key (best_date, source_id)
);
comment on table news.source_days is 'One row per day and outlet; mart.daily_volume shows it and explains the columns. Written by each publish.';
comment on column news.source_days.best_date is 'As in the mart.';
comment on column news.source_days.source_id is 'The outlet.';
comment on column news.source_days.article_count is 'As in the mart.';
comment on column news.source_days.original_article_count is 'As in the mart.';
comment on column news.source_days.wire_copy_count is 'As in the mart.';
comment on column news.source_days.original_wire_copy_count is 'As in the mart.';
comment on column news.source_days.edited_count is 'As in the mart.';
comment on column news.source_days.original_edited_count is 'As in the mart.';
comment on column news.source_days.word_count is 'As in the mart.';
comment on column news.source_days.original_word_count is 'As in the mart.';
comment on column news.source_days.undated_article_count is 'As in the mart.';

-- one row per day, outlet and agency: behind mart.daily_agency_copies.
create table news.agency_days (
    best_date date not null,
    source_id int not null,
    origin_agency text not null,
    article_count bigint not null,
    original_article_count bigint not null,
    uncredited_article_count bigint not null,
    original_uncredited_article_count bigint not null,
    word_count bigint not null,
    original_word_count bigint not null,
    undated_article_count bigint not null,
    primary key (best_date, source_id, origin_agency)
);
comment on table news.agency_days is 'One row per day, outlet and agency; mart.daily_agency_copies shows it and explains the columns. Written by each publish.';
comment on column news.agency_days.best_date is 'As in the mart.';
comment on column news.agency_days.source_id is 'The outlet.';
comment on column news.agency_days.origin_agency is 'As in the mart.';
comment on column news.agency_days.article_count is 'As in the mart.';
comment on column news.agency_days.original_article_count is 'As in the mart.';
comment on column news.agency_days.uncredited_article_count is 'As in the mart.';
comment on column news.agency_days.original_uncredited_article_count is 'As in the mart.';
comment on column news.agency_days.word_count is 'As in the mart.';
comment on column news.agency_days.original_word_count is 'As in the mart.';
comment on column news.agency_days.undated_article_count is 'As in the mart.';

-- one row per day, outlet, grade and reason: behind mart.daily_quote_grades.
create table news.quote_grade_days (
    best_date date not null,
    source_id int not null,
    grade text,
    grade_reason text,
    quote_count bigint not null,
    original_quote_count bigint not null
);
create unique index quote_grade_days_key
on news.quote_grade_days (best_date, source_id, grade, grade_reason) nulls not distinct;
comment on table news.quote_grade_days is 'One row per day, outlet, grade and reason; mart.daily_quote_grades shows it and explains the columns. Written by each publish.';
comment on column news.quote_grade_days.best_date is 'As in the mart.';
comment on column news.quote_grade_days.source_id is 'The outlet.';
comment on column news.quote_grade_days.grade is 'As in the mart.';
comment on column news.quote_grade_days.grade_reason is 'As in the mart.';
comment on column news.quote_grade_days.quote_count is 'As in the mart.';
comment on column news.quote_grade_days.original_quote_count is 'As in the mart.';

-- one row per text that two articles or more print: behind mart.text_spread.
create table news.text_spreads (
    duplicate_group_id bigint primary key,
    first_article_id bigint not null,
    first_published_at timestamptz,
    last_published_at timestamptz,
    spread_hours numeric,
    median_delay_hours numeric,
    article_count bigint not null,
    source_count bigint not null,
    credited_count bigint not null,
    source_ids int[] not null
);
create index text_spreads_widest on news.text_spreads (source_count desc, article_count desc);
comment on table news.text_spreads is 'One row per text that two articles or more print; mart.text_spread shows it and explains the columns. Written by each publish.';
comment on column news.text_spreads.duplicate_group_id is 'As in the mart.';
comment on column news.text_spreads.first_article_id is 'As in the mart. No foreign key: a publish removes the row of a removed article.';
comment on column news.text_spreads.first_published_at is 'As in the mart.';
comment on column news.text_spreads.last_published_at is 'As in the mart.';
comment on column news.text_spreads.spread_hours is 'As in the mart.';
comment on column news.text_spreads.median_delay_hours is 'As in the mart.';
comment on column news.text_spreads.article_count is 'As in the mart.';
comment on column news.text_spreads.source_count is 'As in the mart.';
comment on column news.text_spreads.credited_count is 'As in the mart.';
comment on column news.text_spreads.source_ids is 'The outlets, in the order in which they printed it.';

-- The newest article of an outlet, the newest changes, and a name by which texts call somebody were
-- each found by reading everything.
create index articles_source_seen on news.articles (source_id, first_seen_at);
create index article_edits_seen on news.article_edits (seen_at);
create index article_versions_noted on news.article_versions (article_id) where is_current and update_note is not null;
create index entities_named_as on news.entities ((coalesce(usual_name, entity_name)));
create index entities_words on news.entities
using gin (to_tsvector('pg_catalog.simple', news.unaccented(coalesce(usual_name, entity_name))));

create function mart.entities_named(words text) returns table (entity_id bigint)
language sql stable
as $$
    select distinct n.canonical_entity_id
    from news.entities as n
    where
        to_tsvector('pg_catalog.simple', news.unaccented(coalesce(n.usual_name, n.entity_name))) @@ (
            select to_tsquery('pg_catalog.simple', string_agg(quote_literal(w.word) || ':*', ' & '))
            from regexp_split_to_table(trim(news.unaccented(words)), '\s+') as w (word)
            where w.word ~ '[[:alnum:]]'
        )
        and not n.is_blocked
$$;
comment on function mart.entities_named is 'Keys of the entities of whom some name has all these words or beginnings of words, whatever their accents: mart.entities_named(''mar reyes'').';

-- Of the articles that name somebody, the newest were found by looking up every one of them.
create index counted_articles_entities on news.counted_articles using gin (entity_ids);
create index counted_articles_speakers on news.counted_articles using gin (speaker_entity_ids);

create function mart.articles_naming(
    entities bigint[],
    since date default null,
    until date default null,
    limit_to int default 50,
    originals boolean default false
)
returns table (article_id bigint, best_date date)
language sql stable
as $$
    select c.article_id, c.best_date
    from news.counted_articles as c
    where
        c.entity_ids && entities
        and (since is null or c.best_date >= since)
        and (until is null or c.best_date <= until)
        and (c.is_original or not originals)
    order by c.best_date desc, c.article_id desc
    limit limit_to
$$;
comment on function mart.articles_naming is 'Keys of the newest articles that name one of some entities outside of credits: to join with other marts. Brought up to date by each publish.';

create function mart.articles_quoting(
    entities bigint[],
    since date default null,
    until date default null,
    limit_to int default 50,
    originals boolean default false
)
returns table (article_id bigint, best_date date)
language sql stable
as $$
    select c.article_id, c.best_date
    from news.counted_articles as c
    where
        c.speaker_entity_ids && entities
        and (since is null or c.best_date >= since)
        and (until is null or c.best_date <= until)
        and (c.is_original or not originals)
    order by c.best_date desc, c.article_id desc
    limit limit_to
$$;
comment on function mart.articles_quoting is 'Keys of the newest articles that quote one of some entities: to join with other marts. Brought up to date by each publish.';
