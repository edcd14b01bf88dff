"""Sources as rows: the outlets that links and articles refer to."""

from collections.abc import Sequence

from psycopg import Connection

from pipeline.records import Source


def upsert_sources(conn: Connection, sources: Sequence[Source]) -> dict[str, int]:
    """Store these sources and return their ids by key; sources not named stay as they are."""
    raise NotImplementedError


def active_sources(conn: Connection) -> list[str]:
    """Return the keys of the active sources, sorted."""
    raise NotImplementedError
