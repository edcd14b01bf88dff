"""Airflow's REST API (v2), as far as we ask it.

Plain ``http.client``: loopback only, and no proxy setting of the machine gets in between.

Runs and tasks as Airflow's API shows them: started, followed, and their logs read.

Follows a run to its end, telling of each task that is over, and of what a failed one said.
"""

import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from pipeline.errors import DatelineError
from pipeline.local_airflow.progress import Progress

NEEDED = ("metadatabase", "scheduler", "dag_processor")


class AirflowError(DatelineError):
    """Airflow did not answer, or answered with an error."""


@dataclass(slots=True)
class AirflowApi:
    """One API server and one user; logs in on the first call that needs it."""

    url: str
    user: str
    password: str
    timeout: float = 30.0
    _token: str | None = field(default=None, repr=False)

    def is_healthy(self) -> bool:
        """Tell whether the API server, the scheduler and the DAG processor all report healthy."""
        try:
            report = self._call("GET", "/api/v2/monitor/health", token=None)
        except AirflowError:
            return False
        return all((report.get(name) or {}).get("status") == "healthy" for name in NEEDED)

    def warm_up(self) -> None:
        """Ask the part of the API server that tasks talk to: its first answer takes 4 CPU-seconds.

        Raises:
            AirflowError: no answer.
        """
        self._call("GET", "/execution/health", token=None)

    def get(self, path: str) -> Any:
        """Return the JSON answer of ``GET /api/v2<path>``.

        Raises:
            AirflowError: no answer, or an HTTP error; names both.
        """
        return self._call("GET", f"/api/v2{path}", token=self._login())

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the JSON answer of ``POST /api/v2<path>``.

        Raises:
            AirflowError: no answer, or an HTTP error; names both.
        """
        return self._call("POST", f"/api/v2{path}", body, token=self._login())

    def _login(self) -> str:
        if self._token is None:
            body = {"username": self.user, "password": self.password}
            token = self._call("POST", "/auth/token", body, token=None)["access_token"]
            self._token = str(token)
        return self._token

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, token: str | None
    ) -> Any:
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            place.hostname or "", place.port, timeout=self.timeout
        )
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(
                method, path, json.dumps(body) if body is not None else None, headers
            )
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise AirflowError(f"Airflow at {self.url} does not answer: {error}") from error
        finally:
            connection.close()
        if answer.status >= 400:
            raise AirflowError(f"{method} {path}: HTTP {answer.status} {content[:300]!r}")
        return json.loads(content) if content else None


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
