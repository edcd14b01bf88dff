"""Near-duplicates on Postgres: fingerprints, candidates, relations, groups, people's decisions.

A text's id is its ``article_id``; its text is the article's current version. Everything that one
call of the stage does runs inside one ``dedup_lock``, since two batches in flight could not see
each other's fingerprints. An article that gets a new version meanwhile waits for the next call.

The candidate query is the one query whose cost must not grow with the store. It has a branch for
each month of the window with the bounds as literals, so that the planner leaves all other
partitions out and reads each month in the order of its primary key. With the bounds as parameters,
or with one ``order by`` over all months, it may sort all articles that share a fingerprint
(measured: 100,000 articles in 24 months gave that plan), and the boilerplate of a site is shared by
a hundred thousand.

Decisions of people (two articles are not duplicates) name articles and not texts, so they outlive
new versions, reprocessing and new methods. Whoever changes a decision forms the groups again inside
the same ``dedup_lock``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import LiteralString

from psycopg import Connection, sql

from pipeline.dedupe.candidates import MAX_TEXTS_PER_FINGERPRINT, CandidateText
from pipeline.dedupe.fingerprints import METHOD_VERSION
from pipeline.dedupe.groups import GroupText, Membership
from pipeline.dedupe.wire_copy import GroupCredit, origin_agency
from pipeline.errors import UsageError
from pipeline.models import Match, Relation
from pipeline.urls import canonical_url
from pipeline.warehouse.schema import FINGERPRINTS, ensure_months, month_after
from pipeline.warehouse.transactions import copy_rows

_MONTH: LiteralString = """(
            select f.article_version_id
            from news.article_fingerprints as f
            where f.fingerprint = wanted.fingerprint
                and f.seen_on >= {first} and f.seen_on < {end}{within}
            order by f.article_version_id
            limit {limit}
        )"""
_IN_WINDOW: LiteralString = " and f.seen_on between %(earliest)s and %(latest)s"
_CANDIDATES: LiteralString = """
with shared as (
    select held.article_version_id, count(*) as fingerprint_count
    from unnest(%(fingerprints)s::bigint[]) as wanted(fingerprint)
    cross join lateral (
        select months.article_version_id
        from ({months}) as months
        limit {limit}
    ) as held
    group by held.article_version_id
)
select v.article_id
from shared
join news.article_versions as v on v.article_version_id = shared.article_version_id
where v.is_current
order by shared.fingerprint_count desc, v.article_id
"""


def sharing_articles(
    conn: Connection,
    day: date,
    fingerprints: Sequence[int],
    *,
    window_days: int,
    limit: int,
) -> list[int]:
    """Return the articles whose current version has one of these fingerprints, most shared first.

    Of a fingerprint that more than ``limit`` articles share, the oldest articles are taken: first
    those of the months that lie completely in the window, then those of the two months at its
    edges, which are read from their first day on.

    Args:
        conn: to a migrated store.
        day: the day on which the article with these fingerprints was first seen; the article is in
            the result too.
        fingerprints: of its text, or some of them.
        window_days: the largest distance between the days on which two articles were first seen.
        limit: articles taken for one fingerprint.
    """
    reach = timedelta(days=window_days)
    query = candidate_query(day - reach, day + reach, limit)
    values = {
        "fingerprints": sorted(set(fingerprints)),
        "earliest": day - reach,
        "latest": day + reach,
    }
    return [row[0] for row in conn.execute(query, values)]


def candidate_query(earliest: date, latest: date, limit: int) -> sql.SQL:
    """Return the query for a window.

    All days with the same months give the same text, so that the server plans it once for a
    connection and not for each look-up.
    """
    return _query_for_months(earliest.replace(day=1), latest.replace(day=1), limit)


@lru_cache(maxsize=64)
def _query_for_months(first: date, last: date, limit: int) -> sql.SQL:
    months = [first]
    while months[-1] < last:
        months.append(month_after(months[-1], 1))
    edges = [last, first] if last > first else [first]
    branches = [_month(month, limit) for month in months if month not in edges]
    branches += [_month(month, limit, _IN_WINDOW) for month in edges]
    query = sql.SQL(_CANDIDATES).format(
        months=sql.SQL("\n        union all\n        ").join(branches), limit=sql.Literal(limit)
    )
    # Composed once and cached: composing it at each look-up took as long as sending it.
    return sql.SQL(query.as_string())


def _month(month: date, limit: int, within: LiteralString = "") -> sql.Composed:
    return sql.SQL(_MONTH).format(
        first=sql.Literal(month.isoformat()),
        end=sql.Literal(month_after(month, 1).isoformat()),
        within=sql.SQL(within),
        limit=sql.Literal(limit),
    )


Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DuplicateDecision:
    """A person's decision that two articles are not duplicates, with their URLs."""

    article_id_a: int
    article_id_b: int
    url_a: str
    url_b: str
    reason: str | None
    decided_by: str
    decided_at: datetime


