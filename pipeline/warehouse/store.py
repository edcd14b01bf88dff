"""Connections to the store: the server of ``DATELINE_DSN``, or the embedded one.

``store()`` is what stages use: it starts the embedded server where no DSN is set, brings the schema
up to date, and yields an autocommit connection.

Migrations need the owner of the schema; everything else works for a login that is only a member of
``dateline_loader`` (``create role NAME login password '…' in role dateline_loader``), once the
owner has run ``dateline db migrate``. On the embedded server stages connect as the owner, since the
account that owns its socket could become the owner anyway.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import UTC, datetime

import psycopg
from psycopg import Connection, conninfo, sql

from pipeline.errors import SettingsError, StoreError, StoreUnavailable
from pipeline.settings import settings
from pipeline.warehouse import schema
from pipeline.warehouse.embedded_server import embedded_server
from pipeline.warehouse.schema import ensure_partitions

_CONNECT_TIMEOUT = 10
"""Seconds; a cold server under load answers within 2, one behind PgBouncer with TLS within 0.6 on
two cores at a load of 24."""


def connect(dsn: str | None = None, *, setting: str = "DATELINE_DSN") -> Connection:
    """Return an autocommit connection; without a DSN to ``settings().dsn`` or the embedded server.

    Args:
        dsn: a libpq connection URI or keyword string.
        setting: the setting that the DSN comes from, for messages.

    Raises:
        StoreUnavailable: the server does not answer; the message names the next action.
        SettingsError: the DSN cannot be read.
    """
    where = _readable(dsn or settings().dsn or embedded_server().dsn(), setting)
    try:
        conn = psycopg.connect(
            where,
            autocommit=True,
            application_name="dateline",
            connect_timeout=_CONNECT_TIMEOUT,
            client_encoding="utf8",
        )
        # The time zone is no startup option, because PgBouncer refuses those. It answers before
        # its server does, so that only this statement shows whether that is there.
        row = conn.execute(
            "select pg_backend_pid(), pg_catalog.set_config('timezone', 'UTC', false)"
        ).fetchone()
    except psycopg.OperationalError as error:
        raise StoreUnavailable(_no_answer(where, error, setting)) from error
    if row is None or row[0] != conn.info.backend_pid:
        # A pooler in between gave a number of its own. The next transaction may run in another
        # session, which does not know statements that this one prepared.
        conn.prepare_threshold = None
    return conn


def ensure_store() -> str:
    """Return a DSN of a migrated store, starting the embedded server where no DSN is set.

    Where nothing is to be done this takes one connection and two small queries.

    Raises:
        StoreUnavailable: the server of ``DATELINE_DSN`` does not answer.
        SettingsError: the embedded server cannot run here.
        MigrationError: the schema cannot be brought up to date.
    """
    where = settings().dsn or embedded_store()
    _migrated(where).close()
    return where


def _migrated(where: str) -> Connection:
    """Return a connection to the store, which is migrated first where its schema is older."""
    with ExitStack() as opened:
        conn = opened.enter_context(closing(connect(where)))
        if schema.is_current(conn):
            opened.pop_all()
            return conn
        schema.migrate(conn)
        ensure_partitions(conn, datetime.now(UTC).date())
    return connect(where)  # a migration changes settings that sessions get when they start


def current_store() -> str:
    """Return a DSN of the store as it stands: start no server and migrate nothing.

    Raises:
        StoreUnavailable: the server does not answer.
        StoreError: its schema is not that of this version.
    """
    where = settings().dsn or embedded_server().dsn()
    with closing(connect(where)) as conn:
        if not schema.is_current(conn):
            raise StoreError(
                f"the schema at {address(conn)} is not that of this version: run dateline db "
                "migrate, or restart what runs an older version."
            )
    return where


def embedded_store() -> str:
    """Start the embedded server, create its database, and return a DSN; do not migrate."""
    server = embedded_server()
    server.start()
    create_database(server.dsn("postgres"), "dateline")
    return server.dsn()


def create_database(server_dsn: str, name: str) -> bool:
    """Create a database and return True, or return False where it exists.

    Several processes may do so at once: one of them creates it.

    Args:
        server_dsn: a connection to another database of that server, such as ``postgres``.
        name: the database's name.
    """
    with closing(connect(server_dsn)) as conn:
        query = "select 1 from pg_catalog.pg_database where datname = %s"
        if conn.execute(query, (name,)).fetchone():
            return False
        # Another process may create it after the query above: Postgres says DuplicateDatabase, or
        # UniqueViolation where both create it at the same moment.
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            identifier = sql.Identifier(name)
            conn.execute(sql.SQL("create database {}").format(identifier))
            return True
    return False


def has_database(server_dsn: str, name: str) -> bool:
    """Tell whether the server of a DSN has a database of this name."""
    with closing(connect(server_dsn)) as conn:
        query = "select 1 from pg_catalog.pg_database where datname = %s"
        return conn.execute(query, (name,)).fetchone() is not None


def address(conn: Connection) -> str:
    """Return a connection's host, port and database, without the password."""
    return _without_password(conn.info.dsn)


def _readable(where: str, setting: str) -> str:
    try:
        conninfo.conninfo_to_dict(where)
    except psycopg.ProgrammingError as error:
        # libpq repeats the DSN, password included.
        said = " ".join(str(error).replace(where, "…").split())
        raise SettingsError(
            f"{setting} cannot be read ({said}): write it as postgresql://user@host:5432/database."
        ) from error
    return where


def _no_answer(where: str, error: psycopg.OperationalError, setting: str) -> str:
    said = " ".join(str(error).split())[:300]
    action = (
        f"check {setting} and that the server runs."
        if settings().dsn or setting != "DATELINE_DSN"
        else "run dateline db start, or set DATELINE_DSN to a server of your own."
    )
    return f"Postgres does not answer at {_without_password(where)} ({said}): {action}"


def _without_password(where: str) -> str:
    parts = conninfo.conninfo_to_dict(where)
    host, port = parts.get("host") or "localhost", parts.get("port")
    return f"{host}{f':{port}' if port else ''}, database {parts.get('dbname') or 'default'}"


@contextmanager
def store() -> Iterator[psycopg.Connection]:
    """Yield an autocommit connection to a migrated store and close it afterwards.

    Raises:
        StoreUnavailable: the server does not answer; the message names the next action.
    """
    connection = _migrated(settings().dsn or embedded_store())
    try:
        yield connection
    finally:
        connection.close()
