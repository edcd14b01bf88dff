"""Host pace on Postgres: one row per authority, so that all fetchers of all machines share it."""

from psycopg import Connection

from pipeline.words import storable

_RESERVE = """
insert into ops.host_pace as p (authority, last_at)
values (%(authority)s, clock_timestamp())
on conflict (authority) do update
set last_at = greatest(clock_timestamp(), p.last_at + make_interval(secs => %(delay)s))
returning extract(epoch from last_at - clock_timestamp())
"""


class PostgresPace:
    """A ``Pace`` (see ``pipeline/fetch/pace.py``) by the server's clock.

    Args:
        conn: an autocommit connection; one statement a call, so threads may share it.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def reserve(self, authority: str, delay: float) -> float:
        """Reserve the next free slot and return the seconds until it comes, 0 or more."""
        values = {"authority": storable(authority), "delay": delay}
        row = self._conn.execute(_RESERVE, values).fetchone()
        return max(0.0, float(row[0])) if row else 0.0
