"""Rows of the source states: hourly sums of what came, what was learnt, states and their changes.

The sums of an hour are taken from attempts of documents and links that were decided in it, through
the index on their time, so that a look costs what the last hours brought and not what is stored.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from psycopg import Connection, sql

from pipeline.source_states.history import OVERDUE_LAGS, OVERDUE_MINUTES, SHORT, STUB_WORDS
from pipeline.source_states.observations import COUNTS, PLACE, Documents, Floats, HourSums
from pipeline.source_states.page_fates import FATES
from pipeline.source_states.verdict import Severity, StateName, Verdict
from pipeline.warehouse.transactions import copy_rows, transact

_UNKNOWN_LIMIT = 1e9
"""Usual minutes from stated time to listing where they are not known: nothing is overdue."""
_WATCHED_KINDS = ("feed", "sitemap", "section")
"""Kinds of documents that a source fills; a list of links by hand has no rate."""
_BACKFILLS = ("backfill", "dateline-backfill")


@dataclass(frozen=True, slots=True)
class WatchedSource:
    """One source that the schedule asks, or that is paused."""

    source_id: int
    country: str | None
    time_zone: str | None
    first_rate: float | None
    """Links a day that its file expects, or that its documents' habit tells."""
    is_paused: bool
    learnt_until: datetime | None
    history: Mapping[str, Any] | None
    """As stored; None where nothing was learnt yet."""
    state: StateName
    severity: Severity
    since: datetime | None
    last_good_at: datetime | None


_SOURCES = """
select s.source_id, s.country_code, s.time_zone,
    coalesce(s.articles_a_day, 86400 / nullif(d.habit, 0)), not s.is_active,
    h.learnt_until, h.history, coalesce(t.state, 'ok'), coalesce(t.severity, 'none'), t.since,
    t.last_good_at
from news.sources as s
join (
    select source_id, min(habit_seconds) filter (where habit_seconds > 0) as habit
    from ops.documents
    where document_kind = any(%s) and not is_by_hand and parent_id is null
    group by source_id
) as d on d.source_id = s.source_id
left join ops.source_histories as h on h.source_id = s.source_id
left join ops.source_states as t on t.source_id = s.source_id
order by s.source_id
"""


def watched_sources(conn: Connection) -> list[WatchedSource]:
    """Return the sources that have documents of which new links can be expected."""
    found = conn.execute(_SOURCES, (list(_WATCHED_KINDS),))
    return [WatchedSource(*row) for row in found]


def first_attempt_at(conn: Connection, sources: Sequence[int]) -> datetime | None:
    """Return when a document of one of these sources was first asked for."""
    row = conn.execute(
        "select min(first_seen_at) from ops.documents where source_id = any(%s)", (list(sources),)
    ).fetchone()
    return row[0] if row else None


