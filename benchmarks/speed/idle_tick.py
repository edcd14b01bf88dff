"""What a tick with nothing due costs on a real local Airflow: ``make bench``, part "idle tick".

Airflow runs with Dateline's DAGs and 50 sources, of which none is due. CPU time is read from
``/proc`` for the supervisor and the Postgres server with everything below them; a process that has
ended counts by what its parent has reaped. First a quiet span is measured, then one in which a few
runs of *ingest* follow each other; the difference is what the runs cost. The scheduler itself
starts none of them, so that both spans differ in nothing else.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pipeline.local_airflow.airflow import Airflow
from pipeline.local_airflow.api import AirflowApi, run_state, task_instances, trigger
from pipeline.local_airflow.processes import find_running
from pipeline.settings import settings
from pipeline.stages.register_sources import active_sources
from pipeline.telemetry import configure_logging
from pipeline.warehouse.embedded_server import embedded_server
from pipeline.warehouse.store import connect, ensure_store

SOURCES = 50
MOST_SECONDS = 3.0
"""CPU time of a tick over all processes."""
_TICKS = 6
_CALM_SECONDS = 30.0
"""Time after the start, in which Airflow reads the DAGs once more."""
_QUIET_SECONDS = 45.0
_NEVER = "0 0 1 1 *"
"""A schedule that starts no run while this measures."""


@dataclass(frozen=True, slots=True)
class IdleTick:
    """What was measured; CPU time in seconds."""

    of_tick: float
    at_rest: float
    """Of a minute without any tick."""


def cpu_seconds(roots: Iterable[int]) -> float:
    """Return the CPU time of these processes, all below them, and all that these have reaped."""
    children: dict[int, list[int]] = {}
    times: dict[int, float] = {}
    ticks = os.sysconf("SC_CLK_TCK")
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended in the meantime
            continue
        children.setdefault(int(fields[1]), []).append(int(folder.name))
        times[int(folder.name)] = sum(map(int, fields[11:15])) / ticks
    total, waiting = 0.0, list(roots)
    while waiting:
        number = waiting.pop()
        total += times.get(number, 0.0)
        waiting += children.get(number, [])
    return total


def measure() -> IdleTick:
    """Start Airflow with sources that are not due, and measure some ticks."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ |= {
            "DATELINE_HOME": str(home),
            "DATELINE_SOURCES": str(home / "sources"),
            "DATELINE_SCHEDULE": _NEVER,
        }
        settings.cache_clear()
        stack.callback(embedded_server().remove)
        _store_sources(home / "sources")
        airflow = Airflow(settings(), ensure_store())
        stack.callback(airflow.stop)
        airflow.start()
        airflow.wait_until_ready()
        supervisor = find_running(airflow.home)
        assert supervisor is not None
        postmaster = int((embedded_server().data / "postmaster.pid").read_text().split()[0])

        def spent() -> float:
            return cpu_seconds((supervisor.pid, postmaster))

        time.sleep(_CALM_SECONDS)
        return _measured(airflow.api, spent)


def _measured(api: AirflowApi, spent: Callable[[], float]) -> IdleTick:
    _tick(api)  # the first run fills caches
    before, began = spent(), time.monotonic()
    time.sleep(_QUIET_SECONDS)
    a_second = (spent() - before) / (time.monotonic() - began)
    before, began = spent(), time.monotonic()
    for _ in range(_TICKS):
        _tick(api)
    used = spent() - before - a_second * (time.monotonic() - began)
    return IdleTick(used / _TICKS, 60 * a_second)


def _store_sources(folder: Path) -> None:
    """Store sources whose feeds have all been asked for just now."""
    folder.mkdir()
    for number in range(SOURCES):
        host = f"https://outlet-{number}.example"
        (folder / f"outlet_{number}.toml").write_text(
            f'name = "Outlet {number}"\nhomepage = "{host}/"\nfeeds = ["{host}/feed.xml"]\n'
        )
    active_sources()
    with connect() as connection:
        connection.execute("update ops.documents set next_due_at = now() + interval '1 day'")


def _tick(api: AirflowApi) -> None:
    """Run *ingest* once; it must have found nothing to do."""
    run_id = trigger(api, "ingest")
    while run_state(api, "ingest", run_id) in ("queued", "running"):
        time.sleep(1.0)
    states = {task.task_id: task.state for task in task_instances(api, "ingest", run_id)}
    if states.get("plan") != "skipped":
        raise RuntimeError(f"the run {run_id} was not one with nothing due: {states}")


def main() -> None:
    """Print what a tick costs, and check the limit."""
    configure_logging("ERROR")
    found = measure()
    sys.stdout.write(
        f"{SOURCES} sources, none due: {found.of_tick:.2f} CPU-seconds a tick over all processes"
        f" (limit {MOST_SECONDS:.0f}); without ticks {found.at_rest:.1f} CPU-seconds a minute\n"
    )
    assert found.of_tick <= MOST_SECONDS


if __name__ == "__main__":
    main()
