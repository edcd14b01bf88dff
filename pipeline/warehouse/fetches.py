"""Fetches as rows, the pages that wait for extraction, and the throttle that fetchers share.

Bodies are in the WARC archive; a row holds the file and offset (``raw_uri``). The throttle keeps
one row per authority, so that the fetchers of all machines keep one crawl delay together.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from pipeline.models import REFUSED_KINDS, Response
from pipeline.text import one_line, storable
from pipeline.warehouse.sources import source_ids
from pipeline.warehouse.transactions import copy_rows, take_ids, transact

_COLUMNS = {
    "fetch_id": "int8",
    "run_id": "int8",
    "source_id": "int4",
    "attempt_id": "int8",
    "link_id": "int8",
    "requested_url": "text",
    "final_url": "text",
    "fetched_at": "timestamptz",
    "http_status": "int2",
    "content_type": "text",
    "etag": "text",
    "last_modified": "text",
    "body_bytes": "int4",
    "body_sha256": "bytea",
    "raw_uri": "text",
    "error": "text",
    "elapsed_ms": "int4",
    "ip_address": "text",
    "reservations": "text[]",
    "moved_from": "text[]",
}


@dataclass(frozen=True, slots=True)
class FetchRow:
    """One request as a row; times in UTC."""

    attempt_id: int
    source_key: str
    requested_url: str
    final_url: str
    fetched_at: datetime
    http_status: int | None = None
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_bytes: int = 0
    body_sha256: bytes | None = None
    raw_uri: str | None = None
    """WARC file and offset; None where there is no body to read."""
    error: str | None = None
    elapsed_ms: int | None = None
    ip_address: str | None = None
    reservations: tuple[str, ...] = ()
    moved_from: tuple[str, ...] = ()
    """Addresses that redirected to the final one; none if one of the redirects was temporary."""

    @classmethod
    def of(
        cls, attempt_id: int, source_key: str, response: Response, raw_uri: str | None
    ) -> "FetchRow":
        """Return the row of a response."""
        body = response.body
        failed = f"{response.outcome}: {response.reason}" if response.outcome else None
        return cls(
            attempt_id=attempt_id,
            source_key=source_key,
            requested_url=response.requested_url,
            final_url=response.final_url,
            fetched_at=response.fetched_at,
            http_status=response.status,
            content_type=response.header("content-type"),
            etag=response.header("etag"),
            last_modified=response.header("last-modified"),
            body_bytes=len(body),
            body_sha256=hashlib.sha256(body).digest() if body else None,
            raw_uri=raw_uri,
            error=failed,
            elapsed_ms=response.elapsed_ms,
            ip_address=response.ip_address,
            reservations=response.reservations,
            moved_from=response.redirects if response.moved_to else (),
        )


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A fetched page whose attempt has no outcome yet, with what extraction needs."""

    fetch_id: int
    attempt_id: int
    run_id: int
    source_key: str
    language: str
    """The language that the source announces."""
    link_title: str | None
    link_published_at: str | None
    canonical_url: str
    """Canonical form of the link as discovered, before redirects."""
    final_url: str
    content_type: str | None
    raw_uri: str
    fetched_at: datetime
    time_zone: str | None
    """IANA zone of the source, for times that the page states without an offset."""
    admitted_kinds: Sequence[str] = ()
    """Kinds of pages that are no articles and whose text is stored: those that the source's file
    asks for, and all where the stored article is of such a kind, which a person asked for."""
    has_many_outlets: bool = False
    """Whether the source that listed it is of many outlets, so that the page tells its own."""
    found_by: str | None = None
    """How its link was found; None where a stored page is read again."""
    wanted_languages: Sequence[str] = ()
    """Languages that the source's file asks for; none where a stored page is read again."""


