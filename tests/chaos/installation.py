"""An installation of Dateline in a folder of its own, run by ``dateline up --detach``.

Its processes are found by the folder in their environment, as ``dateline down`` finds them, and
told apart by their titles. Short settings let it do in a minute what takes an hour otherwise.
"""

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg

from pipeline.errors import DatelineError
from pipeline.local_airflow.api import AirflowApi, trigger
from pipeline.local_airflow.home_folder import UI_USER, HomeFolder, ui_password
from pipeline.local_airflow.metadata_database import DATABASE
from pipeline.local_airflow.processes import find_running
from pipeline.warehouse.embedded_server import EmbeddedServer
from pipeline.warehouse.store import connect

SETTINGS = {
    "DATELINE_SCHEDULE": "* * * * *",
    "DATELINE_ALLOW_PRIVATE_ADDRESSES": "true",
    "DATELINE_CRAWL_DELAY": "0.01",
    "DATELINE_CONNECT_TIMEOUT": "3",
    "DATELINE_READ_TIMEOUT": "3",
    "DATELINE_TOTAL_TIMEOUT": "5",
    "DATELINE_FETCH_TASKS": "2",
    "DATELINE_CPU_TASKS": "2",
    "DATELINE_CURATE_BATCH": "12",
    "DATELINE_ALERTS": "file:alerts.jsonl",
}
COMPONENTS = {
    "scheduler": "airflow scheduler",
    "dag-processor": "airflow dag-processor",
    "api-server": "airflow api",
    "triggerer": "airflow triggerer",
    "keeper": "dateline keeper",
}
"""Beginning of the title of each component's process."""
_EXECUTOR = "airflow worker -- LocalExecutor"
_TASK = "airflow worker -- "
_UNDER_WAY = """
select ti.dag_id, ti.task_id from task_instance as ti where ti.id = %s
"""
_RUNS_UNDER_WAY = "select dag_id, run_id from dag_run where state in ('running', 'queued')"


@dataclass(frozen=True, slots=True)
class Victim:
    """A process that was chosen."""

    kind: str
    pid: int
    what: str
    """What it was doing, such as "curate.load"."""


