"""One transaction, tried again when the server went away or two writers got into each other's way.

Safe because every writer of this room is idempotent: the transaction that was lost in doubt is
found done or not done when it runs again.

Binary COPY of rows into a table, and ids taken ahead of it.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import Connection, conninfo, errors, sql
from psycopg.pq import TransactionStatus

from pipeline.errors import StoreError, StoreUnavailable
from pipeline.telemetry import log

_Result = TypeVar("_Result")

ROW_AT_FAULT = (psycopg.DataError, psycopg.IntegrityError, errors.ProgramLimitExceeded)
"""Postgres refuses one row, whatever the rest: out of range, breaks a rule, too long to index."""
PATIENCE = 30.0
"""Seconds; a restart after kill -9 of the postmaster takes about 2."""
_HOPELESS = (
    errors.DiskFull,
    errors.OutOfMemory,
    errors.QueryCanceled,
    errors.ReadOnlySqlTransaction,
)


def transact(conn: Connection, work: Callable[[Connection], _Result]) -> _Result:
    """Run ``work`` in one transaction and return its result, again after a passing failure.

    Inside a transaction of the caller nothing is tried again: the whole of it is the caller's.

    Args:
        conn: an autocommit connection; where it is dead, another one is opened for this call.
        work: gets the connection; must do nothing but SQL, since it may run several times.

    Raises:
        StoreUnavailable: the server stayed away for ``PATIENCE`` seconds.
        StoreError: Postgres refuses for good: disk full, out of memory.
        psycopg.Error: what ``work`` itself got wrong, ``ROW_AT_FAULT`` among it.
    """
    if not conn.closed and conn.info.transaction_status is not TransactionStatus.IDLE:
        with conn.transaction():
            return work(conn)
    return _with_patience(conn, work)


def _with_patience(conn: Connection, work: Callable[[Connection], _Result]) -> _Result:
    end = time.monotonic() + PATIENCE
    pause = 0.05
    address = _address(conn)
    while True:
        try:
            with _alive(conn, address) as live, live.transaction():
                return work(live)
        except errors.ProgramLimitExceeded:
            raise  # a row's fault, though psycopg files it under OperationalError
        except _HOPELESS as error:
            raise StoreError(f"Postgres refuses: {_said(error)}.") from error
        except psycopg.OperationalError as error:
            if time.monotonic() > end:
                raise StoreUnavailable(
                    f"Postgres stayed away for {PATIENCE:.0f} s ({_said(error)}): "
                    "see dateline db status, then run the same command again."
                ) from error
            log.warning("store: trying the transaction again", reason=_said(error))
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # jitter, not secrecy
        pause = min(pause * 2, 2.0)


@contextmanager
def _alive(conn: Connection, address: str) -> Iterator[Connection]:
    if not conn.closed:
        yield conn
        return
    with closing(psycopg.connect(address, autocommit=True)) as other:
        yield other


def _address(conn: Connection) -> str:
    try:
        parts = conn.info.get_parameters()
        return conninfo.make_conninfo(**parts, password=conn.info.password or None)
    except psycopg.OperationalError as error:
        raise StoreUnavailable("the connection was closed before: connect again.") from error


def _said(error: psycopg.Error) -> str:
    return " ".join((error.diag.message_primary or str(error)).split())[:300]


def copy_rows(
    conn: Connection, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows into a table (binary COPY: 30,000 rows a second beside a fifth of the client CPU).

    Args:
        conn: inside a transaction.
        table: as ``schema.table``.
        columns: Postgres type by column name, in the order of the rows' values.
        rows: no row may break a key: COPY knows no ON CONFLICT.
    """
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def take_ids(conn: Connection, table: str, column: str, count: int) -> list[int]:
    """Take ``count`` fresh values of an identity column, ascending; gaps are never filled."""
    found = conn.execute(
        "select nextval(pg_get_serial_sequence(%s, %s)) from generate_series(1, %s)",
        (table, column, count),
    )
    return [row[0] for row in found]
