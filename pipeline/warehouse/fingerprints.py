"""Near-duplicates on Postgres: fingerprints as rows, candidates, relations and groups.

A text's id is its ``article_id``, its text the article's current version. All that one call of the
stage does belongs into one ``turn``: two batches in flight could not see each other's fingerprints.
An article that gets a new version meanwhile simply waits for the next turn.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

from psycopg import Connection

from pipeline.dedupe.candidates import HOT_KEY_LIMIT, CandidateText
from pipeline.dedupe.fingerprints import METHOD_VERSION
from pipeline.dedupe.groups import GroupText, Membership
from pipeline.records import Match, Relation
from pipeline.warehouse.copying import copy_rows
from pipeline.warehouse.holders import holders
from pipeline.warehouse.partitions import FINGERPRINTS, ensure_months
from pipeline.warehouse.wire import renew_origins

WINDOW_DAYS = 60
"""Texts first seen further apart are no candidates: copies come within days. Counted between the
two, not from today, so that an archive of ten years gives the same relations on any day."""
_LOCK = 0x646C_6470
_MIRRORED: dict[str, Relation] = {"a_in_b": "b_in_a", "b_in_a": "a_in_b"}


@contextmanager
def turn(conn: Connection) -> Iterator[None]:
    """Hold the only turn to look for copies, in one transaction that ends with the block."""
    with conn.transaction():
        conn.execute("select pg_advisory_xact_lock(%s)", (_LOCK,))
        yield


def pending_dedup(conn: Connection, limit: int | None = None) -> dict[int, int]:
    """Return the current versions whose copies were not sought yet, by article id, oldest first."""
    found = conn.execute(
        "select article_id, article_version_id from news.article_versions"
        " where is_current and deduplicated_at is null order by article_version_id limit %s",
        (limit,),
    )
    return dict(found.fetchall())


def save_fingerprints(
    conn: Connection, versions: Mapping[int, int], fingerprints: Mapping[int, Sequence[int]]
) -> dict[int, list[int]]:
    """Store the fingerprints of these articles; those of their earlier versions go.

    Args:
        conn: inside ``turn``.
        versions: version id by article id, as ``pending_dedup`` gave them.
        fingerprints: of each article's text.

    Returns:
        The fingerprints that each article had and has no more.
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
    days = _days(conn, list(versions))
    rows = [
        (mark, versions[article_id], days[article_id])
        for article_id in days
        for mark in sorted(set(fingerprints.get(article_id, ())))
    ]
    ensure_months(conn, FINGERPRINTS, days.values())
    columns = {"fingerprint": "int8", "article_version_id": "int8", "seen_on": "date"}
    copy_rows(conn, "news.article_fingerprints", columns, rows)
    left = {each: sorted(had.difference(fingerprints.get(each, ()))) for each, had in lost.items()}
    return {article_id: keys for article_id, keys in left.items() if keys}


def _days(conn: Connection, ids: Sequence[int]) -> dict[int, date]:
    found = conn.execute(
        "select article_id, (first_seen_at at time zone 'UTC')::date from news.articles"
        " where article_id = any(%s)",
        (list(ids),),
    )
    return dict(found.fetchall())


class PostgresCandidates:
    """A ``CandidateStore`` (see ``pipeline/dedupe/candidates.py``) over all current versions.

    Args:
        conn: inside ``turn``, after ``save_fingerprints`` of the new texts. What was asked once is
            remembered: the pages of one outlet and day ask who else holds its furniture.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._days: dict[int, date] = {}
        self._holders: dict[tuple[date, tuple[int, ...]], list[int]] = {}

    def candidates(self, text_id: int, fingerprints: Sequence[int]) -> list[int]:
        """Return the articles that share a fingerprint, most shared first, then by id."""
        day = self._day(text_id)
        if day is None:
            return []
        asked = day, tuple(fingerprints)
        if asked not in self._holders:
            self._holders[asked] = holders(
                self._conn, *asked, window_days=WINDOW_DAYS, limit=HOT_KEY_LIMIT
            )
        return [each for each in self._holders[asked] if each != text_id]

    def texts(self, ids: Collection[int]) -> dict[int, CandidateText]:
        """Return the current texts of these articles; those that are gone are left out."""
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
            self._days |= _days(self._conn, [article_id])
        return self._days.get(article_id)


def save_matches(
    conn: Connection,
    new: Collection[int],
    matches: Iterable[Match],
    retracted: Iterable[tuple[int, int]] = (),
    method_version: str = METHOD_VERSION,
) -> set[int]:
    """Store relations over those that are there, and return every article whose relations changed.

    Args:
        conn: inside ``turn``.
        new: articles whose text is new: all their relations from before go.
        matches: as found; a and b in any order.
        retracted: pairs that relate no more.
        method_version: what judged them.
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
    """Return all stored relations that one of these articles takes part in (a < b)."""
    found = conn.execute(
        "select article_id_a, article_id_b, relation, jaccard, containment_a, containment_b,"
        " shared_words from news.text_reuse"
        " where article_id_a = any(%(ids)s) or article_id_b = any(%(ids)s)"
        " order by article_id_a, article_id_b",
        {"ids": list(ids)},
    )
    return [Match(*row) for row in found]


def group_texts(conn: Connection, ids: Collection[int]) -> list[GroupText]:
    """Return what grouping needs to know of these articles, ordered by id."""
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
    """Give the articles considered their groups; those in none of them lose theirs.

    Args:
        conn: inside ``turn``.
        considered: every article whose group may have changed; members of groups are among them.
        groups: with ``group_id`` None where a new one is needed.
    """
    before = set(group_ids(conn, considered).values())
    rows: list[tuple[int, int | None, bool | None]] = []
    for each in groups:
        group_id = each.group_id if each.group_id is not None else _new_group(conn)
        rows += [(member, group_id, member == each.original) for member in each.members]
    loners = set(considered) - {row[0] for row in rows}
    rows += [(article_id, None, None) for article_id in loners]
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
    renew_origins(conn, considered)


def _new_group(conn: Connection) -> int:
    row = conn.execute(
        "insert into news.duplicate_groups default values returning duplicate_group_id"
    ).fetchone()
    return int(row[0]) if row else 0


def mark_deduplicated(conn: Connection, version_ids: Collection[int]) -> None:
    """Note that the copies of these versions were sought."""
    conn.execute(
        "update news.article_versions set deduplicated_at = now()"
        " where article_version_id = any(%s)",
        (list(version_ids),),
    )
