"""The first task of every DAG of ours: open a run in ``ops.runs``."""

from typing import Any

from airflow.sdk import task
from policy import stage


@task
def open_run(dag_run: Any = None) -> int:
    """Open the run in `ops.runs`; the same Airflow run gets the same id on every try."""
    return stage("run_lifecycle").open_run(dag_run.dag_id, dag_run.run_id, dag_run.logical_date)
