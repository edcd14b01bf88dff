"""Open and close runs, the rows of ``ops.runs``.

A run is opened before its first link is stored, and closed when its work is done or has failed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pipeline import __version__
from pipeline.telemetry import log
from pipeline.warehouse.annotations import pending_versions
from pipeline.warehouse.duplicates import pending_dedup
from pipeline.warehouse.fetches import pending_pages
from pipeline.warehouse.runs import (
    close_abandoned_runs,
    close_other_runs,
    hold_run_lock,
    outcome_counts,
    record_skipped_ticks,
)
from pipeline.warehouse.runs import close_run as close_stored_run
from pipeline.warehouse.runs import open_run as open_stored_run
from pipeline.warehouse.store import store
from pipeline.warehouse.stories import is_story_waiting


def open_run(
    dag_id: str,
    airflow_run_id: str,
    logical_date: datetime | None = None,
    *,
    skipped_ticks: int = 0,
) -> int:
    """Open a run and return its id; the same DAG and Airflow run give the same id.

    Args:
        dag_id: the DAG, or the command.
        airflow_run_id: unique within the DAG.
        logical_date: of the Airflow run.
        skipped_ticks: ticks of the schedule that had no run before this one.
    """
    with store() as connection:
        run_id = open_stored_run(connection, dag_id, airflow_run_id, logical_date, __version__)
        if skipped_ticks:
            record_skipped_ticks(connection, run_id, skipped_ticks)
    return run_id


def close_killed_runs(dag_id: str, airflow_run_id: str) -> None:
    """Close the open runs of a DAG as failed, apart from the one that is going on now.

    A DAG has one run at a time, so the others were killed. What they decided is kept, and what they
    left is taken up by the next run.
    """
    with store() as connection:
        for run_id in close_other_runs(connection, dag_id, airflow_run_id):
            log.warning("an earlier run was killed: closed as failed", run_id=run_id)


def is_work_waiting() -> bool:
    """Tell whether a page waits for extraction, or an article for copies, names or a story."""
    with store() as connection:
        return bool(
            pending_pages(connection, 1)
            or pending_dedup(connection, 1)
            or pending_versions(connection, 1)
            or is_story_waiting(connection)
        )


@contextmanager
def own_run(command: str) -> Iterator[int]:
    """Yield the id of a new run of a command; the caller closes it within the block.

    Runs of the same command whose process was killed are closed as failed. A run's process holds an
    advisory lock, which shows that it is alive.

    Args:
        command: the name of the command in ``ops.runs.dag_id``, such as ``dateline-run``.
    """
    name = f"manual__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}-{os.getpid()}"
    with store() as connection, hold_run_lock(connection, name):
        with store() as other:
            for run_id in close_abandoned_runs(other, command):
                log.warning("the run's process has died: run closed as failed", run_id=run_id)
        yield open_run(command, name)


def close_run(run_id: int, succeeded: bool) -> dict[str, int]:
    """Close a run and return the numbers of its decided links by outcome."""
    with store() as connection:
        close_stored_run(connection, run_id, succeeded)
        counts = outcome_counts(connection, run_id)
    log.info("run closed", run_id=run_id, succeeded=succeeded, **counts)
    return counts
