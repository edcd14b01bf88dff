"""Runs and tasks as Airflow's API shows them: started, followed, and their logs read."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pipeline.cockpit.api import AirflowApi, AirflowError


@dataclass(frozen=True, slots=True)
class Task:
    """One task instance."""

    task_id: str
    label: str
    """``fetch [harbour-gazette]`` for a mapped one."""
    map_index: int
    state: str | None
    seconds: float
    try_number: int

    @property
    def is_over(self) -> bool:
        """Tell whether it will not run again in this run."""
        return self.state in {"success", "failed", "skipped", "upstream_failed", "removed"}


def trigger(api: AirflowApi, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
    """Start a run of a DAG and return its Airflow run id.

    Raises:
        AirflowError: there is no such DAG, or Airflow refuses.
    """
    body = {"logical_date": None, "conf": dict(conf or {})}
    return str(api.post(f"/dags/{dag_id}/dagRuns", body)["dag_run_id"])


def run_state(api: AirflowApi, dag_id: str, run_id: str) -> str:
    """Return ``queued``, ``running``, ``success`` or ``failed``."""
    return str(api.get(f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}")["state"])


def tasks(api: AirflowApi, dag_id: str, run_id: str) -> list[Task]:
    """Return a run's task instances, in the order in which they ended."""
    path = f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances?limit=100&offset="
    found: list[dict[str, Any]] = []
    while True:
        page = api.get(f"{path}{len(found)}")
        found += page["task_instances"]
        if len(found) >= page["total_entries"] or not page["task_instances"]:
            break
    found.sort(key=lambda row: row["end_date"] or "9")
    return [_task(row) for row in found]


def _task(row: Mapping[str, Any]) -> Task:
    name = str(row["task_id"]).rpartition(".")[2]
    mapped = row.get("rendered_map_index") if row["map_index"] >= 0 else None
    return Task(
        task_id=row["task_id"],
        label=f"{name} [{mapped}]" if mapped else name,
        map_index=row["map_index"],
        state=row["state"],
        seconds=float(row["duration"] or 0.0),
        try_number=row["try_number"],
    )


def log_lines(api: AirflowApi, dag_id: str, run_id: str, task: Task) -> list[str]:
    """Return what a task's last try logged, one line an event; of tracebacks only our frames."""
    where = f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances/{task.task_id}"
    path = f"{where}/logs/{max(task.try_number, 1)}?full_content=true&map_index={task.map_index}"
    content = api.get(path)["content"]
    lines: list[str] = []
    for event in content if isinstance(content, list) else [content]:
        lines += _event_lines(event)
    return lines


def _event_lines(event: Any) -> list[str]:
    if not isinstance(event, dict):
        return str(event).splitlines()
    said = str(event.get("event", ""))
    # "::group::Pre Execute" folds lines in Airflow's UI.
    lines = [] if said.startswith("::") else said.splitlines()
    for detail in event.get("error_detail") or []:
        lines += [
            f"  {frame['filename']}:{frame['lineno']} in {frame['name']}"
            for frame in detail.get("frames", [])
            if "site-packages" not in frame["filename"]
        ]
        lines.append(f"  {detail.get('exc_type')}: {detail.get('exc_value')}")
    return lines


def runs_started_by(api: AirflowApi, dag_id: str, run_id: str) -> dict[str, list[str]]:
    """Return the runs that the assets updated by this run have started: run ids by DAG."""
    path = f"/assets/events?source_dag_id={dag_id}&source_run_id={quote(run_id, safe='')}"
    started: dict[str, list[str]] = {}
    for event in api.get(path)["asset_events"]:
        for run in event["created_dagruns"]:
            started.setdefault(str(run["dag_id"]), []).append(str(run["run_id"]))
    return started


def import_errors(api: AirflowApi) -> list[str]:
    """Return the DAG files that Airflow could not read, each with its last line."""
    found = api.get("/importErrors")["import_errors"]
    return [f"{row['filename']}: {row['stack_trace'].strip().splitlines()[-1]}" for row in found]


def wait_for_dags(api: AirflowApi, dag_ids: set[str], seconds: float) -> None:
    """Wait until Airflow has read these DAGs.

    Raises:
        AirflowError: it has not in time; names the import errors.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if dag_ids <= {row["dag_id"] for row in api.get("/dags?limit=100")["dags"]}:
            return
        if problems := import_errors(api):
            raise AirflowError("; ".join(problems))
        time.sleep(0.5)
    raise AirflowError(f"Airflow has not read {', '.join(sorted(dag_ids))} in {seconds:.0f} s")
