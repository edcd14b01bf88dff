"""The schema: numbered migrations, marts that follow their files, monthly partitions.

``sql/migrations/NNNN_name.sql`` runs once and may never change afterwards.
``sql/marts/NN_name.sql`` creates one view ``mart.<name>`` and may change at any time: see
``marts.py``. A migration whose head says ``-- marts: drop`` drops all marts first, for a change
that a view would block. An upgrade is one transaction: if any file fails, the store is as it was,
and the version before can still use it.

Fetches and fingerprints have a partition for each month. Partitions of this month and the next two
are created ahead. A row without a partition of its month goes to the default partition, so a late
run loses nothing. Postgres would refuse a partition of that month then, so ``news.create_month``
(migration 0013) moves the rows in the same transaction; the default partition stays nearly empty.
No month is ever dropped, since a look-up reads only the months of its window.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import Connection, errors, sql

from pipeline.errors import MigrationError
from pipeline.telemetry import log
from pipeline.warehouse.dependants import Dropped
from pipeline.warehouse.marts import drop_marts, known_marts, make_marts, mart_name
from pipeline.warehouse.roles import set_up_planner, set_up_roles
from pipeline.warehouse.session_locks import hold_lock
from pipeline.warehouse.sql_files import SqlFile, read_sql, sql_folder
from pipeline.warehouse.transactions import transact

_LOCK = 0x646C_6D69
"""Key of the advisory lock that a process holds while it migrates ("dlmi")."""
_OLDEST = 150000
"""The oldest server version that the tests run on, as libpq numbers versions."""
_RECORDS = """
create schema if not exists ops;
create table if not exists ops.schema_migrations (
    version int primary key,
    name text not null,
    sha256 bytea not null,
    applied_at timestamptz not null default now()
);
create table if not exists ops.mart_files (
    mart_name text primary key,
    sha256 bytea not null,
    applied_at timestamptz not null default now()
);
comment on table ops.schema_migrations is 'One row per migration that was applied.';
comment on column ops.schema_migrations.version is 'Number of the file.';
comment on column ops.schema_migrations.name is 'Name of the file without number and ending.';
comment on column ops.schema_migrations.sha256 is 'Hash of the file as it was applied.';
comment on column ops.schema_migrations.applied_at is 'When it was applied.';
comment on table ops.mart_files is 'One row per view of mart, as last made from sql/marts.';
comment on column ops.mart_files.mart_name is 'Name of the view.';
comment on column ops.mart_files.sha256 is 'Hash of its file when it was made.';
comment on column ops.mart_files.applied_at is 'When it was made.';
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """A numbered file of ``sql/migrations``."""

    version: int
    name: str
    file: SqlFile


def migrations(folder: Path | None = None) -> list[Migration]:
    """Return the numbered files in order.

    Raises:
        MigrationError: a name is not NNNN_name.sql, or the numbers are not 1, 2, 3, …
    """
    found = []
    for expected, file in enumerate(read_sql(folder or sql_folder() / "migrations"), start=1):
        parts = re.fullmatch(r"(\d{4})_(\w+)", file.name)
        if not parts or int(parts[1]) != expected:
            raise MigrationError(
                f"migration {file.name}.sql is where {expected:04}_<name>.sql belongs: "
                "number the files without gaps."
            )
        found.append(Migration(expected, parts[2], file))
    return found


def is_current(conn: Connection) -> bool:
    """Return whether every file is applied in its present form; takes two queries and no lock."""
    try:
        with conn.transaction():
            applied = _hashes(conn, "select version, sha256 from ops.schema_migrations")
            made = _hashes(conn, "select mart_name, sha256 from ops.mart_files")
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return False
    wanted = {each.version: each.file.sha256 for each in migrations()}
    return applied == wanted and made == _wanted_marts()


def migrate(conn: Connection, sql_files: Path | None = None) -> list[str]:
    """Apply the files that are missing and return their names.

    Args:
        conn: an autocommit connection of the schema's owner.
        sql_files: a folder with ``migrations`` and ``marts`` in place of ``sql_folder()``.

    Raises:
        MigrationError: an applied file was changed or is missing, or a file fails.
    """
    folder = sql_files or sql_folder()
    files = migrations(folder / "migrations")
    _refuse_server(conn)
    with _migration_lock(conn):
        applied = _hashes(conn, "select version, sha256 from ops.schema_migrations")
        _refuse_changed(files, applied)
        with _one_transaction(conn):
            dropped = Dropped(frozenset(known_marts(conn)))
            for migration in files[len(applied) :]:
                _apply(conn, migration, dropped)
            made = _make_marts(conn, read_sql(folder / "marts"), dropped)
        if left := set_up_roles(conn):
            log.warning(left)
        set_up_planner(conn)
        return [*(each.file.name for each in files[len(applied) :]), *made]


def pending_files(conn: Connection) -> list[str]:
    """Return the names of the migrations and marts that ``migrate`` would apply.

    Raises:
        MigrationError: ``migrate`` would refuse: an applied file was changed, or the database is of
            a newer Dateline.
    """
    files = migrations()
    _refuse_server(conn)
    try:
        with conn.transaction():
            applied = _hashes(conn, "select version, sha256 from ops.schema_migrations")
            made = _hashes(conn, "select mart_name, sha256 from ops.mart_files")
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        applied, made = {}, {}
    _refuse_changed(files, applied)
    marts = _wanted_marts().items()
    return [
        *(each.file.name for each in files[len(applied) :]),
        *(str(name) for name, digest in marts if made.get(name) != digest),
    ]


def _hashes(conn: Connection, query: LiteralString) -> dict[int | str, bytes]:
    return {key: bytes(value) for key, value in conn.execute(query)}


