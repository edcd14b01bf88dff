"""Follows a run to its end, telling of each task that is over, and of what a failed one said."""

import time
from collections.abc import Callable

from pipeline.cockpit.api import AirflowApi, AirflowError
from pipeline.cockpit.progress import Progress
from pipeline.cockpit.runs import Task, log_lines, run_state, runs_started_by, tasks

_EVERY = 0.7
"""Seconds between two looks; a look costs the API server about 50 ms of CPU."""
_MARKS = {
    "success": ("✓", "green"),
    "failed": ("✗", "red"),
    "up_for_retry": ("↻", "yellow"),
    "upstream_failed": ("-", "dim"),
}


class RunFailed(AirflowError):
    """A run ended as failed; the message holds the failing tasks' last log lines."""


def follow(
    api: AirflowApi, dag_id: str, run_id: str, progress: Progress, check: Callable[[], None]
) -> None:
    """Return when the run has ended well.

    Args:
        api: the server.
        dag_id: its DAG.
        run_id: Airflow's name of the run.
        progress: told of each task that is over.
        check: called in between; raises where Airflow has died.

    Raises:
        RunFailed: the run has failed.
    """
    seen: set[tuple[str, int, int]] = set()
    while True:
        check()
        state = run_state(api, dag_id, run_id)
        found = tasks(api, dag_id, run_id)
        for task in found:
            _tell_once(dag_id, task, seen, progress)
        if state == "success":
            return
        if state == "failed":
            raise RunFailed(_what_failed(api, dag_id, run_id, found))
        time.sleep(_EVERY)


def next_run(
    api: AirflowApi,
    dag_id: str,
    run_id: str,
    wanted: str,
    check: Callable[[], None],
    seconds: float = 120.0,
) -> str:
    """Return the run of DAG ``wanted`` that this run's asset has started, once there is one.

    Raises:
        AirflowError: none has started in time.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        check()
        if started := runs_started_by(api, dag_id, run_id).get(wanted):
            return started[0]
        time.sleep(_EVERY)
    raise AirflowError(f"{dag_id} has ended, but {wanted} has not started in {seconds:.0f} s")


def _tell_once(
    dag_id: str, task: Task, seen: set[tuple[str, int, int]], progress: Progress
) -> None:
    key = (task.task_id, task.map_index, task.try_number)
    if key in seen or task.state not in _MARKS:
        return
    seen.add(key)
    if task.task_id != "all_well":
        mark, style = _MARKS[task.state]
        progress.tick(f"{dag_id}: {task.label}", task.seconds, mark=mark, style=style)


def _what_failed(api: AirflowApi, dag_id: str, run_id: str, found: list[Task]) -> str:
    parts = [f"the run {run_id} of {dag_id} failed"]
    for task in found:
        if task.state == "failed":
            parts.append(f"--- {dag_id}.{task.label}, the end of its log:")
            parts += log_lines(api, dag_id, run_id, task)[-15:]
    return "\n".join(parts)