def find_article(conn: Connection, name: str) -> int:
    """Return the id of the article with this id, or to which this URL led.

    Raises:
        UsageError: there is none.
    """
    number = int(name) if name.isascii() and name.isdigit() and len(name) <= 18 else None
    row = conn.execute(
        "select article_id from news.articles"
        " where article_id = %(id)s or canonical_url = %(url)s"
        " union all"
        " select article_id from news.pages"
        " where canonical_url = %(url)s and article_id is not null"
        " limit 1",
        {"id": number, "url": "" if number is not None else canonical_url(name)},
    ).fetchone()
    if row is None:
        raise UsageError(
            f"no article {name}: give an article_id or a URL of mart.articles;"
            f" dateline fate {name} shows what became of a URL"
        )
    return int(row[0])


def group_members(conn: Connection, article_id: int) -> list[int]:
    """Return the other articles of an article's group and all others that it is a duplicate of.

    The latter would take it into their group once it left its own. The list is empty for an article
    without a group.
    """
    found = conn.execute(
        "with own as (select article_id, duplicate_group_id from news.articles"
        "  where article_id = %s and duplicate_group_id is not null)"
        " select other.article_id from own join news.articles as other"
        "  using (duplicate_group_id) where other.article_id <> own.article_id"
        " union select r.article_id_b from own join news.text_reuse as r"
        "  on r.article_id_a = own.article_id and r.relation <> 'partial'"
        " union select r.article_id_a from own join news.text_reuse as r"
        "  on r.article_id_b = own.article_id and r.relation <> 'partial'"
        " order by 1",
        (article_id,),
    )
    return [row[0] for row in found]


def declare_different(
    conn: Connection, pairs: Sequence[Pair], reason: str | None, decided_by: str
) -> None:
    """Store that these pairs are not duplicates, in place of what was decided about them before.

    Args:
        conn: inside ``dedup_lock``.
        pairs: article ids, in any order within a pair.
        reason: in the words of the person who decides; None keeps the stored one.
        decided_by: the person's name.
    """
    lows, highs = _columns(pairs)
    conn.execute(
        "insert into news.duplicate_decisions as d"
        " (article_id_a, article_id_b, decision, reason, decided_by)"
        " select a, b, 'not_duplicate', %s, %s"
        " from unnest(%s::bigint[], %s::bigint[]) as w(a, b)"
        " on conflict (article_id_a, article_id_b) do update set"
        " reason = coalesce(excluded.reason, d.reason), decided_by = excluded.decided_by,"
        " decided_at = excluded.decided_at",
        (reason, decided_by, lows, highs),
    )


def withdraw_decisions(
    conn: Connection, article_id: int, other_id: int | None = None
) -> list[Pair]:
    """Delete the decision about two articles, or all about one; return the pairs.

    Args:
        conn: inside ``dedup_lock``.
        article_id: one article.
        other_id: the other one; None for any.
    """
    found = conn.execute(
        "delete from news.duplicate_decisions"
        " where %(one)s in (article_id_a, article_id_b)"
        " and (%(two)s::bigint is null or %(two)s in (article_id_a, article_id_b))"
        " returning article_id_a, article_id_b",
        {"one": article_id, "two": other_id},
    )
    return sorted((row[0], row[1]) for row in found)


def pairs_kept_apart(conn: Connection, ids: Collection[int]) -> list[Pair]:
    """Return the decided pairs of which both articles are among these."""
    found = conn.execute(
        "select article_id_a, article_id_b from news.duplicate_decisions"
        " where article_id_a = any(%(ids)s) and article_id_b = any(%(ids)s)"
        " order by article_id_a, article_id_b",
        {"ids": list(ids)},
    )
    return [(row[0], row[1]) for row in found]


