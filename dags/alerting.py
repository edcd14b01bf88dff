"""Tell Dateline's alert channels of tasks that failed; your own DAGs may use it too.

``default_args={"on_failure_callback": AlertNotifier()}``. Airflow calls it when a task has failed
and is not tried again. The alert is closed by the next run of the DAG that succeeds.
"""

from importlib import import_module
from typing import Any

from airflow.sdk import BaseNotifier


class AlertNotifier(BaseNotifier):
    """Open an alert about the task that failed, and send it (see ``docs/operations.md``)."""

    def notify(self, context: Any) -> None:
        """Open the alert."""
        task = context["ti"]
        import_module("pipeline.stages.alerts").task_failed(
            task.dag_id, task.run_id, task.task_id, context.get("exception")
        )


class RecoveryNotifier(BaseNotifier):
    """Close the alert about a task, for a DAG that has no row in ``ops.runs``."""

    def notify(self, context: Any) -> None:
        """Close the alert."""
        task = context["ti"]
        import_module("pipeline.stages.alerts").task_succeeded(task.dag_id, task.task_id)