_DOCUMENT_HOURS = """
select d.source_id, floor(extract(epoch from a.attempted_at) / 3600)::int as hour,
    max(extract(epoch from a.attempted_at) / 3600)::float8 as asked_at,
    coalesce(sum(a.links_new) filter (
        -- a child that its index names later holds new links, not the past
        where d.first_seen_at > p.first_seen_at + interval '1 day'
        or exists (
            select from ops.document_attempts as e
            where e.document_id = a.document_id and e.attempted_at < a.attempted_at
                and e.outcome = 'read'
        )
    ), 0)::float8 as links
from ops.document_attempts as a
join ops.documents as d on d.document_id = a.document_id
left join ops.documents as p on p.document_id = d.parent_id
where a.attempted_at >= %(begin)s and a.attempted_at <= %(end)s
    and d.document_kind = any(%(kinds)s) and not d.is_by_hand
group by 1, 2
"""
_LINK_HOURS = """
with tried as (
    select a.source_id, floor(extract(epoch from a.decided_at) / 3600)::int as hour,
        a.outcome, a.article_id, b.outcome as before, l.first_listed_at, l.stated_at,
        d.first_seen_at as document_seen_at, d.document_id, m.words, m.lag_minutes
    from ops.link_attempts as a
    join ops.links as l on l.link_id = a.link_id
    join ops.runs as r on r.run_id = a.run_id
    join unnest(%(sources)s::int[], %(words)s::float8[], %(lags)s::float8[])
        as m(source_id, words, lag_minutes) on m.source_id = a.source_id
    left join ops.documents as d on d.source_id = a.source_id and d.url = l.found_in
    left join lateral (
        select p.outcome from ops.link_attempts as p
        where p.link_id = a.link_id and p.attempt_id < a.attempt_id and p.outcome is not null
        order by p.attempt_id desc
        limit 1
    ) as b on true
    where a.decided_at >= %(begin)s and a.decided_at <= %(end)s
        and a.snapshot is null and l.found_by = any(%(kinds)s) and r.dag_id <> all(%(backfills)s)
),
fated as (
    select t.*, f.fate, g.fate as fate_before,
        t.before is null and t.stated_at is not null
            and t.first_listed_at > t.document_seen_at + interval '30 minutes' as is_dated,
        extract(epoch from greatest(t.first_listed_at - t.stated_at, interval '0')) / 60 as lag,
        t.outcome = 'loaded' and g.fate is distinct from 'good' as is_new
    from tried as t
    left join unnest(%(outcomes)s::text[], %(fates)s::text[]) as f(outcome, fate)
        on f.outcome = t.outcome
    left join unnest(%(outcomes)s::text[], %(fates)s::text[]) as g(outcome, fate)
        on g.outcome = t.before
)
select f.source_id, f.hour,
    count(*) filter (where f.is_dated),
    count(*) filter (
        where f.is_dated and f.lag > %(overdue)s + %(overdue_lags)s * f.lag_minutes
            -- not late are items that waited because we, or their feed, were away since
            and exists (
                select from ops.document_attempts as e
                where e.document_id = f.document_id and e.outcome in ('read', 'unchanged')
                    and e.attempted_at > f.stated_at and e.attempted_at < f.first_listed_at
            )
    ),
    count(*) filter (
        where f.fate = 'good' and f.fate_before is distinct from f.fate
            and v.is_foreign is not true
    ),
    count(*) filter (where f.fate = 'refused' and f.fate_before is distinct from f.fate),
    count(*) filter (where f.fate = 'paywalled' and f.fate_before is distinct from f.fate),
    count(*) filter (where f.fate = 'failed' and f.fate_before is distinct from f.fate),
    count(*) filter (where f.fate = 'unreadable' and f.fate_before is distinct from f.fate),
    count(*) filter (where f.fate = 'redesigned' and f.fate_before is distinct from f.fate),
    count(*) filter (
        where (f.fate = 'foreign' and f.fate_before is distinct from f.fate) or v.is_foreign
    ),
    count(v.article_id),
    count(*) filter (
        where v.article_id is not null and v.published_at is null and v.published_local is null
    ),
    count(*) filter (where v.authors = '{}'),
    count(*) filter (where v.word_count < %(short)s * f.words),
    count(*) filter (where v.word_count < least(%(short)s * f.words, %(stub)s)),
    count(*) filter (where v.is_damaged),
    count(*) filter (where v.annotation_outcome = 'loaded'),
    count(*) filter (where v.annotation_outcome = 'loaded' and not v.has_names),
    coalesce(sum(ln(greatest(v.word_count, 1))), 0)::float8,
    coalesce(sum(ln(1 + f.lag)) filter (where f.is_dated), 0)::float8
from fated as f
left join lateral (
    select v.article_id, v.published_at, v.published_local, v.authors, v.word_count,
        v.annotation_outcome, v.body_text ~ %(damage)s as is_damaged,
        v.language_origin = 'text' and v.language_code <> s.language_code
            and v.language_code <> all(s.wanted_languages) as is_foreign,
        exists (
            select from news.entity_mentions as n
            where n.article_version_id = v.article_version_id
        ) as has_names
    from news.article_versions as v
    join news.sources as s on s.source_id = f.source_id
    where v.article_id = f.article_id and v.version_no = 1
) as v on f.is_new
group by f.source_id, f.hour
"""
_DAMAGE = "\ufffd|[ÃÂ][\u0080-\u00bf]|â€[™œ“”\u009d]"
"""A replacement character, or UTF-8 that was read as Latin-1 or Windows-1252: "Ã©", "â€™"."""
_LINK_COUNTS = COUNTS[1:]
"""The columns of ``_LINK_HOURS`` after source and hour; new links are counted by another query."""