def _wanted_marts() -> dict[int | str, bytes]:
    return {mart_name(file): file.sha256 for file in read_sql(sql_folder() / "marts")}


@contextmanager
def _migration_lock(conn: Connection) -> Iterator[None]:
    """Hold the lock of migrations; the two tables that record them are there inside."""
    with hold_lock(conn, _LOCK):
        try:
            with conn.transaction():
                conn.execute("set local client_min_messages = warning")
                conn.execute(_RECORDS)
        except errors.InsufficientPrivilege as error:
            raise MigrationError(
                f"the schema of database {conn.info.dbname} is not up to date, and "
                f"{conn.info.user} may not change it: run dateline db migrate as its owner."
            ) from error
        yield


def _refuse_server(conn: Connection) -> None:
    if conn.info.server_version < _OLDEST:
        raise MigrationError(
            f"the server is PostgreSQL {conn.info.parameter_status('server_version')}, Dateline "
            f"needs {_OLDEST // 10000} or newer: name a newer one in DATELINE_DSN."
        )
    encoding = conn.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise MigrationError(
            f"database {conn.info.dbname} has encoding {encoding}, news needs UTF8: create another "
            "with encoding 'UTF8' template template0, and name it in DATELINE_DSN."
        )


def _refuse_changed(files: list[Migration], applied: dict[int | str, bytes]) -> None:
    for migration in files[: len(applied)]:
        if applied.get(migration.version) != migration.file.sha256:
            raise MigrationError(
                f"migration {migration.file.name}.sql was changed after it was applied: restore "
                "it and write the change as a new file."
            )
    if len(applied) > len(files):
        raise MigrationError(
            f"the database has {len(applied)} migrations, this Dateline knows {len(files)}: "
            "update Dateline."
        )


@contextmanager
def _one_transaction(conn: Connection) -> Iterator[None]:
    with conn.transaction():
        # While a migration waits for a lock, every later reader waits behind it.
        conn.execute("set local lock_timeout = '10s'")
        conn.execute("set local statement_timeout = '15min'")
        yield


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Say which file Postgres refused; the transaction is rolled back by whoever began it."""
    try:
        yield
    except psycopg.Error as error:
        said = error.diag.message_primary or str(error)
        raise MigrationError(
            f"{name}.sql failed and left nothing behind ({said}). {_next_action(error)}"
        ) from error


def _next_action(error: psycopg.Error) -> str:
    if isinstance(error, psycopg.errors.DependentObjectsStillExist):
        return (
            f"{error.diag.message_detail or 'Something of yours needs it'}: drop that, run "
            "dateline db migrate, create it again."
        )
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return "Another session holds a lock on the table: run dateline db migrate again later."
    return "Correct the file or the database, then run dateline db migrate again."


def _apply(conn: Connection, migration: Migration, dropped: Dropped) -> None:
    with _named(migration.file.name):
        if migration.file.header("marts") == "drop":
            drop_marts(conn, dropped)
        conn.execute(migration.file.text.encode())
        conn.execute(
            "insert into ops.schema_migrations (version, name, sha256) values (%s, %s, %s)",
            (migration.version, migration.name, migration.file.sha256),
        )
    log.debug("migration applied", migration=migration.file.name)


def _make_marts(conn: Connection, files: list[SqlFile], dropped: Dropped) -> list[str]:
    with _named("marts"):
        return make_marts(conn, files, dropped)


FETCHES = "news.fetches"
FINGERPRINTS = "news.article_fingerprints"
_KEYS = {FETCHES: "fetched_at", FINGERPRINTS: "seen_on"}
_AHEAD = 3
"""Months created ahead, this one included: a scheduler may be off for weeks."""


def ensure_partitions(conn: Connection, today: date) -> list[str]:
    """Create the partitions that are missing, and return their names.

    These are the partitions of this and the next two months, and of every month that has rows in
    the default partition.
    """
    ahead = [month_after(today, number) for number in range(_AHEAD)]
    made = []
    for table in _KEYS:
        made += ensure_months(conn, table, [*ahead, *_months_in_default(conn, table)])
    return made


def ensure_months(conn: Connection, table: str, days: Collection[date]) -> list[str]:
    """Create the missing partitions of the months of these days, and return their names.

    Args:
        conn: inside a transaction or not.
        table: ``FETCHES`` or ``FINGERPRINTS``.
        days: any days, such as those on which the articles of an old archive were seen.
    """
    months = sorted({day.replace(day=1) for day in days})
    names = [_name(table, first) for first in months]
    found = conn.execute(
        "select name from unnest(%s::text[]) as name where to_regclass(name) is null", (names,)
    )
    missing = {row[0] for row in found}
    wanted = [first for first in months if _name(table, first) in missing]
    return [_name(table, first) for first in wanted if _create(conn, table, first)]


def month_after(day: date, months: int) -> date:
    """Return the first day of the month that is ``months`` months after a day's month."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _name(table: str, first: date) -> str:
    return f"{table}_{first:%Y_%m}"


def _months_in_default(conn: Connection, table: str) -> list[date]:
    statement = sql.SQL("select distinct date_trunc('month', {})::date from {}").format(
        sql.Identifier(_KEYS[table]), sql.Identifier(*f"{table}_default".split("."))
    )
    return [row[0] for row in conn.execute(statement)]


def _create(conn: Connection, table: str, first: date) -> bool:
    def work(live: Connection) -> None:
        live.execute("select news.create_month(%s::regclass, %s)", (table, first))

    try:
        transact(conn, work)
    except (errors.DuplicateTable, errors.UniqueViolation):  # another process was first
        return False
    return True
