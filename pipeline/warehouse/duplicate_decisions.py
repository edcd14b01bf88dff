"""What people decided about copies: pairs of articles that never share a group.

A decision names articles, not texts: it outlives new versions, reprocessing and the method. Knows
nothing of how groups are made; whoever changes a decision renews them, in the same ``turn``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from pipeline.errors import UsageError
from pipeline.urls import canonical_url

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, with the URLs of its articles."""

    article_id_a: int
    article_id_b: int
    url_a: str
    url_b: str
    reason: str | None
    decided_by: str
    decided_at: datetime


def article_named(conn: Connection, name: str) -> int:
    """Return the id of an article that is named by its id or by any URL that led to it.

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
            f" dateline fate {name} tells what became of a URL"
        )
    return int(row[0])


def copies_of(conn: Connection, article_id: int) -> list[int]:
    """Return the other articles of its group, and those that it would join without them.

    Empty for an article without a group.
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


def decide(conn: Connection, pairs: Sequence[Pair], reason: str | None, decided_by: str) -> None:
    """Store that these pairs are not duplicates; what was decided before is decided anew.

    Args:
        conn: inside ``turn``.
        pairs: article ids, in any order within a pair.
        reason: in the words of whoever decides; None keeps the one that is there.
        decided_by: who decides.
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


def withdraw(conn: Connection, article_id: int, other_id: int | None = None) -> list[Pair]:
    """Delete the decision about two articles, or all about one; return the pairs.

    Args:
        conn: inside ``turn``.
        article_id: one article.
        other_id: the other; None for whichever.
    """
    found = conn.execute(
        "delete from news.duplicate_decisions"
        " where %(one)s in (article_id_a, article_id_b)"
        " and (%(two)s::bigint is null or %(two)s in (article_id_a, article_id_b))"
        " returning article_id_a, article_id_b",
        {"one": article_id, "two": other_id},
    )
    return sorted((row[0], row[1]) for row in found)


def pairs_apart(conn: Connection, ids: Collection[int]) -> list[Pair]:
    """Return the decided pairs that lie within these articles."""
    found = conn.execute(
        "select article_id_a, article_id_b from news.duplicate_decisions"
        " where article_id_a = any(%(ids)s) and article_id_b = any(%(ids)s)"
        " order by article_id_a, article_id_b",
        {"ids": list(ids)},
    )
    return [(row[0], row[1]) for row in found]


def decisions(conn: Connection) -> list[Decision]:
    """Return all decisions, the newest first."""
    found = conn.execute(
        "select d.article_id_a, d.article_id_b, a.canonical_url, b.canonical_url, d.reason,"
        " d.decided_by, d.decided_at"
        " from news.duplicate_decisions as d"
        " join news.articles as a on a.article_id = d.article_id_a"
        " join news.articles as b on b.article_id = d.article_id_b"
        " order by d.decided_at desc, d.article_id_a, d.article_id_b"
    )
    return [Decision(*row) for row in found]


def _columns(pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    return [low for low, _ in ordered], [high for _, high in ordered]
