"""The counts behind the daily and weekly marts, brought up to date for what changed.

``news.counted_articles`` holds for each article what the counts have of it: its day, its outlet,
its group of copies, its entities and speakers. For the articles that changed since the last time,
and for the copies in their groups, ``count_changes`` compares that row with a new one. What either
of them names on a day is counted again from the rows of that day, and so is its outlet; each group
is counted again from its articles, and each pair of outlets from the texts that both print;
nothing else is touched. So an article that moves to another
day, is deleted, becomes a copy or names somebody else leaves the counts where it was and enters
them where it is. What changed is known from the change numbers of articles
(``news.number_changes``).

Pairs of entities are too many for that: an article that names 30 touches 435, and a week may have
20,000 articles. To a pair that has a row for the week, what came and went is added. A pair has no
row before two originals name it; only for such pairs are articles of the week read again, and of
those only the ones that name the rarer of the two.

``count_all`` computes everything again, week by week, with the same statements. The cost of
``count_changes`` grows with the articles that changed and with those of their days, little with
those of their weeks, and not with the store.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from psycopg import Connection

from pipeline.telemetry import log
from pipeline.warehouse.transactions import transact

COUNT_RULES = 2
"""To be raised when the statements here, or what a mart that they read means, come to count
otherwise: ``dateline db migrate`` then counts everything again."""
PAIRED_ENTITIES = 60
"""Of an article, only the entities that it names most often make pairs: a page with 500 names is a
list, and would make 125,000. In mart.weekly_co_mentions."""
_LOCK = 0x646C_6D63
"""Key of the advisory lock: two processes that count would write the same rows ("dlmc")."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a call counted."""

    articles: int
    """Articles that changed."""
    days: int
    """Days of which some counts were computed again."""


def count_changes(conn: Connection) -> Counted:
    """Bring the counts up to date for all changes that have a number; a second call does nothing.

    All of it is one transaction: readers see the counts of before, or those of after.
    """
    return transact(conn, _count_changes)


def count_all(conn: Connection) -> Counted:
    """Compute all counts again, in one transaction."""
    return transact(conn, _count_all)


def must_count_all(conn: Connection) -> bool:
    """Tell whether the counts are of older rules, or were never made.

    A schema of an earlier version, or without the marts that are counted, has nothing to count.
    """
    row = conn.execute(
        "select to_regclass('ops.mart_counts') is not null and to_regclass('mart.articles') is"
        " not null and to_regclass('mart.entity_mentions') is not null"
        " and to_regclass('mart.all_attributions') is not null"
    ).fetchone()
    if row is None or not row[0]:
        return False
    counted = conn.execute("select count_rules from ops.mart_counts").fetchone()
    return counted is None or counted[0] != COUNT_RULES


def _count_changes(conn: Connection) -> Counted:
    _begin(conn)
    row = conn.execute("select coalesce((select counted_seq from ops.mart_counts), 0)").fetchone()
    before, until = row[0] if row else 0, _last_number(conn)
    if before == until:
        return Counted(0, 0)
    changed = conn.execute(_CHANGED, (before, until)).rowcount
    conn.execute("create unique index on changed_articles (article_id); analyze changed_articles")
    conn.execute(_NEW_COUNTS)
    conn.execute(_TOUCHED.format(rows=_OLD_AND_NEW, paired=PAIRED_ENTITIES).encode())
    conn.execute(_TOUCHED_GROUPS.format(rows=_OLD_AND_NEW).encode())
    conn.execute(_REPLACE_ARTICLES)
    days = _count_touched(conn)
    conn.execute(_OFTEN)
    conn.execute(_CHANGE_PAIRS.format(paired=PAIRED_ENTITIES).encode())
    conn.execute(_COUNT_GROUPS)
    conn.execute(_CHANGE_REUSES)
    conn.execute(_SUM_PAIRS)
    _end(conn, until)
    log.debug("marts counted", articles=changed, days=days)
    return Counted(changed, days)


