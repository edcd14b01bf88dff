"""Examine an installation: what is wrong with it, and how to mend it."""

import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import Connection

from pipeline.archive.storage import check_writable
from pipeline.errors import DatelineError
from pipeline.installation.status import LEAST_FREE_BYTES, run_ahead
from pipeline.local_airflow.api import AirflowApi, import_errors
from pipeline.local_airflow.home_folder import UI_USER, HomeFolder, ui_password
from pipeline.local_airflow.processes import count_orphans, find_running
from pipeline.settings import Settings
from pipeline.sources.files import read_sources
from pipeline.text import cut_in_the_middle, one_line
from pipeline.warehouse.alerts import slow_runs
from pipeline.warehouse.schema import is_current
from pipeline.warehouse.store import connect

_CLOCK_ERROR = timedelta(seconds=5)
"""Largest difference between the clocks of this machine and of Postgres."""
_DNS_SECONDS = 5.0
_AIRFLOW_SECONDS = 20.0
_HOSTS = 3
"""Hosts of sources whose names are resolved."""
_OLDEST_POSTGRES = 15


@dataclass(frozen=True, slots=True)
class Finding:
    """What one examination found."""

    subject: str
    is_well: bool
    said: str
    remedy: str
    """What to do where all is not well."""


def examine(settings: Settings) -> Iterator[Finding]:
    """Examine an installation, and yield what each examination found; none can stop the others."""
    home = HomeFolder(settings.home_folder)
    examinations: dict[str, Callable[[], Iterator[Finding]]] = {
        "python": _python,
        "home folder": lambda: _home(home),
        "disk": lambda: _disk(home),
        "archive": lambda: _archive(settings),
        "keys": lambda: _secrets(home),
        "sources": lambda: _sources(settings),
        "names": lambda: _names(settings),
        "postgres": lambda: _postgres(settings),
        "airflow": lambda: _airflow(home),
    }
    for subject, look in examinations.items():
        try:
            yield from look()
        except (DatelineError, psycopg.Error, OSError) as error:
            yield Finding(subject, False, cut_in_the_middle(str(error)), "mend what it says")


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    said = f"Python {version}, {os.cpu_count()} cores"
    yield Finding("python", sys.version_info >= (3, 11), said, "Dateline needs Python 3.11")


def _home(home: HomeFolder) -> Iterator[Finding]:
    try:
        home.create()
        probe = home.path / ".dateline-write-check"
        probe.write_bytes(b"")
        probe.unlink()
    except (DatelineError, OSError) as error:
        remedy = "set DATELINE_HOME to a folder that you can write to"
        yield Finding("home folder", False, cut_in_the_middle(str(error)), remedy)
        return
    yield Finding("home folder", True, str(home.path), "")


def _disk(home: HomeFolder) -> Iterator[Finding]:
    free = shutil.disk_usage(home.path if home.path.exists() else Path.cwd()).free
    said = f"{free / 1e9:.1f} GB free"
    remedy = "make room: `dateline archive prune`, older backups, logs"
    yield Finding("disk", free >= LEAST_FREE_BYTES, said, remedy)


def _archive(settings: Settings) -> Iterator[Finding]:
    try:
        check_writable(settings.archive_url)
    except DatelineError as error:
        remedy = "mend what it says, or set DATELINE_ARCHIVE to another place"
        yield Finding("archive", False, cut_in_the_middle(str(error)), remedy)
        return
    yield Finding("archive", True, f"{settings.archive_url} can be written", "")


def _secrets(home: HomeFolder) -> Iterator[Finding]:
    files = [file for file in (home.secrets, home.passwords) if file.exists()]
    readable = " ".join(str(file) for file in files if file.stat().st_mode & 0o077)
    said = f"others may read {readable}" if readable else "only their owner can read them"
    yield Finding("keys", not readable, said, f"chmod 600 {readable}")


def _sources(settings: Settings) -> Iterator[Finding]:
    found, errors = read_sources(settings.sources)
    said = f"{len(found)} in {settings.sources}"
    if errors:
        said = one_line("; ".join(map(str, errors)), 300)
    yield Finding("sources", not errors, said, "correct or remove the files")