def hour_sums(
    conn: Connection,
    sources: Sequence[int],
    begin: datetime,
    end: datetime,
    usual_words: Floats,
    usual_lags: Floats,
) -> list[HourSums]:
    """Return the sums of every hour between two times, the last one as far as it has come.

    Args:
        conn: any connection.
        sources: ids, in the order of the rows that are returned.
        begin: the begin of an hour.
        end: the last moment.
        usual_words: of each source's articles; NaN where unknown.
        usual_lags: minutes from stated time to listing; NaN where unknown.
    """
    place = {source_id: row for row, source_id in enumerate(sources)}
    first, last = hour_of(begin), hour_of(end)
    counts = np.zeros((last - first + 1, len(sources), len(COUNTS)))
    asked_at = np.full((last - first + 1, len(sources)), np.nan)
    values = {
        "begin": begin,
        "end": end,
        "kinds": list(_WATCHED_KINDS),
        "backfills": list(_BACKFILLS),
        "sources": list(sources),
        "words": np.nan_to_num(usual_words).tolist(),
        "lags": np.nan_to_num(usual_lags, nan=_UNKNOWN_LIMIT).tolist(),
        "outcomes": [str(outcome) for outcome in FATES],
        "fates": list(FATES.values()),
        "overdue": OVERDUE_MINUTES,
        "overdue_lags": OVERDUE_LAGS,
        "short": SHORT,
        "stub": STUB_WORDS,
        "damage": _DAMAGE,
    }
    for source_id, hour, asked, links in conn.execute(_DOCUMENT_HOURS, values):
        if source_id in place:
            asked_at[hour - first, place[source_id]] = asked
            counts[hour - first, place[source_id], PLACE["links"]] = links
    columns = [PLACE[name] for name in _LINK_COUNTS]
    for source_id, hour, *found in conn.execute(_LINK_HOURS, values):
        counts[hour - first, place[source_id], columns] = found
    return [
        HourSums(first + number, counts[number], asked_at[number]) for number in range(len(counts))
    ]


_DOCUMENTS = """
with stands as (
    select d.source_id, d.state, d.failure_count, d.failing_since, d.last_new_at,
        d.links_new + 1.0 as weight, t.outcome, f.fate, e.empty_since
    from ops.documents as d
    left join lateral (
        select a.outcome from ops.document_attempts as a
        where a.document_id = d.document_id
        order by a.attempted_at desc
        limit 1
    ) as t on d.state in ('failing', 'asleep')
    left join unnest(%(outcomes)s::text[], %(fates)s::text[]) as f(outcome, fate)
        on f.outcome = t.outcome
    left join lateral (
        select min(a.attempted_at) as empty_since from ops.document_attempts as a
        where a.document_id = d.document_id and a.attempted_at > coalesce((
            select max(b.attempted_at) from ops.document_attempts as b
            where b.document_id = d.document_id and b.outcome in ('read', 'unchanged')
                and b.state not in ('empty', 'foreign')
        ), '-infinity')
    ) as e on d.state in ('empty', 'foreign')
    where d.is_active and not d.is_by_hand and d.document_kind = any(%(kinds)s)
        and d.parent_id is null and d.source_id = any(%(sources)s)
)
select source_id,
    (coalesce(sum(weight) filter (where state = 'failing' and fate = 'refused'), 0)
        / sum(weight))::float8,
    (coalesce(sum(weight) filter (where state = 'failing' and fate is distinct from 'refused'), 0)
        / sum(weight))::float8,
    (coalesce(sum(weight) filter (where state in ('empty', 'foreign')), 0) / sum(weight))::float8,
    (coalesce(sum(weight) filter (where state = 'asleep'), 0) / sum(weight))::float8,
    coalesce(min(failure_count) filter (where state = 'failing'), 0)::float8,
    coalesce(
        extract(epoch from %(now)s - max(failing_since) filter (where state = 'failing')) / 3600, 0
    )::float8,
    coalesce(extract(epoch from %(now)s - max(empty_since)) / 3600, 0)::float8
from stands
group by source_id
"""


def document_stands(conn: Connection, sources: Sequence[int], now: datetime) -> Documents:
    """Return how the documents of these sources stand."""
    found = conn.execute(
        _DOCUMENTS,
        {
            "sources": list(sources),
            "kinds": list(_WATCHED_KINDS),
            "outcomes": [str(outcome) for outcome in FATES],
            "fates": list(FATES.values()),
            "now": now,
        },
    )
    place = {source_id: row for row, source_id in enumerate(sources)}
    table = np.zeros((7, len(sources)))
    for source_id, *values in found:
        table[:, place[source_id]] = values
    return Documents(*table)


def store_hours(
    conn: Connection,
    sources: Sequence[int],
    begin: datetime,
    hours: Sequence[tuple[HourSums, Floats]],
) -> None:
    """Store hours that are over, where something came or was expected, in place of stored ones.

    Args:
        conn: inside a transaction.
        sources: ids, in the order of the rows of the sums.
        begin: of the first of these hours.
        hours: each with the links that were expected in it.
    """
    conn.execute("delete from ops.source_hours where hour_at >= %s", (begin,))
    copy_rows(conn, "ops.source_hours", _HOUR_COLUMNS, _hour_rows(sources, hours))