def decisions(conn: Connection) -> list[DuplicateDecision]:
    """Return all decisions, the newest first."""
    found = conn.execute(
        "select d.article_id_a, d.article_id_b, a.canonical_url, b.canonical_url, d.reason,"
        " d.decided_by, d.decided_at"
        " from news.duplicate_decisions as d"
        " join news.articles as a on a.article_id = d.article_id_a"
        " join news.articles as b on b.article_id = d.article_id_b"
        " order by d.decided_at desc, d.article_id_a, d.article_id_b"
    )
    return [DuplicateDecision(*row) for row in found]


def _columns(pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    return [low for low, _ in ordered], [high for _, high in ordered]


def update_group_agencies(conn: Connection, article_ids: Collection[int]) -> None:
    """Set the agency of every group that one of these articles is in, from its members' credits.

    Args:
        conn: inside the transaction that changed the groups, or a credit.
        article_ids: articles whose group or credit changed; those without a group are ignored.
    """
    found = conn.execute(
        """
        select a.duplicate_group_id, v.agency, v.credit_kind,
            coalesce(a.published_at, a.first_seen_at)
        from news.articles as a
        join news.article_versions as v on v.article_id = a.article_id and v.is_current
        where v.agency is not null and v.credit_kind is not null and a.duplicate_group_id = any(
            select x.duplicate_group_id from news.articles as x where x.article_id = any(%s)
        )
        """,
        (list(article_ids),),
    )
    credits: defaultdict[int, list[GroupCredit]] = defaultdict(list)
    for group_id, *credit in found:
        credits[group_id].append(GroupCredit(*credit))
    origins = {group_id: origin_agency(each) for group_id, each in credits.items()}
    conn.execute(
        """
        update news.duplicate_groups as g set origin_agency = o.agency
        from (
            select distinct a.duplicate_group_id as group_id, w.agency
            from news.articles as a
            left join unnest(%s::bigint[], %s::text[]) as w(group_id, agency)
                on w.group_id = a.duplicate_group_id
            where a.article_id = any(%s)
        ) as o
        where g.duplicate_group_id = o.group_id and g.origin_agency is distinct from o.agency
        """,
        (list(origins), list(origins.values()), list(article_ids)),
    )


WINDOW_DAYS = 60
"""Texts first seen further apart are no candidates, since copies come within days. The distance is
between the two texts and not to today, so that an archive gives the same relations on any day."""
_LOCK = 0x646C_6470
_MIRRORED: dict[str, Relation] = {"a_in_b": "b_in_a", "b_in_a": "a_in_b"}


@contextmanager
def dedup_lock(conn: Connection) -> Iterator[None]:
    """Hold the lock on looking for copies, in one transaction that ends with the block."""
    with conn.transaction():
        conn.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        yield


def pending_dedup(conn: Connection, limit: int | None = None) -> dict[int, int]:
    """Return the current versions whose copies were not looked for, by article id, oldest first."""
    found = conn.execute(
        "select article_id, article_version_id from news.article_versions"
        " where is_current and deduplicated_at is null order by article_version_id limit %s",
        (limit,),
    )
    return dict(found.fetchall())


def save_fingerprints(
    conn: Connection, versions: Mapping[int, int], fingerprints: Mapping[int, Sequence[int]]
) -> dict[int, list[int]]:
    """Store the fingerprints of these articles and delete those of their earlier versions.

    Args:
        conn: inside ``dedup_lock``.
        versions: version id by article id, as ``pending_dedup`` gave them.
        fingerprints: of each article's text.

    Returns:
        The fingerprints that each article had before and no longer has.
    """
    gone = conn.execute(
        "delete from news.article_fingerprints as f using news.article_versions as v"
        " where f.article_version_id = v.article_version_id and v.article_id = any(%s)"
        " returning v.article_id, f.fingerprint",
        (list(versions),),
    )
    lost: defaultdict[int, set[int]] = defaultdict(set)
    for article_id, fingerprint in gone:
        lost[article_id].add(fingerprint)
    days = _first_seen_days(conn, list(versions))
    rows = [
        (fingerprint, versions[article_id], days[article_id])
        for article_id in days
        for fingerprint in sorted(set(fingerprints.get(article_id, ())))
    ]
    ensure_months(conn, FINGERPRINTS, days.values())
    columns = {"fingerprint": "int8", "article_version_id": "int8", "seen_on": "date"}
    copy_rows(conn, "news.article_fingerprints", columns, rows)
    left = {each: sorted(had.difference(fingerprints.get(each, ()))) for each, had in lost.items()}
    return {article_id: keys for article_id, keys in left.items() if keys}


def _first_seen_days(conn: Connection, ids: Sequence[int]) -> dict[int, date]:
    found = conn.execute(
        "select article_id, (first_seen_at at time zone 'UTC')::date from news.articles"
        " where article_id = any(%s)",
        (list(ids),),
    )
    return dict(found.fetchall())


class PostgresCandidates:
    """A ``CandidateStore`` (see ``pipeline/dedupe/candidates.py``) over all current versions.

    Args:
        conn: inside ``dedup_lock``, after ``save_fingerprints`` of the new texts. Answers are
            cached: all pages of an outlet and day look for the articles with its boilerplate.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._days: dict[int, date] = {}
        self._found: dict[tuple[date, tuple[int, ...]], list[int]] = {}

    def candidates(self, text_id: int, fingerprints: Sequence[int]) -> list[int]:
        """Return the articles that share a fingerprint, most shared first, then by id."""
        day = self._day(text_id)
        if day is None:
            return []
        asked = day, tuple(fingerprints)
        if asked not in self._found:
            self._found[asked] = sharing_articles(
                self._conn, *asked, window_days=WINDOW_DAYS, limit=MAX_TEXTS_PER_FINGERPRINT
            )
        return [each for each in self._found[asked] if each != text_id]

    def texts(self, ids: Collection[int]) -> dict[int, CandidateText]:
        """Return the current texts of these articles; those that were deleted are left out."""
        found = self._conn.execute(
            "select a.article_id, v.body_text, s.source_key,"
            " coalesce(a.published_at, a.first_seen_at), (a.first_seen_at at time zone 'UTC')::date"
            " from news.articles as a"
            " join news.article_versions as v on v.article_id = a.article_id and v.is_current"
            " join news.sources as s on s.source_id = a.source_id"
            " where a.article_id = any(%s)",
            (list(ids),),
        )
        texts = {}
        for *columns, day in found:
            texts[columns[0]] = CandidateText(*columns)
            self._days[columns[0]] = day
        return texts

    def _day(self, article_id: int) -> date | None:
        if article_id not in self._days:
            self._days |= _first_seen_days(self._conn, [article_id])
        return self._days.get(article_id)


def save_matches(
    conn: Connection,
    new: Collection[int],
    matches: Iterable[Match],
    retracted: Iterable[tuple[int, int]] = (),
    method_version: str = METHOD_VERSION,
) -> set[int]:
    """Store relations, over those of the same pairs, and return the articles they changed for.

    Args:
        conn: inside ``dedup_lock``.
        new: articles with a new text; all their earlier relations are deleted.
        matches: a and b in any order.
        retracted: pairs that are no longer related.
        method_version: the version of the method that compared them.
    """
    touched = set(new)
    gone = conn.execute(
        "delete from news.text_reuse where article_id_a = any(%(new)s)"
        " or article_id_b = any(%(new)s) returning article_id_a, article_id_b",
        {"new": list(new)},
    ).fetchall()
    pairs = [(min(pair), max(pair)) for pair in retracted]
    conn.execute(
        "delete from news.text_reuse as r using unnest(%s::bigint[], %s::bigint[]) as w(a, b)"
        " where r.article_id_a = w.a and r.article_id_b = w.b",
        ([a for a, _ in pairs], [b for _, b in pairs]),
    )
    ordered = sorted((_ordered(match) for match in matches), key=lambda match: (match.a, match.b))
    with conn.cursor() as cursor:
        cursor.executemany(_UPSERT_MATCH, [_match_row(each, method_version) for each in ordered])
    for pair in (*gone, *pairs, *((match.a, match.b) for match in ordered)):
        touched.update(pair)
    return touched


_UPSERT_MATCH = """
insert into news.text_reuse (article_id_a, article_id_b, relation, jaccard, containment_a,
    containment_b, shared_words, method_version)
values (%s, %s, %s, %s, %s, %s, %s, %s)
on conflict (article_id_a, article_id_b) do update set
    relation = excluded.relation,
    jaccard = excluded.jaccard,
    containment_a = excluded.containment_a,
    containment_b = excluded.containment_b,
    shared_words = excluded.shared_words,
    method_version = excluded.method_version,
    detected_at = now()
"""


def _ordered(match: Match) -> Match:
    if match.a < match.b:
        return match
    relation = _MIRRORED.get(match.relation, match.relation)
    return Match(
        match.b,
        match.a,
        relation,
        match.jaccard,
        match.containment_b,
        match.containment_a,
        match.shared_words,
    )


def _match_row(match: Match, method_version: str) -> tuple[object, ...]:
    scores = (match.jaccard, match.containment_a, match.containment_b)
    return (
        match.a,
        match.b,
        match.relation,
        *(min(1.0, max(0.0, float(score))) for score in scores),
        int(match.shared_words),
        method_version,
    )


def matches_of(conn: Connection, ids: Collection[int]) -> list[Match]:
    """Return the stored relations of these articles, a < b in each."""
    found = conn.execute(
        "select article_id_a, article_id_b, relation, jaccard, containment_a, containment_b,"
        " shared_words from news.text_reuse"
        " where article_id_a = any(%(ids)s) or article_id_b = any(%(ids)s)"
        " order by article_id_a, article_id_b",
        {"ids": list(ids)},
    )
    return [Match(*row) for row in found]


def group_texts(conn: Connection, ids: Collection[int]) -> list[GroupText]:
    """Return the facts that grouping needs about these articles, ordered by id."""
    found = conn.execute(
        "select a.article_id, v.word_count, a.published_at, a.first_seen_at"
        " from news.articles as a"
        " join news.article_versions as v on v.article_id = a.article_id and v.is_current"
        " where a.article_id = any(%s) order by a.article_id",
        (list(ids),),
    )
    return [GroupText(*row) for row in found]


def group_ids(conn: Connection, ids: Collection[int]) -> dict[int, int]:
    """Return the group of each of these articles that has one."""
    found = conn.execute(
        "select article_id, duplicate_group_id from news.articles"
        " where article_id = any(%s) and duplicate_group_id is not null",
        (list(ids),),
    )
    return dict(found.fetchall())


def save_groups(
    conn: Connection, considered: Collection[int], groups: Sequence[Membership]
) -> None:
    """Set the groups of articles; an article that is in none of the groups leaves its own.

    Args:
        conn: inside ``dedup_lock``.
        considered: every article whose group may have changed, the members of ``groups`` included.
        groups: ``group_id`` is None for a new group.
    """
    before = set(group_ids(conn, considered).values())
    rows: list[tuple[int, int | None, bool | None]] = []
    for each in groups:
        group_id = each.group_id if each.group_id is not None else _new_group(conn)
        rows += [(member, group_id, member == each.original) for member in each.members]
    ungrouped = set(considered) - {row[0] for row in rows}
    rows += [(article_id, None, None) for article_id in ungrouped]
    rows.sort(key=lambda row: row[0])
    conn.execute(
        "update news.articles as a set duplicate_group_id = w.group_id, is_group_original = w.first"
        " from unnest(%s::bigint[], %s::bigint[], %s::boolean[]) as w(article_id, group_id, first)"
        " where a.article_id = w.article_id and (a.duplicate_group_id, a.is_group_original)"
        " is distinct from (w.group_id, w.first)",
        tuple([row[column] for row in rows] for column in range(3)),
    )
    conn.execute(
        "delete from news.duplicate_groups as g where g.duplicate_group_id = any(%s) and not exists"
        " (select from news.articles as a where a.duplicate_group_id = g.duplicate_group_id)",
        (list(before),),
    )
    update_group_agencies(conn, considered)


def _new_group(conn: Connection) -> int:
    row = conn.execute(
        "insert into news.duplicate_groups default values returning duplicate_group_id"
    ).fetchone()
    return int(row[0]) if row else 0


def mark_deduplicated(conn: Connection, version_ids: Collection[int]) -> None:
    """Mark these versions as looked up for copies."""
    conn.execute(
        "update news.article_versions set deduplicated_at = now()"
        " where article_version_id = any(%s)",
        (list(version_ids),),
    )
