"""Back up an installation into a folder, and restore it from there.

A backup holds what cannot be made again: the news database, Airflow's database (runs, users' pauses
and variables), the index of the archive, the source files and Airflow's keys. The WARC files
themselves are not copied; they never change once they are closed, so any file copy that runs beside
keeps them (``DATELINE_ARCHIVE`` on S3 needs none). ``pg_dump`` and ``pg_restore`` of the installed
Postgres programs do the work; ``backup.json`` says how many rows each table had and what each
file's digest is, and a restore compares both.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from psycopg import Connection, sql
from psycopg.conninfo import make_conninfo

from pipeline import __version__
from pipeline.archive import storage
from pipeline.archive.cdxj import INDEX_ENDING
from pipeline.errors import SettingsError, StoreError, UsageError
from pipeline.local_airflow.home_folder import HomeFolder
from pipeline.local_airflow.metadata_database import DATABASE as AIRFLOW_DATABASE
from pipeline.local_airflow.processes import find_running
from pipeline.settings import settings
from pipeline.text import one_line
from pipeline.warehouse import postgres_binaries
from pipeline.warehouse.store import (
    connect,
    create_database,
    embedded_store,
    ensure_store,
    has_database,
)

_MANIFEST = "backup.json"
_NEWS, _AIRFLOW = "news.dump", "airflow.dump"
_SOURCES, _INDEX, _KEYS = "sources", "archive-index", "airflow-keys"
_ROLES = "select rolname from pg_roles where rolname like 'dateline%' order by 1"
_TABLES = """
select n.nspname, c.relname
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('news', 'ops') and c.relkind in ('r', 'p') and not c.relispartition
    and c.relpersistence = 'p'
order by 1, 2
"""
_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    version: str
    """Of Dateline."""
    made_at: str
    archive: str
    """Where the WARC files are, which are not in the backup."""
    roles: list[str]
    rows: dict[str, int]
    """Rows by table of the news database."""
    files: dict[str, str]
    """SHA-256 by path below the folder."""


def back_up(folder: Path) -> Manifest:
    """Write a backup into a new folder, while Airflow may be running; return what it holds.

    The folder has its name only once it is complete.

    Args:
        folder: it must not exist yet.

    Raises:
        UsageError: the folder exists.
        SettingsError: ``pg_dump`` is missing, or the disk is full.
        StoreUnavailable: Postgres does not answer.
    """
    if folder.exists():
        raise UsageError(f"{folder} exists: name a new folder for the backup")
    dsn = ensure_store()
    part = folder.with_name(f"{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True, mode=0o700)
        with closing(connect(dsn)) as connection, _snapshot(connection) as snapshot:
            rows = _row_counts(connection)
            roles = [name for (name,) in connection.execute(_ROLES).fetchall()]
            _dump(dsn, part / _NEWS, snapshot)
        if has_database(dsn, AIRFLOW_DATABASE):
            _dump(make_conninfo(dsn, dbname=AIRFLOW_DATABASE), part / _AIRFLOW)
        _copy_files(part)
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        archive = settings().archive_url
        manifest = Manifest(__version__, made_at, archive, roles, rows, _digests(part))
        (part / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
        part.replace(folder)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise SettingsError(
            f"the backup cannot be written to {folder} ({error.strerror}): make room, or name "
            "another folder"
        ) from error
    return manifest


def restore(folder: Path) -> Manifest:
    """Restore a backup into an installation that has no data yet; return what it holds.

    The embedded server, or an empty database of ``DATELINE_DSN``, gets the news database; Airflow's
    database is made beside it. Source files and keys are written where there are none.

    Args:
        folder: as ``back_up`` wrote it.

    Raises:
        UsageError: the folder is no whole backup, the store has tables, or Airflow is running.
        StoreError: a dump cannot be restored, or the rows are not those of the backup.
    """
    manifest = _read_manifest(folder)
    home = HomeFolder(settings().home_folder)
    if find_running(home) is not None:
        raise UsageError("Airflow is running for this home folder: stop it with `dateline down`")
    dsn = settings().dsn or embedded_store()
    with closing(connect(dsn)) as connection:
        if connection.execute("select to_regnamespace('news')::text").fetchone() != (None,):
            raise UsageError(
                "the store has tables already, and a restore would mix two stores: set "
                "DATELINE_HOME to a new folder, or DATELINE_DSN to an empty database"
            )
        _create_roles(connection, manifest.roles)
    _load(dsn, folder / _NEWS)
    if (folder / _AIRFLOW).exists():
        create_database(dsn, AIRFLOW_DATABASE)
        _load(make_conninfo(dsn, dbname=AIRFLOW_DATABASE), folder / _AIRFLOW)
    _restore_files(folder, home)
    with closing(connect(dsn)) as connection:
        _compare(manifest.rows, _row_counts(connection))
    return manifest


@contextmanager
def _snapshot(connection: Connection) -> Iterator[str]:
    """Yield the name of a snapshot in which rows are counted and dumped, so that both agree."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        row = connection.execute("select pg_export_snapshot()").fetchone()
        yield str(row[0]) if row else ""


