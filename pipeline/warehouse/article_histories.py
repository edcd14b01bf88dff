"""Versions and edits that pass from one article to another, where pages turn out one or two.

``moves`` joins the histories of two articles, ``separations`` takes one apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection


@dataclass(frozen=True, slots=True)
class EditRow:
    """A row of ``news.article_edits``, without its article and number."""

    from_id: int
    to_id: int
    seen_at: datetime
    is_announced: bool | None
    is_comparable: bool | None
    run_id: int


def edits_of(conn: Connection, article_id: int) -> list[EditRow]:
    """Return the edits of an article in their order."""
    found = conn.execute(
        "select from_version_id, to_version_id, seen_at, is_announced, is_comparable, run_id"
        " from news.article_edits where article_id = %s order by edit_no",
        (article_id,),
    )
    return [EditRow(*row) for row in found]


def delete_edits(conn: Connection, article_ids: Sequence[int]) -> None:
    """Delete all edits of some articles."""
    conn.execute("delete from news.article_edits where article_id = any(%s)", (list(article_ids),))


def append_edits(conn: Connection, article_id: int, edits: Sequence[EditRow]) -> None:
    """Add edits to an article, numbered on from its last one."""
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into news.article_edits (article_id, edit_no, from_version_id, to_version_id,"
            " seen_at, is_announced, is_comparable, run_id)"
            " select %s, 1 + coalesce(max(edit_no), 0), %s, %s, %s, %s, %s, %s"
            " from news.article_edits where article_id = %s",
            [
                (
                    article_id,
                    each.from_id,
                    each.to_id,
                    each.seen_at,
                    each.is_announced,
                    each.is_comparable,
                    each.run_id,
                    article_id,
                )
                for each in edits
            ],
        )


def take_over_versions(conn: Connection, article_id: int, version_ids: Sequence[int]) -> None:
    """Give versions to an article, numbered on from its last one; none of them may be current."""
    conn.execute(
        "update news.article_versions as v set article_id = %(article)s, version_no = n.version_no"
        " from (select each.article_version_id, row_number() over (order by each.version_no)"
        " + (select coalesce(max(o.version_no), 0) from news.article_versions as o"
        " where o.article_id = %(article)s) as version_no"
        " from news.article_versions as each where each.article_version_id = any(%(ids)s)) as n"
        " where v.article_version_id = n.article_version_id",
        {"article": article_id, "ids": list(version_ids)},
    )
    renew_search_vectors(conn, version_ids)


def renew_search_vectors(conn: Connection, version_ids: Sequence[int]) -> None:
    """Make the search vectors of versions again, whose outlet may be another now.

    The outlet decides whether they hold the places of words (``text_for``).
    """
    conn.execute("select news.keep_search_vectors(%s::bigint[])", (list(version_ids),))
