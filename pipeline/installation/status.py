"""The state of an installation in some lines, and whether a person is needed.

Each line is a fact with the reason why a person is needed, if one is. It asks the store, the disks
and the recorded processes, not Airflow, so it also tells when Airflow itself is dead.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg import Connection

from pipeline.alerts.restarts import restarts_since
from pipeline.annotate.model_version import model_versions
from pipeline.archive.storage import is_remote
from pipeline.errors import DatelineError
from pipeline.local_airflow.home_folder import HomeFolder
from pipeline.local_airflow.processes import find_running
from pipeline.settings import Settings
from pipeline.text import cut_in_the_middle
from pipeline.warehouse.publishes import age_of_last_publish
from pipeline.warehouse.schema import is_current
from pipeline.warehouse.store import connect
from pipeline.warehouse.version_counts import older_versions

LEAST_FREE_BYTES = 1_000_000_000
LEAST_FREE_SHARE = 0.03
"""A disk with less free space than either needs a person: a busy day writes a gigabyte."""
_MANY_RESTARTS = 5
"""Restarts of components within a day from which somebody should read the log."""
_OLD_WORK = timedelta(hours=2)
"""Age of a waiting page from which *curate* has stopped or cannot keep up; it runs for minutes."""

_BACKLOG = """
select count(*), now() - min(f.fetched_at)
from ops.link_attempts as a join news.fetches as f on f.fetch_id = a.fetch_id
where a.outcome is null
"""
_UNPROCESSED = """
select count(*) filter (where deduplicated_at is null), count(*) filter (where annotated_at is null)
from news.article_versions where is_current
"""
_OPEN_RUNS = """
select count(*), max(now() - started_at) from ops.runs where status = 'running'
"""
_AHEAD = """
select run_id, dag_id, started_at - now() from ops.runs
where started_at > now() + interval '5 minutes' order by started_at desc limit 1
"""
_FAILED_CHECKS = """
select array_agg(check_name order by check_name) filter (where not is_passed and severity = 'error')
from ops.check_results
where publish_id = (
    select publish_id from ops.publishes where status <> 'running' order by started_at desc limit 1
)
"""
_STATES = "select state, count(*) from mart.source_state group by 1 order by 2 desc, 1"
_ALERTS = """
select count(*), count(*) filter (where severity = 'severe')
from mart.alerts where closed_at is null
"""
_QUARANTINE = "select count(*) from mart.quarantine"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known about the installation."""

    name: str
    """Key in JSON, such as "oldest_waiting_page"."""
    value: Any
    problem: str | None = None
    """Why a person is needed; None where nobody is."""


def status(settings: Settings, max_age: timedelta | None = None) -> list[Fact]:
    """Return the facts about an installation.

    Args:
        settings: of the installation.
        max_age: a last publish that is older than this needs a person; None for any age.
    """
    facts = [*_processes(settings), *_disks(settings)]
    try:
        with closing(connect()) as connection:
            facts += _store(connection, settings, max_age)
    except DatelineError as error:
        facts.append(Fact("postgres", "no answer", cut_in_the_middle(str(error))))
    return facts


def _processes(settings: Settings) -> Iterator[Fact]:
    home = HomeFolder(settings.home_folder)
    running = None
    if home.running.exists():
        running = find_running(home)
        gone = "Airflow was started here and is gone: `dateline up --detach` starts it"
        problem = None if running else gone
        yield Fact("airflow", running.url if running else "not running", problem)
    restarts = restarts_since(home.restarts, datetime.now(UTC) - timedelta(days=1))
    if restarts:
        many = len(restarts) >= _MANY_RESTARTS
        problem = f"parts of Airflow die again and again: see {home.log}" if many else None
        yield Fact("restarts_24h", len(restarts), problem)


def _disks(settings: Settings) -> Iterator[Fact]:
    folders = {"home": settings.home_folder}
    if not is_remote(settings.archive_url):
        folders["archive"] = Path(settings.archive_url)
    for name, folder in folders.items():
        existing = next(each for each in (folder, *folder.parents) if each.exists())
        usage = shutil.disk_usage(existing)
        is_low = usage.free < max(LEAST_FREE_BYTES, LEAST_FREE_SHARE * usage.total)
        problem = f"make room on the disk of {existing}, or move the folder" if is_low else None
        yield Fact(f"free_bytes_{name}", usage.free, problem)


def _store(connection: Connection, settings: Settings, max_age: timedelta | None) -> Iterator[Fact]:
    version = connection.info.parameter_status("server_version")
    if not is_current(connection):
        yield Fact("postgres", version, "the schema is out of date: `dateline db migrate`")
        return
    yield Fact("postgres", version)
    size = _row(connection, "select pg_database_size(current_database())")[0]
    yield Fact("store_bytes", size)
    yield Fact("articles", _row(connection, "select count(*) from news.articles")[0])
    yield _last_publish(connection, max_age)
    failed = _row(connection, _FAILED_CHECKS)[0] or []
    yield Fact(
        "failed_checks",
        ", ".join(failed),
        "see mart.check_findings" if failed else None,
    )
    yield from _backlog(connection)
    states = connection.execute(_STATES).fetchall()
    yield Fact("source_states", ", ".join(f"{count} {state}" for state, count in states))
    alerts, severe = _row(connection, _ALERTS)
    problem = f"{severe} are severe: `dateline alerts list --open`" if severe else None
    yield Fact("open_alerts", alerts, problem)
    yield Fact("quarantined_pages", _row(connection, _QUARANTINE)[0])
    read, annotated = older_versions(connection, model_versions(settings.nlp_pipelines))
    yield Fact("read_by_older_version", read)
    yield Fact("annotated_by_older_version", annotated)


def run_ahead(connection: Connection) -> str | None:
    """Return the run that began the furthest ahead of now, in words: the clock was set back."""
    row = connection.execute(_AHEAD).fetchone()
    if row is None:
        return None
    return f"run {row[0]} ({row[1]}) began {_words(row[2])} ahead of now: the clock was set back"


def _last_publish(connection: Connection, max_age: timedelta | None) -> Fact:
    age = age_of_last_publish(connection)
    problem = None
    if max_age is not None and (age is None or age > max_age):
        problem = f"nothing was published within {_words(max_age)}: see `dateline doctor`"
    if age is None:
        return Fact("last_publish", "never", problem)
    is_past = age >= timedelta(0)
    return Fact("last_publish", f"{_words(abs(age))} {'ago' if is_past else 'ahead'}", problem)


def _backlog(connection: Connection) -> Iterator[Fact]:
    count, age = _row(connection, _BACKLOG)
    is_old = age is not None and age > _OLD_WORK
    problem = "curate has stopped or cannot keep up: look at its runs" if is_old else None
    yield Fact("waiting_pages", count)
    yield Fact("oldest_waiting_page", _words(age) if age else "", problem)
    without_copies, without_names = _row(connection, _UNPROCESSED)
    yield Fact("waiting_for_dedupe", without_copies)
    yield Fact("waiting_for_annotation", without_names)
    if ahead := run_ahead(connection):
        yield Fact("clock", "set back", f"{ahead}, see `dateline doctor`")
    running, longest = _row(connection, _OPEN_RUNS)
    yield Fact("open_runs", running if not longest else f"{running}, longest for {_words(longest)}")


def _row(connection: Connection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query.encode()).fetchone()
    if row is None:
        raise AssertionError("an aggregate gives one row")
    return row


def _words(span: timedelta) -> str:
    """Return a time span in its largest unit, such as "3 h"."""
    seconds = span.total_seconds()
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