def _names(settings: Settings) -> Iterator[Finding]:
    sources = read_sources(settings.sources)[0] if settings.sources.is_dir() else []
    hosts = {host for each in sources if (host := urlsplit(each.homepage or "").hostname)}
    asked = sorted(hosts)[:_HOSTS]
    failed = [host for host in asked if not _resolves(host)]
    said = f"{', '.join(asked)} resolved" if asked else "no source names a host"
    if failed:
        said = f"{', '.join(failed)} cannot be resolved"
    yield Finding("names", not failed, said, "check the network and /etc/resolv.conf")


def _resolves(host: str) -> bool:
    pool = ThreadPoolExecutor(1)
    try:
        pool.submit(socket.getaddrinfo, host, None).result(_DNS_SECONDS)
    except (OSError, UnicodeError, FutureTimeout):
        return False
    finally:
        pool.shutdown(wait=False)
    return True


def _postgres(settings: Settings) -> Iterator[Finding]:
    try:
        with closing(connect()) as connection:
            yield _server(connection)
            yield _clock(connection)
            yield from _schema(connection, settings)
    except DatelineError as error:
        remedy = "`dateline db start`, or check DATELINE_DSN"
        yield Finding("postgres", False, cut_in_the_middle(str(error)), remedy)


def _server(connection: Connection) -> Finding:
    version = connection.info.parameter_status("server_version") or "0"
    encoding = connection.info.parameter_status("server_encoding")
    is_new = int(version.partition(".")[0]) >= _OLDEST_POSTGRES
    remedy = f"Dateline needs PostgreSQL {_OLDEST_POSTGRES} and a database in UTF8"
    return Finding("postgres", is_new and encoding == "UTF8", f"{version}, {encoding}", remedy)


def _clock(connection: Connection) -> Finding:
    row = connection.execute("select clock_timestamp()").fetchone()
    apart = abs(datetime.now(UTC) - row[0]) if row else timedelta(0)
    said = f"{apart.total_seconds():.1f} s between this machine and Postgres"
    return Finding("clock", apart <= _CLOCK_ERROR, said, "let both follow one time server (NTP)")


def _schema(connection: Connection, settings: Settings) -> Iterator[Finding]:
    if not is_current(connection):
        yield Finding("schema", False, "out of date", "`dateline db migrate`")
        return
    yield Finding("schema", True, "up to date", "")
    stuck = slow_runs(connection, datetime.now(UTC), settings.slow_run_hours)
    remedy = (
        "if its process was killed, the next run of the same DAG or command closes it as failed, "
        "and goes on with its work"
    )
    said = "; ".join(each.title for each in stuck) or "none goes on for too long"
    yield Finding("runs", not stuck, said, remedy)
    ahead = run_ahead(connection)
    remedy = "fail the runs with a date of the future in Airflow's UI, then trigger ingest"
    yield Finding("times", ahead is None, ahead or "no run began ahead of now", remedy)


def _airflow(home: HomeFolder) -> Iterator[Finding]:
    if importlib.util.find_spec("airflow") is None:
        yield Finding("airflow", True, "not installed: `dateline run` works without it", "")
        return
    running = find_running(home)
    if running is None:
        orphans = count_orphans(home)
        said = f"{orphans} processes of a killed Airflow are left" if orphans else "not running"
        yield Finding("airflow", not orphans, said, "`dateline down` ends them")
        return
    api = AirflowApi(running.url, UI_USER, ui_password(home), patience=_AIRFLOW_SECONDS)
    is_healthy = api.is_healthy()
    said = f"{'healthy' if is_healthy else 'not healthy'} at {running.url}"
    yield Finding("airflow", is_healthy, said, f"read {home.log}")
    if not is_healthy:
        return
    try:
        broken = import_errors(api)
    except DatelineError as error:
        broken = [cut_in_the_middle(str(error))]
    said = "; ".join(broken) if broken else "all files are read"
    yield Finding("dags", not broken, said, "mend the file that is named")
