"""The tasks of a simulated tick, each in a process of its own, as the DAGs run them.

What runs is the code of the stages: planning with ``due_groups``, ``collect`` with its fetcher, its
throttle and its robots.txt files in Postgres and its WARC archive, and how runs are opened and
closed. A process is given three things of the simulation: the settings, the web's time in place of
the machine's, and a resolver that knows the invented hosts. Extraction is that of the simulation
(``simulation.read_article``).
"""

import multiprocessing
import os
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import time_machine

from benchmarks.collect.simulation import archived_body, load_pages
from pipeline.settings import settings
from pipeline.stages import collect as collect_stage
from pipeline.stages import load as load_stage
from pipeline.stages import run_lifecycle
from pipeline.telemetry import configure_logging
from pipeline.warehouse.fetches import pages
from pipeline.warehouse.store import store

_INVENTED = ".example"
"""The ending of all host names of the invented web (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Done:
    """The result of a task."""

    value: Any
    cpu_seconds: float


class TaskRunner:
    """Runs tasks, each in a new process, some at a time.

    Args:
        environment: the settings (``DATELINE_*``) of the processes.
        at_once: processes at a time.
    """

    def __init__(self, environment: Mapping[str, str], at_once: int) -> None:
        self._environment = dict(environment)
        # Each process is forked from one that has imported the code and done nothing else.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._pool = ProcessPoolExecutor(at_once, mp_context=context, max_tasks_per_child=1)

    def start(self, ahead: float, task: Callable[..., Any], *arguments: Any) -> "Future[Done]":
        """Start a task.

        Args:
            ahead: seconds by which the web's clock is ahead of the machine's.
            task: a function of this module.
            arguments: of the function.
        """
        return self._pool.submit(_run, self._environment, ahead, task, arguments)

    def close(self) -> None:
        """Wait for the processes to end."""
        self._pool.shutdown()


def plan(name: str) -> tuple[int, list[list[str]]]:
    """Open a run if anything is due; return its id and the groups of sources, as *ingest* does."""
    run_lifecycle.close_killed_runs("ingest", name)
    groups = collect_stage.due_groups()
    if not groups:
        return 0, []
    return run_lifecycle.open_run("ingest", name, datetime.now(UTC)), groups


def collect(run_id: int, source_keys: Sequence[str]) -> dict[str, int]:
    """Ask for what is due of these sources."""
    return collect_stage.collect(run_id, source_keys)


def close_run(run_id: int) -> list[list[int]]:
    """Close a run and return the pages that wait for *load*, in batches."""
    run_lifecycle.close_run(run_id, True)
    return load_stage.plan(run_id)


def load(run_id: int, fetch_ids: Sequence[int]) -> None:
    """Store the articles of these pages."""
    with store() as connection:
        load_pages(connection, run_id, pages(connection, fetch_ids), archived_body)


def _run(
    environment: Mapping[str, str],
    ahead: float,
    task: Callable[..., Any],
    arguments: Sequence[Any],
) -> Done:
    os.environ.update(environment)
    settings.cache_clear()
    configure_logging("ERROR")
    began = time.process_time()
    with time_machine.travel(time.time() + ahead), patch.object(socket, "getaddrinfo", _lookup):
        value = task(*arguments)
    return Done(value, time.process_time() - began)


_system_lookup = socket.getaddrinfo


def _lookup(host: Any, *arguments: Any, **more: Any) -> Any:
    """Return loopback for the invented hosts, in place of ``socket.getaddrinfo``."""
    is_invented = isinstance(host, str) and host.endswith(_INVENTED)
    return _system_lookup("127.0.0.1" if is_invented else host, *arguments, **more)
