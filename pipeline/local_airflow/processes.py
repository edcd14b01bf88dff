"""Starts and ends the keeper, and ends what a keeper that was killed left behind.

A process is ours if it is in the session that our keeper led, or led by it, and its environment
names this home; nothing else is ever signalled.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import SettingsError, UsageError
from pipeline.local_airflow.home_folder import Places, shipped, write_private

_PATIENCE = 20.0
"""Seconds that the keeper may take: its own patience, and some for a busy machine."""


@dataclass(frozen=True, slots=True)
class Running:
    """A keeper that was started for a home."""

    pid: int
    started: float
    """Its start in seconds since the epoch: with the pid, it names one process for ever."""
    url: str
    starter: int | None = None
    """The process that it ends with; None where it was detached."""

    def is_ending(self) -> bool:
        """Tell whether its starter is gone, killed perhaps: it is about to notice."""
        return self.starter is not None and not _psutil().pid_exists(self.starter)

    def is_alive(self) -> bool:
        """Tell whether this very process still runs."""
        psutil = _psutil()
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.started) < 1.0
            return bool(same and found.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False


def running(places: Places) -> Running | None:
    """Return the keeper that runs for this home, if one does."""
    known = _recorded(places)
    return known if known is not None and known.is_alive() else None


def start(
    places: Places, environment: Mapping[str, str], url: str, *, migrate: bool, detached: bool
) -> "subprocess.Popen[bytes]":
    """Start the keeper in a session of its own; what it and Airflow print goes to the log.

    Raises:
        UsageError: one runs already.
        SettingsError: Airflow is not installed.
    """
    other = running(places)
    if other is not None and other.is_ending():
        _wait_until(lambda: running(places) is None, _PATIENCE)
        other = running(places)
    if other is not None:
        raise UsageError(f"Airflow runs already at {other.url} (stop it with `dateline down`)")
    stop_stale(places)
    words = ["migrate"] * migrate + ["detached"] * detached
    with places.log.open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, str(shipped("config") / "dateline_airflow.py"), *words],
            stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=dict(environment),
            start_new_session=True,
        )
    started = _psutil().Process(keeper.pid).create_time()
    starter = None if detached else os.getpid()
    known = {"pid": keeper.pid, "started": started, "url": url, "starter": starter}
    write_private(places.running, known)
    return keeper


def stop(places: Places) -> bool:
    """End this home's Airflow, running or left behind; return whether there was any."""
    known = _recorded(places)
    if known is None:
        return False
    was_alive = known.is_alive()
    if was_alive:
        os.kill(known.pid, signal.SIGTERM)
        _wait_until(lambda: not known.is_alive(), _PATIENCE)
    left = stop_stale(places)
    return was_alive or left


def stop_stale(places: Places) -> bool:
    """Kill what is left of a session whose keeper is gone; return whether there was anything."""
    known = _recorded(places)
    if known is None:
        return False
    left = _session_of(known, places)
    for process in left:
        _signal(process, signal.SIGTERM)
    _wait_until(lambda: not _session_of(known, places), 2.0 if left else 0.0)
    for process in _session_of(known, places):
        _signal(process, signal.SIGKILL)
    places.running.unlink(missing_ok=True)
    return bool(left)


def _session_of(known: Running, places: Places) -> list[Any]:
    """Return the processes of the keeper's session that carry this home in their environment."""
    psutil = _psutil()
    ours = []
    for process in psutil.process_iter():
        try:
            if (
                os.getsid(process.pid) == known.pid
                and process.status() != psutil.STATUS_ZOMBIE
                and process.environ().get("AIRFLOW_HOME") == str(places.airflow)
            ):
                ours.append(process)
        except (psutil.Error, OSError):
            continue
    return ours


def _signal(process: Any, number: int) -> None:
    try:
        process.send_signal(number)
    except _psutil().NoSuchProcess:
        return


def _wait_until(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not done():
        time.sleep(0.1)


def _recorded(places: Places) -> Running | None:
    try:
        return Running(**json.loads(places.running.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _psutil() -> Any:
    # Airflow depends on it; the core does not.
    try:
        import psutil  # type: ignore[import-untyped]
    except ImportError as error:
        raise SettingsError(
            "Airflow is not installed: uv sync --extra airflow (or pip install 'dateline[airflow]')"
        ) from error
    return psutil