_HOUR_COLUMNS = {
    "source_id": "int4",
    "hour_at": "timestamptz",
    "asked_at": "timestamptz",
    "expected_links": "float4",
    **{name: "float4" if name.startswith("log_") else "int4" for name in COUNTS},
}
_WORTH_A_ROW = 0.05
"""Links that must be expected in an hour in which nothing came for it to be stored."""


def _hour_rows(
    sources: Sequence[int], hours: Sequence[tuple[HourSums, Floats]]
) -> Iterator[tuple[Any, ...]]:
    for sums, expected in hours:
        was_asked = ~np.isnan(sums.asked_at)
        is_there = sums.counts.any(axis=1) | (expected >= _WORTH_A_ROW) | was_asked
        for row in np.flatnonzero(is_there).tolist():
            counts = [
                value if name.startswith("log_") else round(value)
                for name, value in zip(COUNTS, sums.counts[row].tolist(), strict=True)
            ]
            asked_at = time_of(sums.asked_at[row]) if was_asked[row] else None
            yield sources[row], time_of(sums.hour), asked_at, float(expected[row]), *counts


def store_histories(
    conn: Connection,
    sources: Sequence[int],
    histories: Sequence[Mapping[str, Any]],
    until: datetime,
) -> None:
    """Store what was learnt of each source until the end of an hour."""
    conn.execute(
        """
        insert into ops.source_histories (source_id, learnt_until, history)
        select g.source_id, %s, g.history::jsonb
        from unnest(%s::int[], %s::text[]) as g(source_id, history)
        on conflict (source_id) do update
        set learnt_until = excluded.learnt_until, history = excluded.history
        """,
        (until, list(sources), [json.dumps(each) for each in histories]),
    )


def last_articles(conn: Connection, begin: datetime, end: datetime) -> dict[int, datetime]:
    """Return when the last article or version of each source came between two times."""
    found = conn.execute(
        "select source_id, max(decided_at) from ops.link_attempts"
        " where decided_at >= %s and decided_at <= %s and outcome = 'loaded' group by source_id",
        (begin, end),
    )
    return dict(found.fetchall())


@dataclass(frozen=True, slots=True)
class NewState:
    """The state of a source as it is stored."""

    source_id: int
    verdict: Verdict
    expected: float
    seen: int
    usual_a_day: float
    last_good_at: datetime | None


_UPSERT_STATES = """
with given as (
    select * from unnest(
        %(sources)s::int[], %(states)s::text[], %(severities)s::text[], %(reasons)s::text[],
        %(expected)s::real[], %(seen)s::int[], %(usual)s::real[], %(good)s::timestamptz[]
    ) as g(source_id, state, severity, reason, expected, seen, usual_a_day, last_good_at)
),
old as (
    select g.*, coalesce(t.state, 'ok') as from_state,
        coalesce(t.severity, 'none') as from_severity, t.since
    from given as g
    left join ops.source_states as t on t.source_id = g.source_id
),
changes as (
    insert into ops.source_state_changes
        (source_id, changed_at, from_state, to_state, from_severity, severity, reason)
    select o.source_id, %(now)s, o.from_state, o.state, o.from_severity, o.severity, o.reason
    from old as o
    where (o.state, o.severity) <> (o.from_state, o.from_severity)
    returning source_id
),
stored as (
    insert into ops.source_states (
        source_id, state, severity, since, expected, seen, usual_a_day, reason, last_good_at,
        next_try_at, judged_at
    )
    select o.source_id, o.state, o.severity,
        case when o.state = o.from_state and o.since is not null then o.since else %(now)s end,
        o.expected, o.seen, o.usual_a_day, o.reason, o.last_good_at, d.next_due_at, %(now)s
    from old as o
    left join (
        select source_id, min(next_due_at) as next_due_at from ops.documents
        where is_active and not is_by_hand
        group by source_id
    ) as d on d.source_id = o.source_id
    on conflict (source_id) do update set
        state = excluded.state, severity = excluded.severity, since = excluded.since,
        expected = excluded.expected, seen = excluded.seen, usual_a_day = excluded.usual_a_day,
        reason = excluded.reason,
        last_good_at = coalesce(excluded.last_good_at, source_states.last_good_at),
        next_try_at = excluded.next_try_at, judged_at = excluded.judged_at
)
select count(*) from changes
"""