def record_fetches(conn: Connection, run_id: int, rows: Sequence[FetchRow]) -> list[int]:
    """Store requests in one transaction and return their fetch ids in the order given.

    An attempt that has a page already keeps it, and the id of that fetch is returned, so a second
    call with the same rows stores nothing.
    """

    def work(live: Connection) -> list[int]:
        attempts = _locked_attempts(live, [row.attempt_id for row in rows])
        known = {number: fetch_id for number, (_, fetch_id) in attempts.items() if fetch_id}
        new = [row for row in rows if row.attempt_id not in known]
        sources = source_ids(live, [row.source_key for row in new])
        ids = take_ids(live, "news.fetches", "fetch_id", len(new))
        copy_rows(
            live,
            "news.fetches",
            _COLUMNS,
            [
                _row(number, run_id, sources[row.source_key], attempts[row.attempt_id][0], row)
                for number, row in zip(ids, new, strict=True)
            ],
        )
        _set_fetch_of_attempts(live, dict(zip(ids, new, strict=True)))
        fresh = {id(row): number for number, row in zip(ids, new, strict=True)}
        return [fresh.get(id(row)) or known[row.attempt_id] for row in rows]

    return transact(conn, work)


def pending_pages(conn: Connection, limit: int | None = None) -> list[int]:
    """Return the ids of fetches whose page waits for extraction, of any run, oldest first."""
    found = conn.execute(
        "select fetch_id from ops.link_attempts where outcome is null and fetch_id is not null"
        " order by fetch_id limit %s",
        (limit,),
    )
    return [row[0] for row in found]


def pages(conn: Connection, fetch_ids: Sequence[int]) -> list[StoredPage]:
    """Return the pages of these fetches whose attempts have no outcome yet, ordered by fetch id."""
    found = conn.execute(
        """
        select f.fetch_id, a.attempt_id, a.run_id, s.source_key, s.language_code, l.link_title,
            l.link_published_at, l.canonical_url, f.final_url, f.content_type, f.raw_uri,
            f.fetched_at, s.time_zone,
            case
                when exists (
                    select from news.articles as own
                    join news.article_versions as v
                        on v.article_id = own.article_id and v.is_current
                    where own.canonical_url = l.canonical_url and v.article_kind = any(%(kinds)s)
                ) then %(kinds)s::text[]
                else s.admit_kinds
            end,
            s.has_many_outlets, l.found_by, s.wanted_languages
        from ops.link_attempts as a
        join ops.links as l on l.link_id = a.link_id
        join news.fetches as f on f.fetch_id = a.fetch_id
        join news.sources as s on s.source_id = a.source_id
        where a.fetch_id = any(%(ids)s) and a.outcome is null and f.raw_uri is not null
        order by f.fetch_id
        """,
        {"kinds": list(REFUSED_KINDS), "ids": list(fetch_ids)},
    )
    return [StoredPage(*row) for row in found]


def _row(number: int, run_id: int, source_id: int, link_id: int, row: FetchRow) -> tuple[Any, ...]:
    texts = (row.content_type, row.etag, row.last_modified)
    return (
        number,
        run_id,
        source_id,
        row.attempt_id,
        link_id,
        storable(row.requested_url),
        storable(row.final_url),
        row.fetched_at,
        row.http_status,
        *(storable(text) if text is not None else None for text in texts),
        row.body_bytes,
        row.body_sha256,
        row.raw_uri,
        one_line(row.error) if row.error else None,
        row.elapsed_ms,
        row.ip_address,
        list(row.reservations) or None,
        [storable(url) for url in row.moved_from] or None,
    )


def _locked_attempts(
    conn: Connection, attempt_ids: Sequence[int]
) -> dict[int, tuple[int, int | None]]:
    """Lock attempts and return the link and the fetch of each; the fetch is None before it."""
    found = conn.execute(
        "select attempt_id, link_id, fetch_id from ops.link_attempts where attempt_id = any(%s)"
        " order by attempt_id for update",
        (list(attempt_ids),),
    )
    return {attempt_id: (link_id, fetch_id) for attempt_id, link_id, fetch_id in found}


def _set_fetch_of_attempts(conn: Connection, stored: dict[int, FetchRow]) -> None:
    with_body = {number: row for number, row in stored.items() if row.raw_uri}
    conn.execute(
        "update ops.link_attempts as l set fetch_id = f.fetch_id, http_status = f.http_status"
        " from unnest(%s::bigint[], %s::bigint[], %s::smallint[])"
        " as f(fetch_id, attempt_id, http_status) where l.attempt_id = f.attempt_id",
        (
            list(with_body),
            [row.attempt_id for row in with_body.values()],
            [row.http_status for row in with_body.values()],
        ),
    )
