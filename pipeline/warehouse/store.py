"""The way into the store: a connection, and a server that is there when none was set.

A connection for a stage: the store is started and migrated where that is still to be done.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime

import psycopg
from psycopg import Connection, conninfo, sql

from pipeline.errors import SettingsError, StoreUnavailable
from pipeline.settings import settings
from pipeline.warehouse import schema
from pipeline.warehouse.embedded_server import embedded_server
from pipeline.warehouse.schema import ensure_partitions

_CONNECT_TIMEOUT = 10
"""Seconds; a cold server under load answers within 2."""


def connect(dsn: str | None = None) -> Connection:
    """Return an autocommit connection; without a DSN to ``settings().dsn`` or the embedded server.

    Raises:
        StoreUnavailable: nobody answers there; the message names the next action.
        SettingsError: the DSN cannot be read.
    """
    where = _readable(dsn or settings().dsn or embedded_server().dsn())
    try:
        conn = psycopg.connect(
            where,
            autocommit=True,
            application_name="dateline",
            connect_timeout=_CONNECT_TIMEOUT,
            client_encoding="utf8",
        )
    except psycopg.OperationalError as error:
        raise StoreUnavailable(_nobody_there(where, error)) from error
    conn.execute("set timezone to 'UTC'")  # not as a startup option: PgBouncer refuses those
    return conn


def ensure_store() -> str:
    """Return a DSN of a migrated store, starting the embedded server where no DSN is set.

    Quick when all is there: one connection and two small queries.

    Raises:
        StoreUnavailable: the server of ``DATELINE_DSN`` does not answer.
        SettingsError: the embedded server cannot run here.
        MigrationError: the schema cannot be brought up to date.
    """
    where = settings().dsn or embedded_store()
    with closing(connect(where)) as conn:
        if not schema.is_current(conn):
            schema.migrate(conn)
            ensure_partitions(conn, datetime.now(UTC).date())
    return where


def embedded_store() -> str:
    """Start the embedded server, make its database, and return a DSN; does not migrate."""
    server = embedded_server()
    server.start()
    create_database(server.dsn("postgres"), "dateline")
    return server.dsn()


def create_database(server_dsn: str, name: str) -> bool:
    """Create a database where it is missing and tell whether it was; safe when several do so.

    Args:
        server_dsn: a connection to another database of that server, such as ``postgres``.
        name: the database's name.
    """
    with closing(connect(server_dsn)) as conn:
        query = "select 1 from pg_catalog.pg_database where datname = %s"
        if conn.execute(query, (name,)).fetchone():
            return False
        # A twin between the question and the answer: DuplicateDatabase, or UniqueViolation when
        # both are in the middle of it.
        twin = (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation)
        with suppress(*twin):
            identifier = sql.Identifier(name)
            conn.execute(sql.SQL("create database {}").format(identifier))
            return True
    return False


def address(conn: Connection) -> str:
    """Return where a connection leads, without its password."""
    return _shown(conn.info.dsn)


def _readable(where: str) -> str:
    try:
        conninfo.conninfo_to_dict(where)
    except psycopg.ProgrammingError as error:
        said = " ".join(str(error).replace(where, "…").split())  # libpq repeats it, password too
        raise SettingsError(
            f"DATELINE_DSN cannot be read ({said}): "
            "write it as postgresql://user@host:5432/database."
        ) from error
    return where


def _nobody_there(where: str, error: psycopg.OperationalError) -> str:
    said = " ".join(str(error).split())[:300]
    return f"Postgres does not answer at {_shown(where)} ({said}): {_next_action()}"


def _shown(where: str) -> str:
    """Return the address without its password."""
    parts = conninfo.conninfo_to_dict(where)
    host, port = parts.get("host") or "localhost", parts.get("port")
    return f"{host}{f':{port}' if port else ''}, database {parts.get('dbname') or 'default'}"


def _next_action() -> str:
    if settings().dsn:
        return "check DATELINE_DSN and that the server runs."
    return "run dateline db start, or set DATELINE_DSN to a server of your own."


@contextmanager
def store() -> Iterator[psycopg.Connection]:
    """Yield an autocommit connection to a migrated store and close it afterwards.

    Raises:
        StoreUnavailable: nobody answers; the message names the next action.
    """
    connection = connect(ensure_store())
    try:
        yield connection
    finally:
        connection.close()
