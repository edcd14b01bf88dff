"""Locks that a process holds for as long as it works, over many transactions.

Each is the advisory lock of a transaction that does nothing else, on a connection of its own. The
lock of a session would stay behind in the session of another client where a pooler such as
PgBouncer is in between, which gives every transaction to any session.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import Connection, conninfo


@contextmanager
def hold_lock(conn: Connection, key: int, *, seconds: float | None = None) -> Iterator[bool]:
    """Hold a lock until the block ends or its process does; yield whether it is held.

    Args:
        conn: a connection to the store.
        key: the lock's number.
        seconds: how long to wait for it, 0 for not at all; None for as long as it takes.

    Raises:
        psycopg.OperationalError: the server does not answer.
    """
    dsn = conninfo.make_conninfo(conn.info.dsn, password=conn.info.password or None)
    # "with" would commit, and the server may be gone by then.
    holder = psycopg.connect(dsn, application_name="dateline lock", prepare_threshold=None)
    try:
        # A server may end transactions that do nothing for long.
        holder.execute("set local idle_in_transaction_session_timeout = 0")
        yield _take(holder, key, seconds)
    finally:
        holder.close()


def _take(holder: Connection, key: int, seconds: float | None) -> bool:
    if seconds == 0:
        row = holder.execute("select pg_try_advisory_xact_lock(%s)", (key,)).fetchone()
        return bool(row and row[0])
    if seconds is not None:
        milliseconds = str(round(1000 * seconds))
        holder.execute("select pg_catalog.set_config('lock_timeout', %s, true)", (milliseconds,))
    try:
        holder.execute("select pg_advisory_xact_lock(%s)", (key,))
    except psycopg.errors.LockNotAvailable:
        return False
    return True
