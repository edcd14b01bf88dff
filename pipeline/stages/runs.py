"""Stage *runs*: a run is opened before its first link and closed when every link has an outcome."""

from datetime import datetime

from pipeline import __version__
from pipeline.stages.store import store
from pipeline.telemetry import log
from pipeline.warehouse.runs import close_run as close_stored_run
from pipeline.warehouse.runs import open_run as open_stored_run
from pipeline.warehouse.runs import outcome_counts


def open_run(dag_id: str, airflow_run_id: str, logical_date: datetime | None = None) -> int:
    """Return the run's id; the same DAG and Airflow run give the same id."""
    with store() as connection:
        return open_stored_run(connection, dag_id, airflow_run_id, logical_date, __version__)


def close_run(run_id: int, succeeded: bool) -> dict[str, int]:
    """Close a run and return how many of its links are decided, by outcome."""
    with store() as connection:
        close_stored_run(connection, run_id, succeeded)
        counts = outcome_counts(connection, run_id)
    log.info("run closed", run_id=run_id, succeeded=succeeded, **counts)
    return counts
