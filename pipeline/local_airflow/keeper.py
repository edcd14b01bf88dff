"""The keeper: what ``dateline up`` does beside Airflow for as long as it runs.

It starts the embedded Postgres again when it is gone, keeps the components' log at its size, and
once a day removes old task logs and old rows of Airflow's own database. A task of a DAG could do
none of these: it needs Postgres, and it may not touch Airflow's database.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.alerts.restarts import record_death
from pipeline.errors import DatelineError
from pipeline.local_airflow.home_folder import HomeFolder
from pipeline.log_files import empty_if_full
from pipeline.settings import Settings
from pipeline.telemetry import log
from pipeline.warehouse.embedded_server import EmbeddedServer

_POLL_SECONDS = 3.0
_DAY = 86_400.0
_CLEAN_SECONDS = 1800.0
"""Longest time for ``airflow db clean``."""


def keep(settings: Settings, server: EmbeddedServer | None, tell: Callable[[], object]) -> None:
    """Look after the installation until the process is ended.

    Args:
        settings: the home folder, sizes and ages.
        server: the embedded server to keep running; None where Postgres is somebody else's.
        tell: called when a component or Postgres has died, to send alerts; it must not raise.
    """
    home = HomeFolder(settings.home_folder)
    clean_at = time.monotonic() + 600.0
    told = _size(home.restarts)
    while True:
        time.sleep(_POLL_SECONDS)
        if told != (size := _size(home.restarts)):
            told = size
            tell()
        if server is not None:
            start_if_gone(server, home.restarts)
        empty_if_full(home.log, settings.log_file_bytes, settings.log_files)
        if time.monotonic() > clean_at:
            clean_at = time.monotonic() + _DAY
            remove_old_logs(home.airflow / "logs", settings.log_days)
            clean_metadata(settings.airflow_days)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def start_if_gone(server: EmbeddedServer, restarts: Path) -> bool:
    """Start the server if it does not answer, and record that; return whether it was started.

    Args:
        server: the embedded server.
        restarts: the record of what died, which alerts are made from.
    """
    if server.is_ready():
        return False
    found_at, began = datetime.now(UTC), time.monotonic()
    try:
        was_started = server.start()
    except DatelineError as error:
        log.error("Postgres is gone and does not start", reason=str(error))
        return False
    if was_started:
        log.warning("Postgres was gone: started again")
        again_in = time.monotonic() - began
        record_death(restarts, "postgres", found_at, exit_code=None, again_in=again_in)
    return was_started


def remove_old_logs(folder: Path, days: int) -> int:
    """Delete task logs that nobody wrote to for some days, and old empty folders; return how many.

    Args:
        folder: Airflow's folder of task logs.
        days: 0 keeps them for ever.
    """
    if not days or not folder.is_dir():
        return 0
    oldest = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    removed = 0
    for path in sorted(folder.rglob("*"), key=lambda each: -len(each.parts)):
        if path.is_symlink():
            continue
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            removed += 1
        elif path.is_dir() and path.stat().st_mtime < oldest and not any(path.iterdir()):
            path.rmdir()
    log.info("old task logs removed", files=removed, days=days)
    return removed


def clean_metadata(days: int) -> None:
    """Delete rows of Airflow's database that are older than some days; 0 keeps them for ever."""
    if not days:
        return
    oldest = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    command = [sys.executable, "-m", "airflow", "db", "clean", "--clean-before-timestamp", oldest]
    done = subprocess.run(
        [*command, "--skip-archive", "--yes"],
        capture_output=True,
        text=True,
        timeout=_CLEAN_SECONDS,
        check=False,
    )
    if done.returncode:
        log.error("airflow db clean failed", said=done.stderr[-500:])