def _count_all(conn: Connection) -> Counted:
    # The longest statement takes five minutes for a million articles; a migration allows 15.
    conn.execute("set local statement_timeout = 0")
    _begin(conn)
    # Before anything is read: what is numbered meanwhile is for the next publish.
    until = _last_number(conn)
    conn.execute(_EMPTY)
    conn.execute(
        "create temporary table changed_articles on commit drop as"
        " select article_id from news.articles"
    )
    conn.execute("create unique index on changed_articles (article_id); analyze changed_articles")
    conn.execute(_NEW_COUNTS)
    articles = conn.execute(_ADD_ARTICLES).rowcount
    conn.execute("analyze news.counted_articles")
    row = conn.execute(
        "select date_trunc('week', min(best_date))::date, max(best_date) from news.counted_articles"
    ).fetchone()
    week, last = row or (None, None)
    days = 0
    while week is not None and week <= last:
        days += _count_week(conn, week)
        week = _next_week(conn, week)
    conn.execute(_TOUCHED_GROUPS.format(rows="select * from news.counted_articles").encode())
    conn.execute(_COUNT_GROUPS)
    conn.execute(_ALL_REUSES)
    conn.execute(_ALL_PAIRS)
    conn.execute(_SUM_PAIRS)
    conn.execute(
        "analyze news.entity_days; analyze news.speaker_days; analyze news.entity_pair_weeks;"
        " analyze news.entity_pairs; analyze news.counted_days; analyze news.source_days;"
        " analyze news.agency_days; analyze news.quote_grade_days; analyze news.text_spreads;"
        " analyze news.counted_reuses; analyze news.source_pairs"
    )
    _end(conn, until)
    return Counted(articles, days)


def _last_number(conn: Connection) -> int:
    row = conn.execute("select coalesce(max(changed_seq), 0) from news.article_changes").fetchone()
    return int(row[0]) if row else 0


def _next_week(conn: Connection, week: date) -> date | None:
    """Return the Monday of the next week with articles; years without any are passed over."""
    row = conn.execute(
        "select date_trunc('week', min(best_date))::date from news.counted_articles"
        " where best_date >= %s",
        (week + timedelta(days=7),),
    ).fetchone()
    return row[0] if row else None


def _count_week(conn: Connection, week: date) -> int:
    conn.execute(_FORGET_TOUCHED)
    rows = _OF_A_WEEK.format(week=week)
    conn.execute(_TOUCHED.format(rows=rows, paired=PAIRED_ENTITIES).encode())
    days = _count_touched(conn)
    conn.execute(_ADD_PAIRS)
    return days


def _begin(conn: Connection) -> None:
    conn.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
    # The marts that are read have more joins than Postgres orders by itself, and compiling the
    # statements takes longer than a small publish.
    conn.execute(
        "set local join_collapse_limit = 16; set local from_collapse_limit = 16;"
        " set local geqo = off; set local jit = off; set local work_mem = '64MB'"
    )
    conn.execute(_FORGET_TOUCHED)
    conn.execute(
        "drop table if exists pg_temp.changed_articles, pg_temp.new_counts, pg_temp.touched_groups"
    )


def _end(conn: Connection, until: int) -> None:
    conn.execute(
        "insert into ops.mart_counts (counted_seq, count_rules) values (%s, %s)"
        " on conflict (is_only_row) do update set counted_seq = excluded.counted_seq,"
        " count_rules = excluded.count_rules, counted_at = now()",
        (until, COUNT_RULES),
    )


def _count_touched(conn: Connection) -> int:
    """Count again what the tables of touched keys name; return how many days that are."""
    for statement in (_COUNT_DAYS, _COUNT_OUTLETS, _COUNT_ENTITIES, _COUNT_SPEAKERS):
        conn.execute(statement)
    row = conn.execute("select count(*) from touched_days").fetchone()
    return int(row[0]) if row else 0


