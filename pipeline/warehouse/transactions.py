"""Run one transaction, again where the failure is temporary; copy rows into a table.

A transaction is tried again when the server went away or two writers deadlocked. That is safe
because every writer of this package is idempotent: where it is unknown whether the lost transaction
was committed, the next attempt finds its work done or not done.

What must only happen if a transaction is committed, such as a line of a log, is handed to
``after_commit`` within it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import psycopg
import stamina
from psycopg import Connection, conninfo, errors, sql
from psycopg.pq import TransactionStatus

from pipeline.errors import StoreError, StoreUnavailable

_Result = TypeVar("_Result")

ROW_ERRORS = (psycopg.DataError, psycopg.IntegrityError, errors.ProgramLimitExceeded)
"""Errors of one row: a value out of range, a broken constraint, a value too long to index."""
RETRY_SECONDS = 30.0
"""For how long a transaction is tried again; after kill -9 of the postmaster about 2 are needed."""
_FIRST_WAIT = 0.05
_LONGEST_WAIT = 2.0
_PERMANENT = (
    errors.DiskFull,
    errors.OutOfMemory,
    errors.QueryCanceled,
    errors.ReadOnlySqlTransaction,
)
"""Operational errors that another attempt does not help."""
_waiting: WeakKeyDictionary[Connection, list[Callable[[], None]]] = WeakKeyDictionary()
"""What is done after the commit, for each connection within a transaction of ``transact``."""
_addresses: WeakKeyDictionary[Connection, str] = WeakKeyDictionary()
"""Addresses of open connections. Asking libpq for it takes 0.7 ms, a tenth of the CPU time of a
tick of *ingest*, and a connection that died can no longer be asked."""


def transact(conn: Connection, work: Callable[[Connection], _Result]) -> _Result:
    """Run ``work`` in one transaction and return its result; try again after a temporary failure.

    Inside a transaction of the caller nothing is tried again, since its earlier statements would
    be missing.

    Args:
        conn: an autocommit connection; where it is dead, another one is opened for this call.
        work: gets the connection; must do nothing but SQL, since it may run several times.

    Raises:
        StoreUnavailable: the server was away for ``RETRY_SECONDS``.
        StoreError: Postgres refuses for good: disk full, out of memory.
        psycopg.Error: what ``work`` itself got wrong, ``ROW_ERRORS`` included.
    """
    if not conn.closed and conn.info.transaction_status is not TransactionStatus.IDLE:
        return _within(conn, work)
    result, actions = _committed(conn, work)
    for action in actions:
        action()
    return result


def after_commit(conn: Connection, action: Callable[[], None]) -> None:
    """Do something once the transaction is committed, and never if it is rolled back.

    Where a transaction is tried again, only what the attempt asked for that was committed is done.
    A process that is killed in between does it not, nor does one that never learns of its commit:
    the attempt after that finds the work done.

    Args:
        conn: inside a transaction of ``transact``. Inside another, such as that of a dry run, which
            may be rolled back, nothing is done.
        action: must not raise: what it reports has happened.
    """
    if conn in _waiting:
        _waiting[conn].append(action)


def _within(conn: Connection, work: Callable[[Connection], _Result]) -> _Result:
    """Run ``work`` in a savepoint of the caller's transaction."""
    actions = _waiting.get(conn, [])
    before = len(actions)
    try:
        with conn.transaction():
            return work(conn)
    # Whatever ended the savepoint, what was to be done after its commit must not be done.
    except BaseException:
        del actions[before:]
        raise


def _committed(
    conn: Connection, work: Callable[[Connection], _Result]
) -> tuple[_Result, list[Callable[[], None]]]:
    """Run ``work`` in a transaction, commit it, and return what is to be done after that."""
    address = _address(conn)
    attempts = stamina.retry_context(
        on=_is_temporary,
        attempts=None,
        timeout=RETRY_SECONDS,
        wait_initial=_FIRST_WAIT,
        wait_max=_LONGEST_WAIT,
        wait_jitter=_FIRST_WAIT,
    )
    try:
        for attempt in attempts.with_name("transaction of the store", (), {}):
            with attempt, _open_connection(conn, address) as live, _collected(live) as actions:
                with live.transaction():
                    result = work(live)
                return result, actions
    except _PERMANENT as error:
        raise StoreError(f"Postgres refuses: {_message(error)}.") from error
    except psycopg.OperationalError as error:
        if not _is_temporary(error):
            raise
        raise StoreUnavailable(
            f"Postgres stayed away for {RETRY_SECONDS:.0f} s ({_message(error)}): "
            "see dateline db status, then run the same command again."
        ) from error
    raise AssertionError("stamina raises the last error itself")


def _is_temporary(error: Exception) -> bool:
    # ProgramLimitExceeded is a row's fault, though psycopg files it under OperationalError.
    return isinstance(error, psycopg.OperationalError) and not isinstance(
        error, (*_PERMANENT, errors.ProgramLimitExceeded)
    )


@contextmanager
def _open_connection(conn: Connection, address: str) -> Iterator[Connection]:
    if not conn.closed:
        yield conn
        return
    with closing(
        psycopg.connect(address, autocommit=True, prepare_threshold=conn.prepare_threshold)
    ) as other:
        yield other


@contextmanager
def _collected(conn: Connection) -> Iterator[list[Callable[[], None]]]:
    """Yield the list to which ``after_commit`` adds within the block."""
    actions = _waiting[conn] = []
    try:
        yield actions
    finally:
        _waiting.pop(conn, None)


def _address(conn: Connection) -> str:
    if conn not in _addresses:
        _addresses[conn] = _read_address(conn)
    return _addresses[conn]


def _read_address(conn: Connection) -> str:
    try:
        parts = conn.info.get_parameters()
        return conninfo.make_conninfo(**parts, password=conn.info.password or None)
    except psycopg.OperationalError as error:
        raise StoreUnavailable("the connection was closed before: connect again.") from error


def _message(error: psycopg.Error) -> str:
    return " ".join((error.diag.message_primary or str(error)).split())[:300]


def copy_rows(
    conn: Connection, table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows into a table by binary COPY.

    Measured with article children: 30,000 rows a second, with a fifth of the client's CPU time of
    ``executemany``.

    Args:
        conn: inside a transaction.
        table: as ``schema.table``.
        columns: Postgres type by column name, in the order of the rows' values.
        rows: no row may break a key: COPY has no ON CONFLICT.
    """
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def take_ids(conn: Connection, table: str, column: str, count: int) -> list[int]:
    """Take ``count`` new values of an identity column, ascending; unused ones leave gaps."""
    found = conn.execute(
        "select nextval(pg_get_serial_sequence(%s, %s)) from generate_series(1, %s)",
        (table, column, count),
    )
    return [row[0] for row in found]


def violated_rule(error: psycopg.Error) -> str:
    """Return the constraint or column that a row violates, or what Postgres says about it."""
    found = error.diag.constraint_name or error.diag.column_name
    return f"{error.diag.table_name}.{found}" if found else str(error)
