"""Runs: one row per pipeline run; what its links came to."""

from datetime import datetime

from psycopg import Connection

from pipeline.warehouse.retry import transact


def open_run(
    conn: Connection,
    dag_id: str,
    airflow_run_id: str,
    logical_date: datetime | None,
    code_version: str,
) -> int:
    """Return the run's id; the same (dag_id, airflow_run_id) gives the same id, running again."""

    def work(live: Connection) -> int:
        row = live.execute(
            "insert into ops.runs (dag_id, airflow_run_id, logical_date, code_version)"
            " values (%s, %s, %s, %s) on conflict (dag_id, airflow_run_id) do update"
            " set status = 'running', finished_at = null, code_version = excluded.code_version"
            " returning run_id",
            (dag_id, airflow_run_id, logical_date, code_version),
        ).fetchone()
        return int(row[0]) if row else 0

    return transact(conn, work)


def close_run(conn: Connection, run_id: int, succeeded: bool) -> None:
    """Mark a run as succeeded or failed."""
    status = "succeeded" if succeeded else "failed"

    def work(live: Connection) -> None:
        live.execute(
            "update ops.runs set status = %s, finished_at = now() where run_id = %s",
            (status, run_id),
        )

    transact(conn, work)


def outcome_counts(conn: Connection, run_id: int) -> dict[str, int]:
    """Count the run's decided links by outcome, most frequent first."""
    found = conn.execute(
        "select outcome, count(*) from ops.links where run_id = %s and outcome is not null"
        " group by outcome order by count(*) desc, outcome",
        (run_id,),
    )
    return dict(found.fetchall())


def undecided(conn: Connection, run_id: int) -> int:
    """Count the run's links that have no outcome yet."""
    query = "select count(*) from ops.links where run_id = %s and outcome is null"
    row = conn.execute(query, (run_id,)).fetchone()
    return int(row[0]) if row else 0
