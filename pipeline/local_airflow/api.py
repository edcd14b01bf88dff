"""The client of Airflow's REST API (v2): log in, start a DAG run, follow it, read its logs.

``AirflowApi`` sends requests and repeats those that a busy Airflow leaves without an answer. The
functions below it each stand for one question about runs and tasks; ``follow_run`` and
``wait_for_asset_runs`` ask until the answer is there. The client uses ``http.client`` because
Airflow listens on loopback, where no proxy setting of the machine may interfere.
"""

import http.client
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from pipeline.errors import DatelineError
from pipeline.local_airflow.progress import Progress

_REQUIRED_COMPONENTS = ("metadatabase", "scheduler", "dag_processor")
"""Components that must be healthy. No task of ours waits for the triggerer."""
_NOT_READY = {
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
"""Answers that mean "ask again later"."""
_CHECK_ALL_OK = "all_well"
"""The last task of our DAGs: it only fails where another failed, so progress leaves it out."""
_LOG_LINES_SHOWN = 15
_TASK_MARKS = {
    "success": ("✓", "green"),
    "failed": ("✗", "red"),
    "up_for_retry": ("↻", "yellow"),
    "upstream_failed": ("-", "dim"),
}
"""Mark and colour of a task's line, by task state; other states print nothing."""


class AirflowError(DatelineError):
    """Airflow did not answer in time, or answered with an error."""


class _NoAnswer(AirflowError):
    """One request got no answer, or one that says "not ready"; the next may succeed."""


class _ErrorAnswer(AirflowError):
    """Airflow answered with an HTTP error that a second request would not change."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class RunFailed(AirflowError):
    """A DAG run has failed; the message holds the last log lines of the tasks that failed."""


def _assume_alive() -> None:
    """Stand in for ``AirflowApi.check_alive`` where somebody else started Airflow."""


@dataclass(slots=True)
class AirflowApi:
    """A client for one API server and one user; it logs in before the first call that needs it."""

    url: str
    user: str
    password: str = field(repr=False)
    check_alive: Callable[[], None] = _assume_alive
    """Called between requests; raises AirflowError when the Airflow processes have ended."""
    timeout: float = 30.0
    """Seconds to wait for the answer to one request."""
    patience: float = 180.0
    """Seconds during which an unanswered request is repeated; Airflow was seen to need 112 s to
    become healthy on a loaded machine."""
    interval: float = 0.7
    """Seconds between two requests while waiting; one costs the API server about 50 ms of CPU."""
    _token: str | None = field(default=None, repr=False)

    def is_healthy(self) -> bool:
        """Ask once whether the database, the scheduler and the DAG processor are all healthy."""
        try:
            report = self._request("GET", "/api/v2/monitor/health")
        except AirflowError:
            return False
        components = (report.get(name) or {} for name in _REQUIRED_COMPONENTS)
        return all(component.get("status") == "healthy" for component in components)

    def accepts_login(self) -> bool:
        """Ask once whether the user may log in; another installation's Airflow refuses it."""
        body = {"username": self.user, "password": self.password}
        try:
            self._token = str(self._request("POST", "/auth/token", body)["access_token"])
        except AirflowError:
            return False
        return True

    def warm_up(self) -> None:
        """Make the API server load the part that tasks talk to, which takes 4 CPU-seconds.

        Raises:
            AirflowError: no answer.
        """
        self._request("GET", "/execution/health")

    def get(self, path: str) -> Any:
        """Return the JSON answer of ``GET /api/v2<path>``.

        Raises:
            AirflowError: an HTTP error, no answer within ``patience``, or Airflow has ended.
        """
        return self._repeat("GET", f"/api/v2{path}", token=self._login())

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the JSON answer of ``POST /api/v2<path>``.

        The request is repeated when its answer is lost, so ``body`` must name what it creates:
        Airflow then refuses the second one with 409 instead of creating another.

        Raises:
            AirflowError: an HTTP error, no answer within ``patience``, or Airflow has ended.
        """
        return self._repeat("POST", f"/api/v2{path}", body, token=self._login())

    def _login(self) -> str:
        if self._token is None:
            body = {"username": self.user, "password": self.password}
            self._token = str(self._repeat("POST", "/auth/token", body)["access_token"])
        return self._token

    def _repeat(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
    ) -> Any:
        """Send a request until it is answered, Airflow has ended or ``patience`` has run out."""
        began = time.monotonic()
        while True:
            try:
                return self._request(method, path, body, token=token)
            except _NoAnswer as error:
                self.check_alive()
                waited = time.monotonic() - began
                if waited + self.interval > self.patience:
                    raise AirflowError(
                        f"{method} {path}: Airflow at {self.url} runs but has not answered for "
                        f"{waited:.1f} s (last attempt: {error}). The machine may be "
                        "overloaded: end other work on it and try again, or stop Airflow with "
                        "`dateline down` and start it again"
                    ) from error
            time.sleep(self.interval)

    def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
    ) -> Any:
        """Send one request and return its JSON answer.

        Raises:
            _NoAnswer: time-out, connection refused or lost, HTTP 502, 503 or 504.
            _ErrorAnswer: any other HTTP error, or an answer that is no JSON.
        """
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port, timeout=self.timeout
        )
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(
                method, path, json.dumps(body) if body is not None else None, headers
            )
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise _NoAnswer(str(error) or type(error).__name__) from error
        finally:
            connection.close()
        if response.status in _NOT_READY:
            raise _NoAnswer(f"HTTP {response.status}")
        if response.status >= HTTPStatus.BAD_REQUEST:
            message = f"{method} {path}: HTTP {response.status} {content[:300]!r}"
            raise _ErrorAnswer(message, response.status)
        try:
            return json.loads(content) if content else None
        except ValueError as error:  # whoever answers there is not Airflow
            message = f"{method} {path}: no JSON: {content[:300]!r}"
            raise _ErrorAnswer(message, response.status) from error


@dataclass(frozen=True, slots=True)
class TaskInstance:
    """One task of one DAG run, or one part of a mapped task."""

    task_id: str
    label: str
    """The name without its task group; a part of a mapped task reads ``fetch [merrow_post]``."""
    map_index: int
    """Number of the part, -1 where the task is not mapped."""
    state: str | None
    seconds: float
    try_number: int


def trigger(api: AirflowApi, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
    """Start a run of a DAG and return its Airflow run id.

    The run id is made here, so that repeating a request whose answer was lost starts no second run.

    Raises:
        AirflowError: there is no such DAG, or Airflow does not accept the run.
    """
    run_id = f"manual__{datetime.now(UTC).isoformat()}_{secrets.token_hex(4)}"
    body = {"dag_run_id": run_id, "logical_date": None, "conf": dict(conf or {})}
    try:
        return str(api.post(f"/dags/{dag_id}/dagRuns", body)["dag_run_id"])
    except _ErrorAnswer as error:
        if error.status == HTTPStatus.CONFLICT:
            return run_id
        raise


def run_state(api: AirflowApi, dag_id: str, run_id: str) -> str:
    """Return ``queued``, ``running``, ``success`` or ``failed``."""
    return str(api.get(_run_path(dag_id, run_id))["state"])


def task_instances(api: AirflowApi, dag_id: str, run_id: str) -> list[TaskInstance]:
    """Return the task instances of a run, in the order in which they ended."""
    path = f"{_run_path(dag_id, run_id)}/taskInstances?limit=100&offset="
    rows: list[dict[str, Any]] = []
    while True:
        page = api.get(f"{path}{len(rows)}")
        rows += page["task_instances"]
        if len(rows) >= page["total_entries"] or not page["task_instances"]:
            break
    # "9" sorts after every date: tasks that have not ended come last.
    rows.sort(key=lambda row: row["end_date"] or "9")
    return [_task_instance(row) for row in rows]


def _run_path(dag_id: str, run_id: str) -> str:
    return f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"


def _task_instance(row: Mapping[str, Any]) -> TaskInstance:
    name = str(row["task_id"]).rpartition(".")[2]
    part = row.get("rendered_map_index") if row["map_index"] >= 0 else None
    return TaskInstance(
        task_id=row["task_id"],
        label=f"{name} [{part}]" if part else name,
        map_index=row["map_index"],
        state=row["state"],
        seconds=float(row["duration"] or 0.0),
        try_number=row["try_number"],
    )


def log_lines(api: AirflowApi, dag_id: str, run_id: str, task: TaskInstance) -> list[str]:
    """Return the log of a task's last try, without traceback frames of installed packages."""
    path = (
        f"{_run_path(dag_id, run_id)}/taskInstances/{task.task_id}"
        f"/logs/{max(task.try_number, 1)}?full_content=true&map_index={task.map_index}"
    )
    content = api.get(path)["content"]
    lines: list[str] = []
    for event in content if isinstance(content, list) else [content]:
        lines += _event_lines(event)
    return lines


def _event_lines(event: Any) -> list[str]:
    if not isinstance(event, dict):
        return str(event).splitlines()
    message = str(event.get("event", ""))
    # "::group::Pre Execute" folds lines in Airflow's UI.
    lines = [] if message.startswith("::") else message.splitlines()
    for detail in event.get("error_detail") or []:
        lines += [
            f"  {frame['filename']}:{frame['lineno']} in {frame['name']}"
            for frame in detail.get("frames", [])
            if "site-packages" not in frame["filename"]
        ]
        lines.append(f"  {detail.get('exc_type')}: {detail.get('exc_value')}")
    return lines


@dataclass(frozen=True, slots=True)
class StartedRuns:
    """What the assets that a run updated have started."""

    run_ids: dict[str, list[str]]
    """Run ids by DAG id, each once."""
    waiting: int
    """Updates that have started no run yet; those of a DAG that is at work wait for its end."""


def runs_started_by(api: AirflowApi, dag_id: str, run_id: str) -> StartedRuns:
    """Return the runs that were started by the assets this run updated.

    While one of them is queued, Airflow 3.3.2 answers with 500 ("created_dagruns.0.start_date:
    Input should be a valid datetime"); this counts as an update that has started no run yet.
    """
    path = f"/assets/events?source_dag_id={dag_id}&source_run_id={quote(run_id, safe='')}&limit=100"
    started: dict[str, list[str]] = {}
    try:
        events = api.get(path)["asset_events"]
    except _ErrorAnswer as error:
        if error.status != HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        return StartedRuns({}, 1)
    for event in events:
        for run in event["created_dagruns"]:
            runs = started.setdefault(str(run["dag_id"]), [])
            if run["run_id"] not in runs:
                runs.append(str(run["run_id"]))
    waiting = sum(not event["created_dagruns"] for event in events)
    return StartedRuns(started, waiting)


def import_errors(api: AirflowApi) -> list[str]:
    """Return ``<file>: <last line of the traceback>`` for each DAG file that failed to import."""
    rows = api.get("/importErrors")["import_errors"]
    return [f"{row['filename']}: {row['stack_trace'].strip().splitlines()[-1]}" for row in rows]


def wait_for_dags(api: AirflowApi, dag_ids: set[str], seconds: float) -> None:
    """Wait until Airflow has read these DAGs.

    Raises:
        AirflowError: a DAG file cannot be imported (the message names it), Airflow has ended, or
            the time has run out.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        api.check_alive()
        if dag_ids <= {row["dag_id"] for row in api.get("/dags?limit=100")["dags"]}:
            return
        if errors := import_errors(api):
            raise AirflowError("; ".join(errors))
        time.sleep(api.interval)
    raise AirflowError(f"Airflow has not read {', '.join(sorted(dag_ids))} in {seconds:.0f} s")


def wait_for_asset_runs(
    api: AirflowApi, dag_id: str, run_id: str, started_dag_id: str, seconds: float = 120.0
) -> list[str]:
    """Return the runs of ``started_dag_id`` that this run's assets started, once all exist.

    Args:
        api: the client.
        dag_id: the DAG of the run.
        run_id: a run that has ended.
        started_dag_id: a DAG that is scheduled on its assets.
        seconds: longest time to wait for the next run while that DAG does nothing: one run of it
            waits for the end of the other, which took 10 minutes on two cores at a load of 28.

    Returns:
        Run ids; none where the run updated no asset, because it brought nothing.

    Raises:
        AirflowError: an update has started no run in time, or Airflow has ended.
    """
    known, since = 0, time.monotonic()
    while True:
        api.check_alive()
        started = runs_started_by(api, dag_id, run_id)
        found = started.run_ids.get(started_dag_id, [])
        if not started.waiting:
            return found
        waited = time.monotonic() - since
        # Looked at from half the time on, so that a run has the other half to begin after the one
        # that it waited for.
        if len(found) > known or (waited > seconds / 2 and _is_at_work(api, started_dag_id)):
            known, since = len(found), time.monotonic()
        elif waited > seconds:
            raise AirflowError(
                f"{dag_id} has ended, but {started_dag_id} has not started in {seconds:.0f} s"
            )
        time.sleep(api.interval)


def _is_at_work(api: AirflowApi, dag_id: str) -> bool:
    return bool(api.get(f"/dags/{dag_id}/dagRuns?state=running&limit=1")["total_entries"])


def follow_run(api: AirflowApi, dag_id: str, run_id: str, progress: Progress) -> None:
    """Print a line for each task that ends, and return when the run has succeeded.

    Raises:
        RunFailed: the run has failed.
        AirflowError: Airflow has ended or does not answer.
    """
    printed: set[tuple[str, int, int]] = set()
    while True:
        api.check_alive()
        # The state is read before the tasks, so that the last tasks are not missed.
        state = run_state(api, dag_id, run_id)
        tasks = task_instances(api, dag_id, run_id)
        for task in tasks:
            _print_once(dag_id, task, printed, progress)
        if state == "success":
            return
        if state == "failed":
            raise RunFailed(_failure_message(api, dag_id, run_id, tasks))
        time.sleep(api.interval)


def _print_once(
    dag_id: str, task: TaskInstance, printed: set[tuple[str, int, int]], progress: Progress
) -> None:
    key = (task.task_id, task.map_index, task.try_number)
    if key in printed or task.state not in _TASK_MARKS or task.task_id == _CHECK_ALL_OK:
        return
    printed.add(key)
    mark, style = _TASK_MARKS[task.state]
    progress.print_done(f"{dag_id}: {task.label}", task.seconds, mark=mark, style=style)


def _failure_message(api: AirflowApi, dag_id: str, run_id: str, tasks: list[TaskInstance]) -> str:
    lines = [f"the run {run_id} of {dag_id} failed"]
    for task in tasks:
        if task.state == "failed":
            lines.append(f"--- {dag_id}.{task.label}, the end of its log:")
            lines += log_lines(api, dag_id, run_id, task)[-_LOG_LINES_SHOWN:]
    return "\n".join(lines)