_EMPTY = """
delete from news.counted_articles;
delete from news.counted_days;
delete from news.source_days;
delete from news.agency_days;
delete from news.quote_grade_days;
delete from news.text_spreads;
delete from news.entity_days;
delete from news.speaker_days;
delete from news.entity_pair_weeks;
delete from news.entity_pairs;
delete from news.counted_reuses;
delete from news.source_pairs;
"""
_FORGET_TOUCHED = """
drop table if exists pg_temp.touched_days, pg_temp.touched_outlets, pg_temp.touched_entities,
    pg_temp.touched_speakers, pg_temp.touched_pairs, pg_temp.often_named,
    pg_temp.counted_pairs, pg_temp.uncounted_pairs, pg_temp.recounted_pairs,
    pg_temp.rewritten_pairs, pg_temp.new_reuses, pg_temp.touched_source_pairs
"""
# Whether a copy is an agency's depends on the others of its group.
_CHANGED = """
create temporary table changed_articles on commit drop as
with numbered as materialized (
    select c.article_id
    from news.article_changes as c
    where c.changed_seq > %s and c.changed_seq <= %s
),
groups as materialized (
    select a.duplicate_group_id
    from numbered
    inner join news.articles as a using (article_id)
    union
    select o.duplicate_group_id
    from numbered
    inner join news.counted_articles as o using (article_id)
)
select article_id from numbered
union
select a.article_id
from groups
inner join news.articles as a on groups.duplicate_group_id = a.duplicate_group_id
"""
_NEW_COUNTS = """
create temporary table new_counts on commit drop as
with entities as (
    select
        named.article_id,
        array_agg(named.entity_id order by named.mentions desc, named.entity_id) as entity_ids,
        array_agg(named.mentions order by named.mentions desc, named.entity_id) as mention_counts
    from (
        select m.article_id, m.entity_id, count(*)::int as mentions
        from changed_articles as c
        inner join mart.entity_mentions as m using (article_id)
        where not m.is_credit
        group by m.article_id, m.entity_id
    ) as named
    group by named.article_id
),
attributed as materialized (
    select q.article_id, q.speaker_name, q.entity_id, q.cue_class, q.grade, q.grade_reason
    from changed_articles as c
    inner join mart.all_attributions as q using (article_id)
),
speakers as (
    select
        said.article_id,
        array_agg(said.speaker_name order by said.speaker_name, said.entity_id) as speaker_names,
        array_agg(said.entity_id order by said.speaker_name, said.entity_id) as speaker_entity_ids,
        array_agg(said.quotes order by said.speaker_name, said.entity_id) as quote_counts
    from (
        select q.article_id, q.speaker_name, q.entity_id, count(*)::int as quotes
        from attributed as q
        where
            q.speaker_name is not null
            and q.cue_class = 'speech'
            and q.grade_reason is distinct from 'rejected'
        group by q.article_id, q.speaker_name, q.entity_id
    ) as said
    group by said.article_id
),
graded as (
    select
        g.article_id,
        array_agg(g.grade order by g.grade, g.grade_reason) as grades,
        array_agg(g.grade_reason order by g.grade, g.grade_reason) as grade_reasons,
        array_agg(g.quotes order by g.grade, g.grade_reason) as grade_counts
    from (
        select q.article_id, q.grade, q.grade_reason, count(*)::int as quotes
        from attributed as q
        group by q.article_id, q.grade, q.grade_reason
    ) as g
    group by g.article_id
)
select
    a.article_id,
    a.best_date,
    n.source_id,
    a.is_original,
    a.best_date_origin != 'published' as is_undated,
    coalesce(e.entity_ids, '{}') as entity_ids,
    coalesce(e.mention_counts, '{}') as mention_counts,
    coalesce(s.speaker_names, '{}') as speaker_names,
    coalesce(s.speaker_entity_ids, '{}') as speaker_entity_ids,
    coalesce(s.quote_counts, '{}') as quote_counts,
    a.duplicate_group_id,
    a.is_wire_copy,
    a.origin_agency,
    a.credit_kind is not null or a.credit_line is not null as is_credited,
    a.version_no > 1 as is_edited,
    a.word_count,
    coalesce(g.grades, '{}') as grades,
    coalesce(g.grade_reasons, '{}') as grade_reasons,
    coalesce(g.grade_counts, '{}') as grade_counts
from changed_articles as c
inner join mart.articles as a using (article_id)
inner join news.articles as n using (article_id)
left join entities as e using (article_id)
left join speakers as s using (article_id)
left join graded as g using (article_id)
"""
_OLD_AND_NEW = """
select o.*, -1 as added from news.counted_articles as o
inner join changed_articles using (article_id)
union all
select n.*, 1 as added from new_counts as n
"""
_OF_A_WEEK = """
select *, 1 as added from news.counted_articles
where best_date between '{week}'::date and '{week}'::date + 6
"""
_TOUCHED = """
create temporary table touched_days on commit drop as
select distinct best_date from ({rows}) as c;
create temporary table touched_outlets on commit drop as
select distinct best_date, source_id from ({rows}) as c;
create temporary table touched_entities on commit drop as
select distinct c.best_date, u.entity_id
from ({rows}) as c cross join lateral unnest(c.entity_ids) as u(entity_id);
create temporary table touched_speakers on commit drop as
select distinct c.best_date, u.speaker_name, coalesce(u.entity_id, 0) as entity_id
from ({rows}) as c
cross join lateral unnest(c.speaker_names, c.speaker_entity_ids) as u(speaker_name, entity_id);
create temporary table touched_pairs on commit drop as
select
    date_trunc('week', d.best_date)::date as week_date,
    d.entity_id_a,
    d.entity_id_b,
    sum(d.added_articles)::bigint as added_articles,
    sum(d.added_originals)::bigint as added_originals,
    max(d.best_date) filter (where d.added_articles > 0) as added_until,
    max(d.best_date) filter (where d.added_articles < 0) as removed_until
from (
    select
        c.best_date,
        x.entity_id as entity_id_a,
        y.entity_id as entity_id_b,
        sum(c.added) as added_articles,
        coalesce(sum(c.added) filter (where c.is_original), 0) as added_originals
    from ({rows}) as c
    cross join lateral unnest(c.entity_ids[1:{paired}]) as x(entity_id)
    cross join lateral unnest(c.entity_ids[1:{paired}]) as y(entity_id)
    where x.entity_id < y.entity_id
    group by c.best_date, x.entity_id, y.entity_id
) as d
group by date_trunc('week', d.best_date), d.entity_id_a, d.entity_id_b;
-- Days of today are unknown to the statistics of the tables: without an index Postgres may compare
-- every row with every other.
create unique index on touched_outlets (best_date, source_id);
create unique index on touched_entities (best_date, entity_id);
create unique index on touched_speakers (best_date, speaker_name, entity_id);
create unique index on touched_pairs (entity_id_a, entity_id_b, week_date);
analyze touched_days; analyze touched_outlets; analyze touched_entities;
analyze touched_speakers; analyze touched_pairs;
"""
_TOUCHED_GROUPS = """
create temporary table touched_groups on commit drop as
select distinct c.duplicate_group_id from ({rows}) as c where c.duplicate_group_id is not null;
create unique index on touched_groups (duplicate_group_id);
analyze touched_groups;
"""
_REPLACE_ARTICLES = """
delete from news.counted_articles as o using changed_articles as c
where o.article_id = c.article_id;
insert into news.counted_articles
select * from new_counts;
"""
_ADD_ARTICLES = "insert into news.counted_articles select * from new_counts"
_COUNT_DAYS = """
delete from news.counted_days as d using touched_days as t where d.best_date = t.best_date;
insert into news.counted_days
select c.best_date, count(*), count(*) filter (where c.is_original)
from touched_days as t
inner join news.counted_articles as c using (best_date)
group by c.best_date;
"""
_COUNT_OUTLETS = """
delete from news.source_days as d using touched_outlets as t
where d.best_date = t.best_date and d.source_id = t.source_id;
insert into news.source_days
select
    c.best_date,
    c.source_id,
    count(*),
    count(*) filter (where c.is_original),
    count(*) filter (where c.is_wire_copy),
    count(*) filter (where c.is_wire_copy and c.is_original),
    count(*) filter (where c.is_edited),
    count(*) filter (where c.is_edited and c.is_original),
    sum(c.word_count),
    coalesce(sum(c.word_count) filter (where c.is_original), 0),
    count(*) filter (where c.is_undated)
from touched_outlets as t
inner join news.counted_articles as c using (best_date, source_id)
group by c.best_date, c.source_id;
delete from news.agency_days as d using touched_outlets as t
where d.best_date = t.best_date and d.source_id = t.source_id;
insert into news.agency_days
select
    c.best_date,
    c.source_id,
    c.origin_agency,
    count(*),
    count(*) filter (where c.is_original),
    count(*) filter (where not c.is_credited),
    count(*) filter (where not c.is_credited and c.is_original),
    sum(c.word_count),
    coalesce(sum(c.word_count) filter (where c.is_original), 0),
    count(*) filter (where c.is_undated)
from touched_outlets as t
inner join news.counted_articles as c using (best_date, source_id)
where c.is_wire_copy and c.origin_agency is not null
group by c.best_date, c.source_id, c.origin_agency;
delete from news.quote_grade_days as d using touched_outlets as t
where d.best_date = t.best_date and d.source_id = t.source_id;
insert into news.quote_grade_days
select
    c.best_date,
    c.source_id,
    u.grade,
    u.grade_reason,
    sum(u.quotes),
    coalesce(sum(u.quotes) filter (where c.is_original), 0)
from touched_outlets as t
inner join news.counted_articles as c using (best_date, source_id)
cross join lateral unnest(c.grades, c.grade_reasons, c.grade_counts)
    as u(grade, grade_reason, quotes)
group by c.best_date, c.source_id, u.grade, u.grade_reason;
"""
_COUNT_GROUPS = """
delete from news.text_spreads as s using touched_groups as t
where s.duplicate_group_id = t.duplicate_group_id;
insert into news.text_spreads
with printed as (
    select
        a.duplicate_group_id,
        a.article_id,
        a.source_id,
        v.credit_kind is not null as is_credited,
        a.published_at,
        row_number() over (
            partition by a.duplicate_group_id
            order by
                coalesce(a.published_at, a.first_seen_at),
                a.is_group_original desc nulls last,
                a.article_id
        ) as place_no
    from touched_groups as t
    inner join news.articles as a on t.duplicate_group_id = a.duplicate_group_id
    inner join news.article_versions as v on a.article_id = v.article_id and v.is_current
),
outlets as (
    select
        duplicate_group_id,
        source_id,
        min(published_at) as first_at,
        max(published_at) as last_at,
        min(place_no) as place_no,
        min(article_id) filter (where place_no = 1) as first_article_id,
        min(published_at) filter (where place_no = 1) as first_published_at,
        count(*) as article_count,
        count(*) filter (where is_credited) as credited_count,
        count(published_at) as dated_count,
        min(published_at) - min(min(published_at)) over (
            partition by duplicate_group_id
        ) as delay,
        bool_or(place_no = 1 and published_at is null) as is_undated_first
    from printed
    group by duplicate_group_id, source_id
)
select
    o.duplicate_group_id,
    min(o.first_article_id),
    min(o.first_published_at),
    max(o.last_at),
    round((extract(epoch from case
        when sum(o.dated_count) > 1 then max(o.last_at) - min(o.first_at)
    end) / 3600)::numeric, 1),
    round((extract(epoch from case
        when not bool_or(o.is_undated_first)
            then percentile_cont(0.5) within group (order by o.delay) filter (where o.place_no > 1)
    end) / 3600)::numeric, 1),
    sum(o.article_count),
    count(*),
    sum(o.credited_count),
    array_agg(o.source_id order by o.place_no)
from outlets as o
group by o.duplicate_group_id
"""
_CHANGE_REUSES = """
create temporary table new_reuses on commit drop as
select r.*
from changed_articles as c
inner join news.directed_reuses as r on c.article_id = r.article_id_a
union
select r.*
from changed_articles as c
inner join news.directed_reuses as r on c.article_id = r.article_id_b;
create temporary table touched_source_pairs on commit drop as
select r.origin_id, r.reuse_id from new_reuses as r
union
select r.origin_id, r.reuse_id
from changed_articles as c
inner join news.counted_reuses as r on c.article_id = r.article_id_a
union
select r.origin_id, r.reuse_id
from changed_articles as c
inner join news.counted_reuses as r on c.article_id = r.article_id_b;
analyze new_reuses; analyze touched_source_pairs;
delete from news.counted_reuses as r using changed_articles as c
where r.article_id_a = c.article_id;
delete from news.counted_reuses as r using changed_articles as c
where r.article_id_b = c.article_id;
insert into news.counted_reuses
select * from new_reuses;
delete from news.source_pairs as p using touched_source_pairs as t
where p.origin_id = t.origin_id and p.reuse_id = t.reuse_id;
insert into news.source_pairs
select s.*
from touched_source_pairs as t
cross join lateral (
    select * from news.summed_reuses as r
    where r.origin_id = t.origin_id and r.reuse_id = t.reuse_id
) as s;
"""
_ALL_REUSES = """
insert into news.counted_reuses
select * from news.directed_reuses;
insert into news.source_pairs
select * from news.summed_reuses;
"""
_COUNT_ENTITIES = """
delete from news.entity_days as d using touched_entities as t
where d.best_date = t.best_date and d.entity_id = t.entity_id;
insert into news.entity_days
select
    n.best_date, n.entity_id, e.entity_type, e.entity_name, n.mention_count,
    n.original_mention_count, n.article_count, n.original_article_count, n.source_count,
    n.original_source_count, n.undated_article_count
from (
    select
        c.best_date,
        u.entity_id,
        sum(u.mentions) as mention_count,
        coalesce(sum(u.mentions) filter (where c.is_original), 0) as original_mention_count,
        count(*) as article_count,
        count(*) filter (where c.is_original) as original_article_count,
        count(distinct c.source_id) as source_count,
        count(distinct c.source_id) filter (where c.is_original) as original_source_count,
        count(*) filter (where c.is_undated) as undated_article_count
    from touched_days as d
    inner join news.counted_articles as c using (best_date)
    cross join lateral unnest(c.entity_ids, c.mention_counts) as u(entity_id, mentions)
    inner join touched_entities as t
        on c.best_date = t.best_date and u.entity_id = t.entity_id
    group by c.best_date, u.entity_id
) as n
inner join news.entities as e using (entity_id);
"""
_COUNT_SPEAKERS = """
delete from news.speaker_days as d using touched_speakers as t
where
    d.best_date = t.best_date
    and d.speaker_name = t.speaker_name
    and coalesce(d.entity_id, 0) = t.entity_id;
insert into news.speaker_days
select
    c.best_date,
    u.speaker_name,
    u.entity_id,
    sum(u.quotes),
    coalesce(sum(u.quotes) filter (where c.is_original), 0),
    count(*),
    count(*) filter (where c.is_original),
    count(distinct c.source_id),
    count(distinct c.source_id) filter (where c.is_original),
    count(*) filter (where c.is_undated)
from touched_days as d
inner join news.counted_articles as c using (best_date)
cross join lateral unnest(c.speaker_names, c.speaker_entity_ids, c.quote_counts)
    as u(speaker_name, entity_id, quotes)
inner join touched_speakers as t
    on
        c.best_date = t.best_date
        and u.speaker_name = t.speaker_name
        and coalesce(u.entity_id, 0) = t.entity_id
group by c.best_date, u.speaker_name, u.entity_id;
"""
_OFTEN = """
-- Entities that two originals of the week or more name: a pair of any other has no row.
create temporary table often_named on commit drop as
select s.week_date, s.entity_id, sum(d.article_count) as article_count
from (
    select week_date, entity_id_a as entity_id from touched_pairs
    union
    select week_date, entity_id_b from touched_pairs
) as s
inner join news.entity_days as d
    on d.entity_id = s.entity_id and d.best_date between s.week_date and s.week_date + 6
group by s.week_date, s.entity_id
having sum(d.original_article_count) >= 2;
create unique index on often_named (entity_id, week_date);
analyze often_named;
"""
_CHANGE_PAIRS = """
create temporary table counted_pairs on commit drop as
select
    t.*,
    p.article_count + t.added_articles as article_count,
    p.original_article_count + t.added_originals as original_article_count,
    greatest(p.last_seen_date, t.added_until) as last_seen_date,
    -- Which article is the last one now, the counts do not tell.
    t.removed_until >= p.last_seen_date and (t.added_until >= p.last_seen_date) is not true
        as has_lost_last
from touched_pairs as t
inner join news.entity_pair_weeks as p using (entity_id_a, entity_id_b, week_date);
create unique index on counted_pairs (entity_id_a, entity_id_b, week_date);
analyze counted_pairs;
delete from news.entity_pair_weeks as p using counted_pairs as c
where
    p.entity_id_a = c.entity_id_a
    and p.entity_id_b = c.entity_id_b
    and p.week_date = c.week_date
    and (c.original_article_count < 2 or c.has_lost_last);
update news.entity_pair_weeks as p set
    article_count = c.article_count,
    original_article_count = c.original_article_count,
    last_seen_date = c.last_seen_date
from counted_pairs as c
where
    p.entity_id_a = c.entity_id_a
    and p.entity_id_b = c.entity_id_b
    and p.week_date = c.week_date
    and (c.added_articles != 0 or c.added_originals != 0 or p.last_seen_date < c.last_seen_date);
-- A pair without a row had one original or none. Where originals came, the articles that name the
-- rarer of the two are looked through for the other.
create temporary table uncounted_pairs on commit drop as
select
    t.week_date,
    t.entity_id_a,
    t.entity_id_b,
    case when x.article_count <= y.article_count then t.entity_id_a else t.entity_id_b end
        as rarer_id,
    case when x.article_count <= y.article_count then t.entity_id_b else t.entity_id_a end
        as other_id
from touched_pairs as t
inner join often_named as x on t.week_date = x.week_date and t.entity_id_a = x.entity_id
inner join often_named as y on t.week_date = y.week_date and t.entity_id_b = y.entity_id
left join counted_pairs as c
    on
        t.entity_id_a = c.entity_id_a
        and t.entity_id_b = c.entity_id_b
        and t.week_date = c.week_date
where
    case
        when c.week_date is null then t.added_originals > 0
        else c.has_lost_last and c.original_article_count >= 2
    end;
analyze uncounted_pairs;
create temporary table recounted_pairs on commit drop as
with rarer as materialized (
    select w.week_date, u.entity_id, c.best_date, c.is_original, c.named
    from (select distinct week_date from uncounted_pairs) as w
    cross join lateral (
        select a.best_date, a.is_original, a.entity_ids[1:{paired}] as named
        from news.counted_articles as a
        where a.best_date between w.week_date and w.week_date + 6
        offset 0
    ) as c
    cross join lateral unnest(c.named) as u(entity_id)
    inner join (select distinct week_date, rarer_id from uncounted_pairs) as r
        on w.week_date = r.week_date and u.entity_id = r.rarer_id
)
select
    p.week_date,
    p.entity_id_a,
    p.entity_id_b,
    count(*) as article_count,
    count(*) filter (where r.is_original) as original_article_count,
    max(r.best_date) as last_seen_date
from uncounted_pairs as p
inner join rarer as r on p.week_date = r.week_date and p.rarer_id = r.entity_id
where p.other_id = any(r.named)
group by p.week_date, p.entity_id_a, p.entity_id_b
having count(*) filter (where r.is_original) >= 2;
insert into news.entity_pair_weeks
select * from recounted_pairs;
create temporary table rewritten_pairs on commit drop as
select entity_id_a, entity_id_b from counted_pairs
union
select entity_id_a, entity_id_b from recounted_pairs;
analyze rewritten_pairs;
"""
_ADD_PAIRS = """
insert into news.entity_pair_weeks
select week_date, entity_id_a, entity_id_b, added_articles, added_originals, added_until
from touched_pairs
where added_originals >= 2
"""
_ALL_PAIRS = """
create temporary table rewritten_pairs on commit drop as
select distinct p.entity_id_a, p.entity_id_b from news.entity_pair_weeks as p
"""
_SUM_PAIRS = """
delete from news.entity_pairs as p using rewritten_pairs as r
where p.entity_id_a = r.entity_id_a and p.entity_id_b = r.entity_id_b;
insert into news.entity_pairs
select
    s.entity_id_a, a.entity_name, s.entity_id_b, b.entity_name, s.articles, s.originals,
    s.last_seen, a.entity_type, b.entity_type, s.weeks
from (
    select
        p.entity_id_a,
        p.entity_id_b,
        sum(p.article_count) as articles,
        sum(p.original_article_count) as originals,
        max(p.last_seen_date) as last_seen,
        count(*) as weeks
    from rewritten_pairs as r
    inner join news.entity_pair_weeks as p using (entity_id_a, entity_id_b)
    group by p.entity_id_a, p.entity_id_b
) as s
inner join news.entities as a on s.entity_id_a = a.entity_id
inner join news.entities as b on s.entity_id_b = b.entity_id;
"""
