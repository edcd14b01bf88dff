"""Article versions as rows: statements made from the table of ``article_columns.py``."""

from collections.abc import Sequence
from datetime import UTC, datetime

from psycopg import Connection

from pipeline.models import Article
from pipeline.text import storable
from pipeline.warehouse.article_columns import COLUMNS, NewVersion, reading
from pipeline.warehouse.transactions import copy_rows, take_ids

_BLOCK_COLUMNS = {
    "article_version_id": "int8",
    "block_no": "int4",
    "block_text": "text",
    "reason": "text",
    "article_count": "int4",
}


_METADATA = [each for each in COLUMNS if each.kind in ("fact", "later")]
"""Columns that ``update_metadata`` updates; ``modified_at`` follows the source's zone while its
text is the same."""
_MODIFIED_AT = (
    "case when v.modified_text = n.modified_text then n.modified_at"
    " when v.modified_text is null then coalesce(v.modified_at, n.modified_at)"
    " else v.modified_at end"
)
"""SQL for the new ``modified_at``; null where the same text is now a time of unknown zone."""


def insert_versions(conn: Connection, versions: Sequence[NewVersion]) -> list[int]:
    """Copy versions and their removed blocks into the store and return their ids, in order.

    The new versions are not current (``is_current = false``); the caller chooses the current one.
    The caller holds the articles' rows locked and has checked that none of these texts is stored.
    """
    ids = take_ids(conn, "news.article_versions", "article_version_id", len(versions))
    numbered = list(zip(ids, versions, strict=True))
    readings = [reading(*each) for each in numbered]
    rows = [[column.read(each) for column in COLUMNS] for each in readings]
    copy_rows(conn, "news.article_versions", {each.name: each.type for each in COLUMNS}, rows)
    blocks = [block for number, version in numbered for block in _blocks(number, version.article)]
    copy_rows(conn, "news.removed_blocks", _BLOCK_COLUMNS, blocks)
    return ids


def update_metadata(conn: Connection, version_id: int, article: Article) -> bool:
    """Update the metadata of a version (authors, dates, removed blocks), but not its text.

    Args:
        conn: inside a transaction that holds the article locked.
        version_id: the version.
        article: what its page says, with the version's title and text.

    Returns:
        Whether any metadata or the text or reason of a removed block changed. A new
        ``article_count`` of a removed block alone is not stored and does not count as a change.
    """
    now = reading(version_id, NewVersion(0, 0, article, 0, 0, datetime.now(UTC)))
    values = [column.read(now) for column in _METADATA]
    done = conn.execute(_UPDATE_METADATA, (*values, version_id))
    return _update_blocks(conn, version_id, article) or done.rowcount > 0


def _update_blocks(conn: Connection, version_id: int, article: Article) -> bool:
    found = conn.execute(
        "select block_text, reason from news.removed_blocks where article_version_id = %s"
        " order by block_no",
        (version_id,),
    )
    blocks = _blocks(version_id, article)
    if found.fetchall() == [(text, reason) for _, _, text, reason, _ in blocks]:
        return False
    conn.execute("delete from news.removed_blocks where article_version_id = %s", (version_id,))
    copy_rows(conn, "news.removed_blocks", _BLOCK_COLUMNS, blocks)
    return True


def _blocks(version_id: int, article: Article) -> list[tuple[int, int, str, str, int | None]]:
    return [
        (version_id, block_no, storable(block.text), block.reason, block.article_count)
        for block_no, block in enumerate(article.removed, start=1)
    ]


def _metadata_statement() -> str:
    names = [each.name for each in _METADATA]
    given = ", ".join(f"%s::{each.type} as {each.name}" for each in _METADATA)
    values = {
        each.name: f"coalesce(v.{each.name}, n.{each.name})"
        if each.kind == "later"
        else f"n.{each.name}"
        for each in _METADATA
    }
    new = ", ".join((values | {"modified_at": _MODIFIED_AT}).values())
    old = ", ".join(f"v.{name}" for name in names)
    return (
        f"update news.article_versions as v set ({', '.join(names)}) = row({new})"  # noqa: S608
        f" from (select {given}) as n"
        f" where v.article_version_id = %s and ({old}) is distinct from ({new})"
    )


_UPDATE_METADATA = _metadata_statement().encode()
