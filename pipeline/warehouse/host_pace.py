"""The pace per host that all processes keep together: ``ops.host_pace``."""

import secrets

from psycopg import Connection

from pipeline.fetch.throttle import BUSY_WAIT, Slot
from pipeline.text import storable

# A slot that was never released frees its host at leased_until. Where the server's clock was set
# back, last_at or leased_at lies ahead of it: that says nothing, so both count as passed.
_RESERVE = """
insert into ops.host_pace as p (authority, last_at, lease_token, leased_at, leased_until)
values (
    %(authority)s, clock_timestamp(), %(token)s, clock_timestamp(),
    clock_timestamp() + make_interval(secs => %(lasts)s)
)
on conflict (authority) do update
set (last_at, lease_token, leased_at, leased_until) = (
    select slot.at, excluded.lease_token, clock_timestamp(),
        slot.at + make_interval(secs => %(lasts)s)
    from (
        select greatest(
            clock_timestamp(),
            least(p.last_at, clock_timestamp()) + make_interval(secs => %(delay)s)
        ) as at
    ) as slot
)
where p.lease_token is null or clock_timestamp() not between p.leased_at and p.leased_until
returning extract(epoch from last_at - clock_timestamp())
"""
_PAUSE_LEFT = """
select extract(epoch from leased_until - clock_timestamp()) from ops.host_pace
where authority = %(authority)s and lease_token = 0
    and clock_timestamp() between leased_at and leased_until
"""
_PAUSE = """
insert into ops.host_pace as p (authority, last_at, lease_token, leased_at, leased_until)
values (
    %(authority)s, clock_timestamp(), 0, clock_timestamp(),
    clock_timestamp() + make_interval(secs => %(seconds)s)
)
on conflict (authority) do update
set last_at = excluded.last_at, lease_token = 0, leased_at = excluded.leased_at,
    leased_until = excluded.leased_until
"""
_RELEASE = """
update ops.host_pace
set last_at = clock_timestamp(), lease_token = null, leased_at = null, leased_until = null
where authority = %(authority)s and lease_token = %(token)s
"""


class PostgresThrottle:
    """A ``Throttle`` (see ``pipeline/fetch/throttle.py``) that uses the server's clock.

    Args:
        conn: an autocommit connection of its own, on which nobody opens a transaction: a
            reservation must be seen by other processes at once. A call is one statement, so
            threads may share it.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def reserve(self, authority: str, delay: float, lasts: float) -> Slot:
        """Reserve the next slot of a host, or say that another process occupies it."""
        token = secrets.randbits(62) | 1  # 0 is the token of a pause
        row = self._conn.execute(
            _RESERVE,
            {"authority": storable(authority), "token": token, "delay": delay, "lasts": lasts},
        ).fetchone()
        if row is not None:
            return Slot(max(0.0, float(row[0])), token)
        paused = self._conn.execute(_PAUSE_LEFT, {"authority": storable(authority)}).fetchone()
        return Slot(BUSY_WAIT) if paused is None else Slot(float(paused[0]), is_paused=True)

    def release(self, authority: str, token: int) -> None:
        """End the slot, unless it ended by itself before and the host was reserved again."""
        self._conn.execute(_RELEASE, {"authority": storable(authority), "token": token})

    def pause(self, authority: str, seconds: float) -> None:
        """Leave a host alone for that long, in all processes."""
        self._conn.execute(_PAUSE, {"authority": storable(authority), "seconds": seconds})
