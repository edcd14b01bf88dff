"""Monthly partitions of fetches and fingerprints: made ahead of time."""

from datetime import date

from psycopg import Connection


def ensure_partitions(conn: Connection, today: date) -> list[str]:
    """Create this and the next two months' partitions where they are missing; return the new."""
    raise NotImplementedError
