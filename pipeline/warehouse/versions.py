"""Article versions as rows: the map from an ``Article`` to columns, and statements that use it."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.types.json import Jsonb

from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.line_rules.dates import parse_instant
from pipeline.models import Article, Contributor, StatedTitle
from pipeline.text import content_sha256, normalise, squeeze, storable, word_count
from pipeline.warehouse.transactions import copy_rows, take_ids

_COLUMNS = {
    "article_version_id": "int8",
    "article_id": "int8",
    "version_no": "int4",
    "content_sha256": "bytea",
    "body_sha256": "bytea",
    "is_current": "bool",
    "title": "text",
    "title_origin": "text",
    "title_alternatives": "jsonb",
    "byline": "text",
    "authors": "text[]",
    "authors_origin": "text",
    "contributors": "jsonb",
    "body_text": "text",
    "word_count": "int4",
    "language_code": "text",
    "language_confidence": "float4",
    "language_origin": "text",
    "article_kind": "text",
    "section_name": "text",
    "categories": "text[]",
    "tags": "text[]",
    "agency": "text",
    "credit_line": "text",
    "credit_kind": "text",
    "update_note": "text",
    "is_wire_copy": "bool",
    "comment_count": "int4",
    "is_paywalled": "bool",
    "quality_score": "float4",
    "site_name": "text",
    "image_url": "text",
    "published_at": "timestamptz",
    "published_local": "timestamp",
    "published_zone": "text",
    "published_text": "text",
    "published_origin": "text",
    "published_precision": "text",
    "modified_at": "timestamptz",
    "modified_text": "text",
    "modified_origin": "text",
    "refused_dates": "text[]",
    "first_seen_at": "timestamptz",
    "last_seen_at": "timestamptz",
    "first_run_id": "int8",
    "first_fetch_id": "int8",
    "extractor_version": "text",
    "made_by": "text",
}
"""Columns of ``news.article_versions`` with their types, in the order of the values of ``_row``."""
_BLOCK_COLUMNS = {
    "article_version_id": "int8",
    "block_no": "int4",
    "block_text": "text",
    "reason": "text",
    "article_count": "int4",
}


_NO_METADATA_COLUMNS = frozenset(
    "article_version_id article_id version_no content_sha256 body_sha256 is_current title body_text"
    " word_count comment_count first_seen_at last_seen_at first_run_id first_fetch_id"
    " extractor_version made_by".split()
)
"""Columns that ``update_metadata`` leaves alone: the text, its keys, and how it came here."""
_SET_BY_LATER_PAGES = frozenset("update_note modified_at modified_text modified_origin".split())
"""Columns that later pages with the same text update, so reprocessing the first page may fill them
but not overwrite them; ``modified_at`` follows the source's zone while its text is the same."""
_MODIFIED_AT = (
    "case when v.modified_text = n.modified_text then n.modified_at"
    " when v.modified_text is null then coalesce(v.modified_at, n.modified_at)"
    " else v.modified_at end"
)
"""SQL for the new ``modified_at``; null where the same text is now a time of unknown zone."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """One text of an article that is not stored yet."""

    article_id: int
    version_no: int
    article: Article
    run_id: int
    fetch_id: int
    fetched_at: datetime
    made_by: Literal["page", "reprocess"] = "page"
    """``reprocess``: the publisher changed nothing, a newer extraction reads the text better."""


def version_sha256(article: Article) -> bytes:
    """Return the identity of a version: a digest of the normalised title and text.

    The two are joined by a line break rather than a blank, since "A" with the text "B c" and "A B"
    with the text "c" are different versions.
    """
    joined = f"{normalise(article.title or '')}\n{normalise(article.text or '')}"
    return hashlib.sha256(joined.encode()).digest()


def insert_versions(conn: Connection, versions: Sequence[NewVersion]) -> list[int]:
    """Copy versions and their removed blocks into the store and return their ids, in order.

    The new versions are not current (``is_current = false``); the caller chooses the current one.
    The caller holds the articles' rows locked and has checked that none of these texts is stored.
    """
    ids = take_ids(conn, "news.article_versions", "article_version_id", len(versions))
    numbered = list(zip(ids, versions, strict=True))
    copy_rows(conn, "news.article_versions", _COLUMNS, [_row(*each) for each in numbered])
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
    now = datetime.now(UTC)
    row = _row(version_id, NewVersion(0, 0, article, 0, 0, now))
    values = {
        name: value
        for name, value in zip(_COLUMNS, row, strict=True)
        if name not in _NO_METADATA_COLUMNS
    }
    done = conn.execute(_UPDATE_METADATA, (*values.values(), version_id))
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
    names = [name for name in _COLUMNS if name not in _NO_METADATA_COLUMNS]
    given = ", ".join(f"%s::{_COLUMNS[name]} as {name}" for name in names)
    values = {
        name: f"coalesce(v.{name}, n.{name})" if name in _SET_BY_LATER_PAGES else f"n.{name}"
        for name in names
    }
    new = ", ".join((values | {"modified_at": _MODIFIED_AT}).values())
    old = ", ".join(f"v.{name}" for name in names)
    return (
        f"update news.article_versions as v set ({', '.join(names)}) = row({new})"  # noqa: S608
        f" from (select {given}) as n"
        f" where v.article_version_id = %s and ({old}) is distinct from ({new})"
    )


_UPDATE_METADATA = _metadata_statement().encode()


def _row(number: int, version: NewVersion) -> tuple[Any, ...]:
    """Return the values of a version in the order of ``_COLUMNS``."""
    article = version.article
    text = storable(article.text or "")
    return (
        number,
        version.article_id,
        version.version_no,
        version_sha256(article),
        content_sha256(text),
        False,
        _line(article.title),
        article.title_origin,
        _objects(article.title_alternatives),
        _line(", ".join(article.authors)),
        _lines(article.authors),
        article.authors_origin,
        _objects(article.contributors),
        text,
        word_count(text),
        article.language,
        article.language_confidence,
        article.language_origin,
        article.kind,
        _line(article.section),
        _lines(article.categories),
        _lines(article.tags),
        _line(article.agency),
        _line(article.credit_line),
        article.credit_kind,
        _line(article.update_note),
        article.credit_kind == "whole",
        plausible_count(article.comment_count),
        article.is_paywalled,
        article.quality_score,
        _line(article.site_name),
        _line(article.image_url),
        *_times(article),
        version.fetched_at,
        version.fetched_at,
        version.run_id,
        version.fetch_id,
        EXTRACTION_VERSION,
        version.made_by,
    )


def _times(article: Article) -> tuple[Any, ...]:
    """Return the values from ``published_at`` to ``refused_dates``, ordered as in ``_COLUMNS``."""
    published = parse_instant(article.published_at, article.time_zone)
    modified = parse_instant(article.modified_at, article.time_zone)
    return (
        published.at if published else None,
        published.local if published and published.at is None else None,
        published.zone if published else None,
        _line(article.published_at),
        article.published_origin,
        published.precision if published else None,
        modified.at if modified else None,
        _line(article.modified_at),
        article.modified_origin,
        _lines(article.refused_dates),
    )


def plausible_count(count: int | None) -> int | None:
    """Return a plausible comment count, or None for one like "99999999999 comments"."""
    return count if count is not None and 0 <= count < 10**9 else None


def _line(text: str | None) -> str | None:
    return squeeze(storable(text)) or None if text is not None else None


def _lines(texts: Sequence[str]) -> list[str]:
    return [line for line in map(_line, texts) if line]


def _objects(records: Sequence[StatedTitle | Contributor]) -> Jsonb:
    objects = [asdict(record) for record in records]
    return Jsonb([{key: storable(value) for key, value in each.items()} for each in objects])
