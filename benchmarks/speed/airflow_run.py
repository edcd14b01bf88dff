"""Measure a whole run under Airflow: ``python -m benchmarks.speed.airflow_run``.

A real local Airflow takes the English pages of ``news-pages`` from a server on loopback: *ingest*,
then *curate* and *publish*, which follow by themselves. Time counts from the first task's start
to the last one's end, with the pauses in which the scheduler finds the next task. Prints the links
handled in a second, the time of each task, and the largest process of each kind in MB.

``--celery`` gives the tasks to one Celery worker over a Redis server (``redis-server`` of this
machine) in place of the LocalExecutor, so that two runs tell what Celery costs.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from benchmarks.data import data_folder
from benchmarks.speed.end_to_end import english_pages, serve
from benchmarks.speed.process_times import Process, Watch, below
from pipeline.local_airflow.airflow import Airflow
from pipeline.local_airflow.api import AirflowApi, follow_run, trigger, wait_for_asset_runs
from pipeline.local_airflow.processes import find_running
from pipeline.local_airflow.progress import Progress
from pipeline.settings import settings
from pipeline.stages.register_sources import active_sources
from pipeline.telemetry import configure_logging
from pipeline.warehouse.embedded_server import embedded_server
from pipeline.warehouse.store import connect, ensure_store

_NEVER = "0 0 1 1 *"
"""A schedule that starts no run while this measures."""
_KINDS = ("api_server", "scheduler", "dag-processor", "triggerer")
"""Words of the command lines of Airflow's own processes; all others are tasks."""
_WORKER = "Celery worker and tasks"
_WORKER_SECONDS = 120.0
"""Longest time until a worker says that it is ready."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task that has run."""

    name: str
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run took."""

    links: int
    tasks: list[Task]
    watch: Watch

    @property
    def seconds(self) -> float:
        """From the first task's start to the last one's end."""
        began = min(task.began for task in self.tasks)
        return (max(task.ended for task in self.tasks) - began).total_seconds()


def measure(*, with_celery: bool) -> Measured:
    """Start Airflow with one source that lists all pages, and run it once.

    Args:
        with_celery: whether a Celery worker runs the tasks, not the LocalExecutor.
    """
    bodies = english_pages(data_folder() / "news-pages")
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ |= {
            "DATELINE_HOME": str(home),
            "DATELINE_SOURCES": str(home / "sources"),
            "DATELINE_SCHEDULE": _NEVER,
            "DATELINE_CRAWL_DELAY": "0",
        }
        if with_celery:
            os.environ["DATELINE_BROKER"] = stack.enter_context(_redis(home))
        settings.cache_clear()
        stack.callback(embedded_server().remove)
        pages = dict(bodies)
        server = serve(pages)
        stack.callback(server.shutdown)
        site = f"http://127.0.0.1:{server.server_port}"
        lines = "".join(f"<url><loc>{site}{path}</loc></url>" for path in bodies)
        pages["/sitemap.xml"] = (
            '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            f"{lines}</urlset>"
        ).encode()
        (home / "sources").mkdir()
        (home / "sources" / "pages.toml").write_text(
            f'name = "Pages"\nhomepage = "{site}/"\nsitemaps = ["{site}/sitemap.xml"]\n'
            "allow_private_addresses = true\nmax_links = 1000\ncrawl_delay = 0\n"
        )
        airflow = Airflow(settings(), ensure_store())
        stack.callback(airflow.stop)
        active_sources()
        airflow.start()
        airflow.wait_until_ready()
        supervisor = find_running(airflow.home)
        assert supervisor is not None
        postmaster = int((embedded_server().data / "postmaster.pid").read_text().split()[0])
        worker = stack.enter_context(_worker(home)) if with_celery else None
        with Watch(lambda found: _groups(found, supervisor.pid, postmaster, worker)) as watch:
            tasks = _run(airflow.api)
        with connect() as connection:
            row = connection.execute(
                "select count(*) from ops.link_attempts where outcome is not null"
            ).fetchone()
        return Measured(row[0] if row else 0, tasks, watch)


@contextmanager
def _redis(home: Path) -> Iterator[str]:
    """Start Redis on a free port and yield its address.

    Raises:
        SystemExit: Redis is not installed.
    """
    if shutil.which("redis-server") is None:
        sys.exit("redis-server is not installed: apt install redis-server")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir"]
    with subprocess.Popen([*words, home], stdout=subprocess.DEVNULL) as process:
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@contextmanager
def _worker(home: Path) -> Iterator[int]:
    """Start a worker with a task for each core, and yield its process id once it is ready."""
    dateline = str(Path(sys.executable).with_name("dateline"))
    said = home / "worker.log"
    words = [dateline, "worker", "--concurrency", str(os.cpu_count() or 1)]
    with said.open("wb") as out, subprocess.Popen(words, stdout=out, stderr=out) as process:
        deadline = time.monotonic() + _WORKER_SECONDS
        while b" ready" not in said.read_bytes():
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"the worker did not become ready:\n{said.read_text()[-2000:]}")
            time.sleep(0.5)
        yield process.pid
        process.terminate()


def _groups(
    found: dict[int, Process], supervisor: int, postmaster: int, worker: int | None
) -> dict[int, str]:
    """Return the kind of each process of this Airflow, its Postgres and its Celery worker."""
    groups = dict.fromkeys(below(postmaster, found) & found.keys(), "Postgres")
    if worker is not None:
        groups |= dict.fromkeys(below(worker, found) & found.keys(), _WORKER)
    for pid in below(supervisor, found) & found.keys() - groups.keys():
        line = found[pid].command
        groups[pid] = next((kind for kind in _KINDS if kind in line), "tasks and supervisor")
    return groups


def _run(api: AirflowApi) -> list[Task]:
    progress = Progress()
    ingest = trigger(api, "ingest")
    follow_run(api, "ingest", ingest, progress)
    tasks = _tasks(api, "ingest", ingest)
    for curate in wait_for_asset_runs(api, "ingest", ingest, "curate"):
        follow_run(api, "curate", curate, progress)
        tasks += _tasks(api, "curate", curate)
        for publish in wait_for_asset_runs(api, "curate", curate, "publish"):
            follow_run(api, "publish", publish, progress)
            tasks += _tasks(api, "publish", publish)
    return tasks


def _tasks(api: AirflowApi, dag_id: str, run_id: str) -> list[Task]:
    path = f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances?limit=100"
    return [
        Task(
            f"{dag_id}.{row['task_id']}",
            datetime.fromisoformat(row["start_date"]),
            datetime.fromisoformat(row["end_date"]),
        )
        for row in api.get(path)["task_instances"]
        if row["start_date"] and row["end_date"]
    ]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--celery", action="store_true", help="one Celery worker runs the tasks")
    given = parser.parse_args()
    configure_logging("ERROR")
    done = measure(with_celery=given.celery)
    began = min(task.began for task in done.tasks)
    for task in sorted(done.tasks, key=lambda task: task.began):
        since, until = ((moment - began).total_seconds() for moment in (task.began, task.ended))
        print(f"{task.name:32} {since:7.1f} to {until:7.1f} s")
    print(f"{done.links} links, {done.links / done.seconds:.1f} a second under Airflow")
    spent = done.watch.samples[-1][1]
    for kind, peak in done.watch.peaks.items():
        print(f"{kind:24} largest {peak:5.0f} MB, {spent[kind]:6.1f} CPU-s")


if __name__ == "__main__":
    main()
