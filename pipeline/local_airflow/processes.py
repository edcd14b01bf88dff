"""Start and stop the supervisor process of a home folder, and the processes that a kill left over.

A process is signalled only if it is the supervisor recorded in the home folder (same process id and
same start time), or if it belongs to that supervisor's session and its environment names the home
folder as ``AIRFLOW_HOME``.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SettingsError, UsageError
from pipeline.extras import how_to_install
from pipeline.local_airflow.home_folder import HomeFolder, bundled_folder, write_private_json

_STOP_SECONDS = 20.0
"""Seconds for the supervisor to end: the 5 that it gives its components, and some for a busy
machine."""
_ORPHAN_SECONDS = 2.0
"""Seconds for orphaned processes to end after SIGTERM before they are killed."""


@dataclass(frozen=True, slots=True)
class SupervisorRecord:
    """A supervisor that was started for a home folder, as ``running.json`` records it."""

    pid: int
    started: float
    """Start time in seconds since the epoch; process ids are reused, the pair of both is not."""
    url: str
    """Address of the UI and the REST API."""
    starter: int | None = None
    """Id of the process that it ends with; None where it was detached."""
    birth: str | None = None
    """The boot and the clock ticks from there to its start, which setting the clock does not change
    as it changes ``started``; None where the system does not tell, or in a record of before."""

    def has_lost_starter(self) -> bool:
        """Tell whether the process that it ends with is gone, so that it will end within 0.5 s."""
        return self.starter is not None and not _psutil().pid_exists(self.starter)

    def is_alive(self) -> bool:
        """Tell whether this very process still runs."""
        psutil = _psutil()
        try:
            process = psutil.Process(self.pid)
            if self.birth is not None:
                is_same = _birth(self.pid) == self.birth
            else:
                is_same = abs(process.create_time() - self.started) < 1.0
            return bool(is_same and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False


def find_running(home: HomeFolder) -> SupervisorRecord | None:
    """Return the supervisor that runs for this home folder, or None."""
    record = _read_record(home)
    return record if record is not None and record.is_alive() else None


def start(
    home: HomeFolder,
    environment: Mapping[str, str],
    url: str,
    *,
    migrate: bool,
    detached: bool,
    restarts: bool = False,
) -> "subprocess.Popen[bytes]":
    """Start the supervisor in a new session; its output and Airflow's are added to ``home.log``.

    Args:
        home: the home folder, created.
        environment: all environment variables of the processes.
        url: where the API server will listen.
        migrate: run ``airflow db migrate`` first.
        detached: keep running when this process ends.
        restarts: start again what dies, and look after Postgres and the logs.

    Raises:
        UsageError: a supervisor runs already for this home folder.
        SettingsError: Airflow is not installed.
    """
    other = find_running(home)
    if other is not None and other.has_lost_starter():
        _wait_until(lambda: find_running(home) is None, _STOP_SECONDS)
        other = find_running(home)
    if other is not None:
        raise UsageError(f"Airflow runs already at {other.url} (stop it with `dateline down`)")
    end_orphans(home)
    arguments = ["migrate"] * migrate + ["detached"] * detached + ["restart"] * restarts
    with home.log.open("ab") as log:
        supervisor = subprocess.Popen(
            [sys.executable, str(bundled_folder("config") / "dateline_airflow.py"), *arguments],
            stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=dict(environment),
            start_new_session=True,
        )
    started = _psutil().Process(supervisor.pid).create_time()
    starter = None if detached else os.getpid()
    record = SupervisorRecord(supervisor.pid, started, url, starter, _birth(supervisor.pid))
    write_private_json(home.running, asdict(record))
    return supervisor


def stop(home: HomeFolder) -> bool:
    """End the Airflow of this home folder and its orphans; return whether there was any process."""
    record = _read_record(home)
    if record is None:
        return False
    was_alive = record.is_alive()
    if was_alive:
        os.kill(record.pid, signal.SIGTERM)
        _wait_until(lambda: not record.is_alive(), _STOP_SECONDS)
    had_orphans = end_orphans(home)
    return was_alive or had_orphans


def end_orphans(home: HomeFolder) -> bool:
    """End the processes of a session whose supervisor is gone; return whether there was any.

    They get SIGTERM first and SIGKILL after ``_ORPHAN_SECONDS``.
    """
    record = _read_record(home)
    if record is None:
        return False
    orphans = _session_processes(record, home)
    for process in orphans:
        _signal(process, signal.SIGTERM)
    _wait_until(lambda: not _session_processes(record, home), _ORPHAN_SECONDS if orphans else 0.0)
    for process in _session_processes(record, home):
        _signal(process, signal.SIGKILL)
    home.running.unlink(missing_ok=True)
    return bool(orphans)


def count_orphans(home: HomeFolder) -> int:
    """Return the number of processes of a session whose supervisor is gone."""
    record = _read_record(home)
    if record is None or record.is_alive():
        return 0
    return len(_session_processes(record, home))


def _session_processes(record: SupervisorRecord, home: HomeFolder) -> list[Any]:
    """Return the processes of the supervisor's session whose environment names the home folder."""
    psutil = _psutil()
    found = []
    for process in psutil.process_iter():
        try:
            if (
                os.getsid(process.pid) == record.pid
                and process.status() != psutil.STATUS_ZOMBIE
                and process.environ().get("AIRFLOW_HOME") == str(home.airflow)
            ):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _birth(pid: int) -> str | None:
    """Return the boot and the clock ticks from there to the start of a process (Linux, proc(5))."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # Fields begin after the name, which may hold blanks and brackets itself; the 22nd is wanted.
    return f"{boot.strip()} {stat.rpartition(')')[2].split()[19]}"


def _signal(process: Any, number: int) -> None:
    try:
        process.send_signal(number)
    except _psutil().NoSuchProcess:
        return


def _wait_until(is_done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not is_done():
        time.sleep(0.1)


def _read_record(home: HomeFolder) -> SupervisorRecord | None:
    try:
        return SupervisorRecord(**json.loads(home.running.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _psutil() -> Any:
    # Airflow depends on psutil; Dateline without the extra does not.
    try:
        import psutil  # type: ignore[import-untyped]
    except ImportError as error:
        raise SettingsError(f"Airflow is not installed: {how_to_install('airflow')}") from error
    return psutil
