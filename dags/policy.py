"""What every task and DAG of Dateline shares: owner, retries, deadlines, metrics.

The pools named here are created by ``plugins/dateline_pools.py`` when the scheduler starts.
"""

from datetime import timedelta
from importlib import import_module
from typing import Any

from airflow.sdk import (
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    SyncCallback,
)
from airflow.sdk.exceptions import AirflowSkipException

from pipeline.errors import (
    MigrationError,
    ModelError,
    SettingsError,
    StageFault,
    StoreError,
    StoreUnavailable,
    UsageError,
)
from pipeline.telemetry import install_meter, log

Counts = Any
"""What a task returns; by ``dict[str, int]`` Airflow would push one XCom for each key."""

FETCH_POOL = "dateline_fetch"
"""Tasks that mostly wait for other people's servers."""
CPU_POOL = "dateline_cpu"
"""Tasks that keep a core busy."""
DEDUPE_POOL = "dateline_dedupe"
"""One slot: two dedupe tasks cannot see each other's uncommitted fingerprints."""


def of_batches(ids: str, what: str) -> dict[str, Any]:
    """Return what tasks mapped over batches of ids share; the UI names them ``200 pages``."""
    label = f"{{{{ task.op_kwargs['{ids}'] | length }}}} {what}"
    return {"pool": CPU_POOL, "map_index_template": label, "multiple_outputs": False}


def pulled(results: Any) -> list[Any]:
    """Return the results of a mapped group's tasks as a list, failed ones left out.

    Airflow 3.3 hands over a list of several, the bare value of a single one, and None of none.
    """
    if results is None:
        return []
    return [results] if isinstance(results, dict) else list(results)


def stage(name: str) -> Any:
    """Import ``pipeline.stages.<name>``; only in tasks, for stages pull in heavy libraries."""
    return import_module(f"pipeline.stages.{name}")


class AirflowMeter:
    """Forwards the pipeline's counts to Airflow's stats (StatsD, OpenTelemetry)."""

    def count(self, name: str, value: int = 1, **tags: str) -> None:
        """Add ``value`` to the counter ``dateline.<name>``."""
        from airflow.sdk.observability.stats import incr

        incr(f"dateline.{name}", value, tags=tags)


def measure(context: Any) -> None:
    """Send this task's metrics to Airflow; runs in the task's process, before its body."""
    install_meter(AirflowMeter())


def deadline_missed(**details: Any) -> None:
    """Say in the log that a run is late; replace it by your own alert (mail, chat, pager)."""
    log.error("deadline missed", **{key: str(value) for key, value in details.items()})


def finished_within(hours: float) -> DeadlineAlert:
    """Return an alert for runs that are not done so many hours after they were queued."""
    return DeadlineAlert(
        name=f"done within {hours} h",
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(hours=hours),
        callback=SyncCallback(deadline_missed),
    )


def _only_if_opened(context: Any) -> None:
    if context["ti"].xcom_pull(task_ids="open_run") is None:
        raise AirflowSkipException("no run was opened: see the log of open_run")


EVEN_AFTER_FAILURE: dict[str, Any] = {
    "trigger_rule": "all_done",
    "pre_execute": _only_if_opened,
}
"""For a task that runs when all before it are done, failed or skipped, if only a run was opened.

Not setup and teardown, which say just that: Airflow forbids ``all_done`` right after a setup.
"""

_TASK_ARGS: dict[str, Any] = {
    "owner": "dateline",
    "retries": 2,
    "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "execution_timeout": timedelta(minutes=30),
    "on_execute_callback": measure,
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(exception=StoreUnavailable, action=RetryAction.RETRY),
            RetryRule(
                exception=[
                    UsageError,
                    SettingsError,
                    ModelError,
                    StageFault,
                    MigrationError,
                    StoreError,
                ],
                action=RetryAction.FAIL,
                reason="another try of the same cannot help",
            ),
        ]
    ),
}

DAG_ARGS: dict[str, Any] = {
    "catchup": False,
    "max_active_runs": 1,
    "default_args": _TASK_ARGS,
    "tags": ["dateline"],
}