@dataclass(slots=True)
class Installation:
    """A home folder, its settings and its processes."""

    home: Path
    sources: Path
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AIRFLOW", "DATELINE_"))
        }
        own = {"DATELINE_HOME": str(self.home), "DATELINE_SOURCES": str(self.sources)}
        return inherited | SETTINGS | own | dict(self.extra)

    @property
    def folder(self) -> HomeFolder:
        return HomeFolder(self.home)

    @property
    def server(self) -> EmbeddedServer:
        return EmbeddedServer(self.home)

    def dateline(self, *words: str, timeout: float = 1200.0) -> "subprocess.CompletedProcess[str]":
        """Run a command of this installation and return how it ended."""
        return subprocess.run(
            [str(Path(sys.executable).with_name("dateline")), *words],
            env=self.environment,
            cwd=self.home.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def up(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        done = self.dateline("up", "--detach")
        if done.returncode:
            raise RuntimeError(f"dateline up: {done.stderr[-3000:]}")

    def api(self, patience: float = 20.0) -> AirflowApi:
        running = find_running(self.folder)
        if running is None:
            raise RuntimeError("Airflow does not run")
        return AirflowApi(running.url, UI_USER, ui_password(self.folder), patience=patience)

    def tick(self) -> None:
        """Start a run of *ingest* at once, unless one waits or runs or Airflow does not answer.

        The clock starts others. Documents and links that wait for a later time are due now.
        """
        self.let_time_pass()
        with suppress(DatelineError, RuntimeError, psycopg.Error):
            if not any(each.startswith("ingest ") for each in self.runs_under_way()):
                trigger(self.api(patience=3.0), "ingest")

    def let_time_pass(self) -> None:
        """Make due what waits for a later time: documents, robots.txt, and links that failed."""
        with suppress(DatelineError, psycopg.Error), closing(self.store()) as connection:
            connection.execute(
                "update ops.documents set next_due_at = now() where document_id in"
                " (select document_id from ops.documents for update skip locked)"
            )
            connection.execute(
                "update ops.robots_files set expires_at = now() where outcome is not null"
            )
            connection.execute(
                "update ops.links set next_try_at = now() where link_id in (select link_id"
                " from ops.links where next_try_at > now() and last_outcome not in"
                " ('loaded', 'unchanged', 'not_found') for update skip locked)"
            )

    def visit_again(self, urls: list[str]) -> None:
        """Make links due that were loaded."""
        with suppress(DatelineError, psycopg.Error), closing(self.store()) as connection:
            connection.execute(
                "update ops.links set next_try_at = now() where link_id in (select link_id"
                " from ops.links where url = any(%s) for update skip locked)",
                (urls,),
            )

    def store(self, database: str = "dateline") -> psycopg.Connection:
        return connect(self.server.dsn(database))

    def supervisor(self) -> psutil.Process | None:
        running = find_running(self.folder)
        return psutil.Process(running.pid) if running else None

    def victims(self, kind: str, dag: str | None = None) -> list[Victim]:
        """Return the processes of a kind: a component, ``task``, ``page worker``, ``executor``, …

        Args:
            kind: what to look for.
            dag: only tasks of this DAG, and what works for them.
        """
        if kind == "postgres":
            return [Victim(kind, pid, "postmaster") for pid in self._postmaster()]
        if kind == "postgres backend":
            return list(self._backends())
        found = []
        for process, title in self._titles():
            if kind in COMPONENTS and title.startswith(COMPONENTS[kind]):
                found.append(Victim(kind, process.pid, kind))
            elif kind == "executor" and self._waits_for_tasks(process, title):
                found.append(Victim(kind, process.pid, "the worker that waits for tasks"))
            elif kind in ("task", "page worker") and self._is_task(process, title, kind):
                what = self._what(title.removeprefix(_TASK))
                if dag is None or what.startswith(f"{dag}."):
                    found.append(Victim(kind, process.pid, what))
        return found

    def _titles(self) -> Iterator[tuple[psutil.Process, str]]:
        supervisor = self.supervisor()
        if supervisor is None:
            return
        with suppress(psutil.Error):
            for process in supervisor.children(recursive=True):
                with suppress(psutil.Error):
                    yield process, " ".join(process.cmdline())

    def _waits_for_tasks(self, process: psutil.Process, title: str) -> bool:
        """Tell whether this is the worker of the executor that waits in the queue for all."""
        if not title.startswith(_EXECUTOR):
            return False
        with suppress(OSError):
            return "pipe" in Path(f"/proc/{process.pid}/wchan").read_text()
        return False

    def _is_task(self, process: psutil.Process, title: str, kind: str) -> bool:
        if not title.startswith(_TASK) or title.startswith(_EXECUTOR):
            return False
        with suppress(psutil.Error):
            parent = " ".join(process.parent().cmdline())
            return parent.startswith(_EXECUTOR) == (kind == "task")
        return False

    def _what(self, instance: str) -> str:
        with suppress(DatelineError, psycopg.Error), closing(self.store(DATABASE)) as connection:
            row = connection.execute(_UNDER_WAY, (instance.split()[0],)).fetchone()
            return ".".join(row) if row else ""
        return ""

    def _postmaster(self) -> list[int]:
        with suppress(OSError, ValueError, IndexError):
            pid = int((self.server.data / "postmaster.pid").read_text().split()[0])
            return [pid] if psutil.pid_exists(pid) else []
        return []

    def _backends(self) -> Iterator[Victim]:
        for pid in self._postmaster():
            with suppress(psutil.Error):
                for process in psutil.Process(pid).children():
                    title = " ".join(process.cmdline())
                    if " dateline [" in title or title.endswith("idle in transaction"):
                        yield Victim("postgres backend", process.pid, title.strip())

    def wait_for(self, kind: str, dag: str | None, seconds: float) -> list[Victim]:
        """Return the processes of a kind as soon as there is one, none after so many seconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := self.victims(kind, dag):
                return found
            time.sleep(0.1)
        return []

    def runs_under_way(self) -> list[str]:
        with closing(self.store(DATABASE)) as connection:
            return [f"{dag} {run}" for dag, run in connection.execute(_RUNS_UNDER_WAY)]

    def pause(self) -> None:
        """Let the clock and the assets start no more runs."""
        with closing(self.store(DATABASE)) as connection:
            connection.execute("update dag set is_paused = true")

    def left_over(self) -> list[str]:
        """Return the processes whose environment or command line names the home folder."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                words = [*process.cmdline(), *process.environ().values()]
                if any(str(self.home) in word for word in words):
                    found.append(f"{process.pid} {' '.join(process.cmdline())[:100]}")
        return found

    def down(self) -> None:
        self.dateline("down")

    def end_all(self) -> None:
        """Kill what ``down`` left, so that a failed run of this leaves nothing on the machine."""
        for line in self.left_over():
            with suppress(ProcessLookupError):
                os.kill(int(line.split()[0]), signal.SIGKILL)


@dataclass(slots=True)
class Patience:
    """A wait that goes on for as long as there comes to be less to do, however slow the machine.

    Args:
        seconds: after so many without a smaller amount of work than ever before, it is over.
    """

    seconds: float
    fewest: float = math.inf
    since: float = field(default_factory=time.monotonic)

    def see(self, left: int) -> None:
        """Note how much there is to do."""
        if left < self.fewest:
            self.fewest, self.since = left, time.monotonic()

    def is_left(self) -> bool:
        return time.monotonic() - self.since < self.seconds


def wait_until_none(look: Callable[[], set[str]], seconds: float) -> set[str]:
    """Wait until nothing is there, and return what stays though one after the other may end."""
    patience = Patience(seconds)
    while (found := look()) and patience.is_left():
        patience.see(len(found))
        time.sleep(1.0)
    return found
