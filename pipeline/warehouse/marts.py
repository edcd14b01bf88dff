"""Refresh the marts and run the checks of ``sql/checks``, for the publish stage."""

from dataclasses import dataclass

import psycopg
from psycopg import Connection

from pipeline.errors import StoreError
from pipeline.text import one_line
from pipeline.warehouse.schema import SqlFile, read_sql, sql_folder
from pipeline.warehouse.transactions import transact

_MAX_FINDINGS = 100
"""Findings stored of one check; the rest would say the same."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of ``sql/checks``: its name, what it found, and whether a finding fails the run."""

    check_name: str
    severity: str
    """``error`` or ``warning``, from the first lines of the file (``-- severity: warning``)."""
    findings: tuple[str, ...]
    """One line per finding."""

    @property
    def passed(self) -> bool:
        """Whether there is no finding."""
        return not self.findings


def refresh(conn: Connection) -> None:
    """Refresh the materialised views of ``mart`` without blocking their readers.

    They are refreshed in the order in which they were created, since one may read another.
    """
    found = conn.execute(
        "select c.relname from pg_catalog.pg_class as c"
        " where c.relnamespace = 'mart'::regnamespace and c.relkind = 'm' order by c.oid"
    ).fetchall()
    for (name,) in found:
        _refresh_one(conn, name)


def _refresh_one(conn: Connection, name: str) -> None:
    def work(live: Connection) -> None:
        # A function, since only the owner of a view may refresh it, and the loader is not.
        live.execute("select ops.refresh_mart(%s)", (name,))

    transact(conn, work)


def run_checks(conn: Connection, run_id: int) -> list[CheckResult]:
    """Run every check for a run, store the results in ``ops.check_results``, return them.

    A check is one SELECT that returns a line of text per finding. The run is in the setting
    ``dateline.run_id``, so that the file also runs in psql after ``set dateline.run_id = '7'``.

    Raises:
        StoreError: Postgres refuses a file; the message has its name and what Postgres says.
    """
    results = [_run_check(conn, run_id, file) for file in read_sql(sql_folder() / "checks")]

    def work(live: Connection) -> None:
        with live.cursor() as cursor:
            cursor.executemany(_UPSERT_RESULT, [_row(run_id, result) for result in results])

    transact(conn, work)
    return results


_UPSERT_RESULT = """
insert into ops.check_results (run_id, check_name, severity, is_passed, findings)
values (%s, %s, %s, %s, %s)
on conflict (run_id, check_name) do update set
    severity = excluded.severity,
    is_passed = excluded.is_passed,
    findings = excluded.findings,
    checked_at = now()
"""


def _run_check(conn: Connection, run_id: int, file: SqlFile) -> CheckResult:
    try:
        with conn.transaction():
            conn.execute("select set_config('dateline.run_id', %s, true)", (str(run_id),))
            found = conn.execute(file.text.encode()).fetchmany(_MAX_FINDINGS)
    except psycopg.ProgrammingError as error:
        raise StoreError(
            f"check {file.name}.sql: {one_line(str(error))}. Correct the file."
        ) from error
    findings = tuple(one_line(str(row[0])) for row in found)
    return CheckResult(file.name, file.header("severity") or "error", findings)


def _row(run_id: int, result: CheckResult) -> tuple[object, ...]:
    return (run_id, result.check_name, result.severity, result.passed, list(result.findings))
