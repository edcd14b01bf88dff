"""Runs as rows: opened, closed, and the outcomes of their links counted."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

import psycopg
from psycopg import Connection

from pipeline.telemetry import log
from pipeline.text import one_line
from pipeline.warehouse.transactions import transact

_LOCK = 0x7275_6E73


def open_run(
    conn: Connection,
    dag_id: str,
    airflow_run_id: str,
    logical_date: datetime | None,
    code_version: str,
) -> int:
    """Open a run and return its id; for a known (dag_id, airflow_run_id) open that run again."""

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


def record_skipped_ticks(conn: Connection, run_id: int, ticks: int) -> None:
    """Store how many ticks of the schedule had no run before this one."""

    def work(live: Connection) -> None:
        live.execute("update ops.runs set skipped_ticks = %s where run_id = %s", (ticks, run_id))

    transact(conn, work)


def close_run(conn: Connection, run_id: int, succeeded: bool) -> None:
    """Mark a run as succeeded or failed."""
    status = "succeeded" if succeeded else "failed"

    def work(live: Connection) -> None:
        live.execute(
            "update ops.runs set status = %s, finished_at = now() where run_id = %s",
            (status, run_id),
        )

    transact(conn, work)


@contextmanager
def hold_run_lock(conn: Connection, airflow_run_id: str) -> Iterator[None]:
    """Hold a lock that shows that a run's process lives, until the block ends or the process does.

    It is an advisory lock of a transaction that does nothing else, so it ends with its process,
    however that ends. Its key is the run's name, so that it is held before the run's row exists.

    Args:
        conn: an autocommit connection, used for nothing else within the block.
        airflow_run_id: the name of a run of one process.
    """
    try:
        conn.execute("begin")
        conn.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, airflow_run_id))
    except psycopg.OperationalError as error:
        log.warning("runs: cannot hold the lock of this run", reason=one_line(str(error)))
    try:
        yield
    finally:
        with suppress(psycopg.OperationalError):
            conn.rollback()


def close_abandoned_runs(conn: Connection, command: str) -> list[int]:
    """Mark the runs of a command whose process is gone as failed, and return their ids.

    This is for commands of one process that holds ``hold_run_lock``; Airflow closes its own runs.
    """

    def work(live: Connection) -> list[int]:
        found = live.execute(
            "with open as materialized ("
            " select run_id, airflow_run_id from ops.runs where dag_id = %s and status = 'running'"
            " order by run_id for update skip locked)"
            " update ops.runs as r set status = 'failed', finished_at = now() from open"
            " where r.run_id = open.run_id"
            " and pg_try_advisory_xact_lock(%s, hashtext(open.airflow_run_id))"
            " returning r.run_id",
            (command, _LOCK),
        )
        return sorted(run_id for (run_id,) in found)

    return transact(conn, work)


def close_other_runs(conn: Connection, dag_id: str, airflow_run_id: str) -> list[int]:
    """Mark the open runs of a DAG as failed, apart from one, and return their ids."""

    def work(live: Connection) -> list[int]:
        found = live.execute(
            "update ops.runs set status = 'failed', finished_at = now()"
            " where dag_id = %s and airflow_run_id <> %s and status = 'running' returning run_id",
            (dag_id, airflow_run_id),
        )
        return sorted(run_id for (run_id,) in found)

    return transact(conn, work)


def outcome_counts(conn: Connection, run_id: int) -> dict[str, int]:
    """Count the run's decided links by outcome, most frequent first."""
    found = conn.execute(
        "select outcome, count(*) from ops.link_attempts where run_id = %s and outcome is not null"
        " group by outcome order by count(*) desc, outcome",
        (run_id,),
    )
    return dict(found.fetchall())


def undecided(conn: Connection, run_id: int) -> int:
    """Count the run's links that have no outcome yet."""
    query = "select count(*) from ops.link_attempts where run_id = %s and outcome is null"
    row = conn.execute(query, (run_id,)).fetchone()
    return int(row[0]) if row else 0
