"""Runs: one row per pipeline run; what its links came to."""

from datetime import datetime

from psycopg import Connection


def open_run(
    conn: Connection,
    dag_id: str,
    airflow_run_id: str,
    logical_date: datetime | None,
    code_version: str,
) -> int:
    """Return the run's id; the same (dag_id, airflow_run_id) gives the same id."""
    raise NotImplementedError


def close_run(conn: Connection, run_id: int, succeeded: bool) -> None:
    """Mark a run as succeeded or failed."""
    raise NotImplementedError


def outcome_counts(conn: Connection, run_id: int) -> dict[str, int]:
    """Count the run's decided links by outcome, most frequent first."""
    raise NotImplementedError


def undecided(conn: Connection, run_id: int) -> int:
    """Count the run's links that have no outcome yet."""
    raise NotImplementedError
