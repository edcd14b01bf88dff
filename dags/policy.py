"""What the DAGs share: owner, retries, alerts, pools, metrics, and the task that opens a run.

``plugins/dateline_pools.py`` creates the pools named here when the scheduler starts.
"""

from datetime import datetime, timedelta
from importlib import import_module
from itertools import takewhile
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule, task
from airflow.sdk.exceptions import AirflowSkipException
from alerting import AlertNotifier

from pipeline.errors import (
    MigrationError,
    ModelError,
    QuarantinedPages,
    SettingsError,
    StageFault,
    StoreError,
    StoreUnavailable,
    UsageError,
)
from pipeline.settings import settings
from pipeline.telemetry import install_meter, log

Counts = Any
"""The type of a task that returns counts; for ``dict[str, int]`` Airflow pushes an XCom per key."""

FETCH_POOL = "dateline_fetch"
"""The pool of tasks that mostly wait for publishers' servers."""
CPU_POOL = "dateline_cpu"
"""The pool of tasks that keep a core busy."""
DEDUPE_POOL = "dateline_dedupe"
"""A pool of one slot, because two tasks cannot see each other's uncommitted fingerprints."""


def of_batches(ids: str, what: str) -> dict[str, Any]:
    """Return the arguments of tasks mapped over batches of ids; the UI shows ``200 pages``.

    Args:
        ids: the task's argument that holds a batch.
        what: the things that are counted, such as "pages".
    """
    label = f"{{{{ task.op_kwargs['{ids}'] | length }}}} {what}"
    return {"pool": CPU_POOL, "map_index_template": label, "multiple_outputs": False}


def pulled(results: Any) -> list[Any]:
    """Return the results of a mapped task group as a list, without those of failed tasks.

    Airflow 3.3 passes several results as a list, a single one as it is, and none as None.
    """
    if results is None:
        return []
    return [results] if isinstance(results, dict) else list(results)


def all_succeeded(parts: Any, results: Any) -> bool:
    """Tell whether a mapped task was planned and brought a result for each of its parts.

    Args:
        parts: what the planning task returned, None where it failed.
        results: what the mapped task returned, as Airflow passes it.
    """
    return parts is not None and len(pulled(results)) == len(parts)


def stage(name: str) -> Any:
    """Import ``pipeline.stages.<name>``.

    Tasks call it in their bodies, because stages import heavy libraries and the DAG processor reads
    the DAG files again and again.
    """
    return import_module(f"pipeline.stages.{name}")


def all_well() -> EmptyOperator:
    """Return the last task of a DAG, by which Airflow names the state of a run.

    It fails if any task before it did. It costs no process: Airflow itself marks an empty task,
    unless it has a callback to call when it begins, such as that of ``_TASK_ARGS``.
    """
    return EmptyOperator(task_id="all_well", trigger_rule="none_failed", on_execute_callback=None)


@task
def open_run(dag_run: Any = None) -> int:
    """Open the run in `ops.runs`; the same Airflow run gets the same id on every try.

    A DAG has one run at a time, so another one of its runs that is still open there was killed.
    """
    lifecycle = stage("run_lifecycle")
    lifecycle.close_killed_runs(dag_run.dag_id, dag_run.run_id)
    return lifecycle.open_run(dag_run.dag_id, dag_run.run_id, dag_run.logical_date)


def skipped_ticks(ti: Any) -> int:
    """Return how many ticks of the schedule had no run since the scheduled run before this one.

    Airflow starts no run while ``max_active_runs`` are going on, and makes up only for the last of
    the ticks that it missed, without a trace in the UI. So the task logs them.

    Args:
        ti: the task instance of a run; in a run that was started by hand there is nothing to count.
    """
    from croniter import croniter

    run = ti.get_template_context()["dag_run"]
    before = ti.get_previous_dagrun()
    if run.run_type != "scheduled" or before is None or before.run_type != "scheduled":
        return 0
    ticks = croniter(settings().schedule, before.logical_date, ret_type=datetime)
    missed = list(takewhile(lambda tick: tick < run.logical_date, ticks))
    if missed:
        log.warning(
            "ticks without a run: an earlier run was going on, or Airflow was stopped",
            ticks=len(missed),
            first=str(missed[0]),
            last=str(missed[-1]),
            earlier_run=before.run_id,
        )
    return len(missed)


class AirflowMeter:
    """Forward the pipeline's counts to Airflow's stats (StatsD, OpenTelemetry)."""

    def count(self, name: str, value: int = 1, **tags: str) -> None:
        """Add ``value`` to the counter ``dateline.<name>``."""
        from airflow.sdk.observability.stats import incr

        incr(f"dateline.{name}", value, tags=tags)


def measure(context: Any) -> None:
    """Send this task's counts to Airflow; called in the task's process before its body."""
    install_meter(AirflowMeter())


def _skip_unless_opened(context: Any) -> None:
    if context["ti"].xcom_pull(task_ids="open_run") is None:
        raise AirflowSkipException("no run was opened: see the log of open_run")


EVEN_AFTER_FAILURE: dict[str, Any] = {
    "trigger_rule": "all_done",
    "pre_execute": _skip_unless_opened,
}
"""Arguments of a task that runs even if tasks before it failed or were skipped.

It is skipped where no run was opened. Airflow's setup and teardown tasks would express this, but
Airflow forbids ``all_done`` right after a setup.
"""

_TASK_ARGS: dict[str, Any] = {
    "owner": "dateline",
    "retries": 2,
    "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(minutes=30),
    "on_execute_callback": measure,
    "on_failure_callback": AlertNotifier(),
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(exception=StoreUnavailable, action=RetryAction.RETRY),
            RetryRule(
                exception=[
                    UsageError,
                    SettingsError,
                    ModelError,
                    StageFault,
                    QuarantinedPages,
                    MigrationError,
                    StoreError,
                ],
                action=RetryAction.FAIL,
                reason="another try cannot help",
            ),
        ]
    ),
}

_DAG_ARGS: dict[str, Any] = {
    "catchup": False,
    "max_active_runs": 1,
    "default_args": _TASK_ARGS,
}


def dag_args(purpose: str, *run_types: str) -> dict[str, Any]:
    """Return the arguments that every DAG has.

    Args:
        purpose: its tag beside "dateline": "schedule" for what runs by itself, "on demand" for what
            a person starts.
        run_types: how it may be started apart from by hand: "scheduled", "asset_triggered". The
            form "Backfill" of the UI is refused for all DAGs: it would make runs with dates of the
            past that read today's feeds. The DAG *backfill* loads the past.
    """
    return _DAG_ARGS | {
        "tags": ["dateline", purpose],
        "allowed_run_types": ["manual", "operator_triggered", *run_types],
    }