def store_states(conn: Connection, states: Sequence[NewState], now: datetime) -> int:
    """Store the states of sources, and a row for each that changed; return how many did."""
    row = conn.execute(
        _UPSERT_STATES,
        {
            "sources": [each.source_id for each in states],
            "states": [each.verdict.state for each in states],
            "severities": [each.verdict.severity for each in states],
            "reasons": [each.verdict.reason for each in states],
            "expected": [each.expected for each in states],
            "seen": [each.seen for each in states],
            "usual": [each.usual_a_day for each in states],
            "good": [each.last_good_at for each in states],
            "now": now,
        },
    ).fetchone()
    return int(row[0]) if row else 0


def sums_of_last_day(
    conn: Connection, sources: Sequence[int], begin: datetime
) -> tuple[Floats, Floats]:
    """Return the expected links and the new articles of the stored hours from a time on."""
    expected, seen = np.zeros(len(sources)), np.zeros(len(sources))
    place = {source_id: row for row, source_id in enumerate(sources)}
    found = conn.execute(
        "select source_id, sum(expected_links), sum(articles) from ops.source_hours"
        " where hour_at >= %s group by source_id",
        (begin,),
    )
    for source_id, links, articles in found:
        if source_id in place:
            expected[place[source_id]], seen[place[source_id]] = links, articles
    return expected, seen


def store_days(
    conn: Connection,
    sources: Sequence[int],
    day: date,
    expected: Floats,
    spread: Floats,
) -> None:
    """Store what each source's history lets expect of a day, and the band around it."""
    conn.execute(
        """
        insert into ops.source_days (source_id, day, expected, low, high, seen)
        select g.source_id, %s, g.expected, g.low, g.high, 0
        from unnest(%s::int[], %s::real[], %s::real[], %s::real[])
            as g(source_id, expected, low, high)
        on conflict (source_id, day) do update set
            expected = excluded.expected, low = excluded.low, high = excluded.high
        """,
        (
            day,
            list(sources),
            expected.tolist(),
            np.maximum(expected - 1.645 * spread, 0).tolist(),
            (expected + 1.645 * spread).tolist(),
        ),
    )


def last_stored_day(conn: Connection) -> date | None:
    """Return the last day of which completeness is stored."""
    row = conn.execute("select max(day) from ops.source_days").fetchone()
    return row[0] if row else None


_COUNT_DAYS = """
with touched as (
    select distinct a.source_id, coalesce(
        v.published_local::date,
        (coalesce(a.published_at, a.first_seen_at) at time zone 'UTC')::date
    ) as day
    from ops.link_attempts as t
    join news.articles as a on a.article_id = t.article_id
    join news.article_versions as v on v.article_id = a.article_id and v.is_current
    where t.decided_at >= %(begin)s and t.outcome = 'loaded'
),
counted as (
    select d.source_id, d.day, (
        select count(*)
        from news.articles as a
        join news.article_versions as v on v.article_id = a.article_id and v.is_current
        where a.source_id = d.source_id
            and (
                a.published_at between d.day - interval '2 days' and d.day + interval '3 days'
                or (
                    a.published_at is null
                    and a.first_seen_at between d.day - interval '2 days'
                        and d.day + interval '3 days'
                )
            )
            and coalesce(
                v.published_local::date,
                (coalesce(a.published_at, a.first_seen_at) at time zone 'UTC')::date
            ) = d.day
    ) as articles
    from ops.source_days as d
    join touched using (source_id, day)
)
update ops.source_days as d set seen = c.articles
from counted as c
where c.source_id = d.source_id and c.day = d.day and c.articles <> d.seen
"""


def count_days(conn: Connection, begin: datetime) -> None:
    """Count the articles of the days to which articles were added since a time."""
    conn.execute(_COUNT_DAYS, {"begin": begin})


def forget_old_source_rows(conn: Connection, days: int) -> int:
    """Delete hours and changes older than this, and return how many; days and states stay."""

    def work(live: Connection) -> int:
        deleted = 0
        for table, column in (("source_hours", "hour_at"), ("source_state_changes", "changed_at")):
            deleted += live.execute(
                sql.SQL("delete from ops.{} where {} < now() - make_interval(days => %s)").format(
                    sql.Identifier(table), sql.Identifier(column)
                ),
                (days,),
            ).rowcount
        return deleted

    return transact(conn, work)


def hour_of(moment: datetime) -> int:
    """Return the hour of a time, counted since 1970 (UTC)."""
    return int(moment.timestamp() // 3600)


def time_of(hour: float) -> datetime:
    """Return the time of so many hours since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=float(hour))