def _row_counts(connection: Connection) -> dict[str, int]:
    counts = {}
    for schema, table in connection.execute(_TABLES).fetchall():
        query = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, table))
        row = connection.execute(query).fetchone()
        counts[f"{schema}.{table}"] = int(row[0]) if row else 0
    return counts


def _dump(dsn: str, file: Path, snapshot: str | None = None) -> None:
    chosen = [f"--snapshot={snapshot}"] if snapshot else []
    _run("pg_dump", "--format=custom", *chosen, f"--file={file}", f"--dbname={dsn}")


def _load(dsn: str, file: Path) -> None:
    _run("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={dsn}", str(file))


def _run(program: str, *arguments: str) -> None:
    path = postgres_binaries.installed() / program
    if not path.is_file():
        raise SettingsError(
            f"{path} is missing: set DATELINE_PG_BIN to a folder with all programs of PostgreSQL"
        )
    done = subprocess.run(
        [str(path), *arguments], capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise StoreError(f"{program} failed: {one_line(done.stderr, 500)}")


def _create_roles(connection: Connection, names: list[str]) -> None:
    """Create the roles that the dump grants rights to; logins get their passwords from a person."""
    known = {name for (name,) in connection.execute(_ROLES).fetchall()}
    for name in names:
        if name not in known:
            connection.execute(sql.SQL("create role {}").format(sql.Identifier(name)))


def _copy_files(part: Path) -> None:
    sources = settings().sources.expanduser().absolute()
    if sources.is_dir():
        (part / _SOURCES).mkdir()
        for file in sorted(sources.glob("*.toml")):
            shutil.copyfile(file, part / _SOURCES / file.name)
    base = settings().archive_url
    if storage.is_remote(base) or Path(base).is_dir():
        for stored in storage.stored_files(base, INDEX_ENDING):
            target = part / _INDEX / stored.name.removeprefix(base).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            with storage.open_file(stored.name) as source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
    home = HomeFolder(settings().home_folder)
    for file in (home.secrets, home.passwords):
        if file.exists():
            (part / _KEYS).mkdir(exist_ok=True, mode=0o700)
            shutil.copy(file, part / _KEYS / file.name)  # with its mode, 0600


def _restore_files(folder: Path, home: HomeFolder) -> None:
    home.create()
    sources = settings().sources.expanduser().absolute()
    base = settings().archive_url
    targets = {_SOURCES: sources, _KEYS: home.airflow}
    if not storage.is_remote(base):
        targets[_INDEX] = Path(base)
    for name, target in targets.items():
        for file in sorted((folder / name).rglob("*")):
            place = target / file.relative_to(folder / name)
            if file.is_file() and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, place)


def _digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file below a folder, apart from the manifest, by its path."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != _MANIFEST:
            digest = hashlib.sha256()
            with file.open("rb") as stream:
                while block := stream.read(_READ_BYTES):
                    digest.update(block)
            found[str(file.relative_to(folder)).replace(os.sep, "/")] = digest.hexdigest()
    return found


def _read_manifest(folder: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads((folder / _MANIFEST).read_text()))
    except FileNotFoundError as error:
        raise UsageError(
            f"{folder} is no backup: it has no {_MANIFEST} (one that was broken off has the ending "
            ".part)"
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{folder / _MANIFEST} cannot be read: {one_line(str(error))}") from error
    found = _digests(folder)
    broken = sorted(name for name, digest in manifest.files.items() if found.get(name) != digest)
    if broken:
        raise UsageError(
            f"{folder} is damaged: {', '.join(broken[:5])} missing or changed; take another backup"
        )
    return manifest


def _compare(wanted: Mapping[str, int], found: Mapping[str, int]) -> None:
    differing = [
        f"{table}: {found.get(table, 0)} rows, {count} in the backup"
        for table, count in wanted.items()
        if found.get(table, 0) != count
    ]
    if differing:
        raise StoreError(f"the restored store is not that of the backup: {'; '.join(differing)}")
