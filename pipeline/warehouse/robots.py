"""robots.txt files that all processes remember together: ``ops.robots_files``."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from psycopg import Connection

from pipeline.fetch.robots import RobotsFile
from pipeline.outcomes import Outcome
from pipeline.text import one_line, storable
from pipeline.urls import authority
from pipeline.warehouse.transactions import transact

_COLUMNS = "authority, fetched_at, expires_at, http_status, outcome, reason, body, read_at, raw_uri"
_PUT = f"""
insert into ops.robots_files as f ({_COLUMNS})
values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (authority) do update set
    fetched_at = excluded.fetched_at,
    expires_at = excluded.expires_at,
    http_status = excluded.http_status,
    outcome = excluded.outcome,
    reason = excluded.reason,
    body = excluded.body,
    read_at = excluded.read_at,
    raw_uri = excluded.raw_uri
"""  # noqa: S608 (no value of anybody else's)


class PostgresRobotsStore:
    """A ``RobotsStore`` (see ``pipeline/fetch/robots.py``) in Postgres.

    Args:
        conn: an autocommit connection; a call is one statement, so threads may share it.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def get(self, root: str) -> RobotsFile | None:
        """Return what was put last for a scheme and authority, also if it is out of date."""
        row = self._conn.execute(
            f"select {_COLUMNS} from ops.robots_files where authority = %s",  # noqa: S608
            (storable(root),),
        ).fetchone()
        if row is None:
            return None
        _, fetched_at, expires_at, status, outcome, reason, body, read_at, raw_uri = row
        return RobotsFile(
            root,
            fetched_at,
            expires_at,
            status=status,
            outcome=Outcome(outcome) if outcome else None,
            reason=reason,
            body=body or b"",
            read_at=read_at,
            raw_uri=raw_uri,
        )

    def put(self, file: RobotsFile) -> None:
        """Remember the result of an attempt to fetch a robots.txt, also of a failed one."""
        self._conn.execute(
            _PUT,
            (
                storable(file.root),
                file.fetched_at,
                file.expires_at,
                file.status,
                file.outcome,
                one_line(file.reason) if file.reason else None,
                file.body if file.read_at is not None else None,
                file.read_at,
                file.raw_uri,
            ),
        )

    def set_locator(self, file: RobotsFile, raw_uri: str) -> None:
        """Store where the response of a file is archived, unless a later one was put meanwhile."""
        self._conn.execute(
            "update ops.robots_files set raw_uri = %s where authority = %s and fetched_at = %s",
            (raw_uri, storable(file.root), file.fetched_at),
        )


def expire_robots(conn: Connection, urls: Iterable[str]) -> None:
    """Let robots.txt of these URLs' hosts be asked for again before their next page is."""
    roots = {
        f"{urlsplit(url).scheme}://{authority(url)}"
        for url in urls
        if urlsplit(url).scheme in ("http", "https")
    }

    def work(live: Connection) -> None:
        live.execute(
            "update ops.robots_files set expires_at = least(expires_at, now())"
            " where authority = any(%s)",
            (sorted(map(storable, roots)),),
        )

    transact(conn, work)
