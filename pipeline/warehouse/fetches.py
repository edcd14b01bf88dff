"""Fetches: one row per request, and the pages that wait to be read.

The body itself lies in the archive under ``raw_uri``; this room stores only where.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from pipeline.records import Response


@dataclass(frozen=True, slots=True)
class FetchRow:
    """One request as it is stored; times in UTC."""

    link_id: int
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

    @classmethod
    def of(
        cls, link_id: int, source_key: str, response: Response, raw_uri: str | None
    ) -> "FetchRow":
        """Take the stored fields from a response."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A fetched page whose link is undecided, with what extraction needs to know of it."""

    fetch_id: int
    link_id: int
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


def record_fetches(conn: Connection, run_id: int, rows: Sequence[FetchRow]) -> list[int]:
    """Store requests in one transaction and return their fetch ids in the order given."""
    raise NotImplementedError


def pending_pages(conn: Connection, limit: int | None = None) -> list[int]:
    """Return the ids of fetches with a body whose link is undecided, of any run, oldest first."""
    raise NotImplementedError


def pages(conn: Connection, fetch_ids: Sequence[int]) -> list[StoredPage]:
    """Return the pages of these fetches that are still undecided, ordered by fetch id."""
    raise NotImplementedError
