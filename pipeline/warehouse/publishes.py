"""Publishes as rows, and the checks of ``sql/checks``, which look at everything since the last one.

Under Airflow the run that publishes (*curate*) is not the run that listed and fetched the links
(*ingest*), so a check never looks at one run alone. It looks at what was decided since the last
publish that succeeded. A publish whose checks fail does not move that moment, so a finding stays in
sight until its cause is mended. Checks of stored rows (one current version, one original) look at
the articles that changed since, and once a day at all of them, as ``dateline db verify`` always
does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg import Connection

from pipeline.errors import StoreError
from pipeline.text import one_line
from pipeline.warehouse.sql_files import SqlFile, read_sql, sql_folder
from pipeline.warehouse.transactions import transact

_MAX_FINDINGS = 100
"""Findings stored of one check; the rest would say the same."""
OVERLAP = timedelta(minutes=15)
"""How far a publish looks back beyond the start of the last one. ``decided_at`` is a worker's clock
inside its transaction: the row may be committed after a publish that began later. A batch of 300
pages is written in seconds. A check that sees a row twice says the same twice."""
WHOLE_LOOK = timedelta(days=1)
"""How often checks of stored rows look at all articles, and not only at those that changed."""
_MAX_URL = 2000


@dataclass(frozen=True, slots=True)
class Publish:
    """One try of the stage *publish*."""

    publish_id: int
    run_id: int
    """The run that publishes."""
    looked_from: datetime
    """Checks look at what was decided since then."""
    changed_from: int
    """Checks of stored rows look at articles whose change number is higher; 0 for all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found."""

    text: str
    """One line."""
    source_key: str | None = None
    page_url: str | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of ``sql/checks``: its name, what it found, and whether a finding fails the run."""

    check_name: str
    severity: str
    """``error`` or ``warning``, from the first lines of the file (``-- severity: warning``)."""
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether there is no finding."""
        return not self.findings


def begin_publish(conn: Connection, run_id: int) -> Publish:
    """Store that a run publishes; close publishes of killed processes as failed.

    Two runs may publish at once. Both look from the end of the last succeeded publish, so each
    sees at least what is new.
    """

    def work(live: Connection) -> Publish:
        live.execute(
            "update ops.publishes as p set status = 'failed', finished_at = now()"
            " from ops.runs as r where r.run_id = p.run_id and p.status = 'running'"
            " and (p.run_id = %s or r.status <> 'running')",
            (run_id,),
        )
        row = live.execute(
            "insert into ops.publishes"
            " (run_id, looked_from, looked_until, changed_from, changed_until)"
            " select %s, coalesce(max(p.looked_until) - %s::interval, 'epoch'), now(),"
            " case when max(p.looked_until) filter (where p.changed_from = 0)"
            " > now() - %s::interval then max(p.changed_until) else 0 end,"
            " coalesce((select max(c.changed_seq) from news.article_changes as c), 0)"
            " from ops.publishes as p where p.status = 'succeeded'"
            " returning publish_id, looked_from, changed_from",
            (run_id, OVERLAP, WHOLE_LOOK),
        ).fetchone()
        if row is None:
            raise AssertionError("an insert returns its row")
        return Publish(row[0], run_id, row[1], row[2])

    return transact(conn, work)


def end_publish(conn: Connection, publish: Publish, succeeded: bool) -> None:
    """Store how a publish ended; the next one looks from its start if it succeeded."""
    status = "succeeded" if succeeded else "failed"

    def work(live: Connection) -> None:
        live.execute(
            "update ops.publishes set status = %s, finished_at = now() where publish_id = %s",
            (status, publish.publish_id),
        )

    transact(conn, work)


def age_of_last_publish(conn: Connection) -> timedelta | None:
    """Return how long ago a publish last succeeded, or None where none ever did."""
    row = conn.execute(
        "select now() - max(finished_at) from ops.publishes where status = 'succeeded'"
    ).fetchone()
    return row[0] if row else None


def forget_old_publishes(conn: Connection, days: int) -> int:
    """Delete publishes older than this with their findings, but not the last that succeeded."""

    def work(live: Connection) -> int:
        return live.execute(
            "delete from ops.publishes where started_at < now() - make_interval(days => %s)"
            " and publish_id <> all (array(select publish_id from ops.publishes"
            " where status = 'succeeded' order by looked_until desc limit 1))",
            (days,),
        ).rowcount

    return transact(conn, work)


def run_checks(conn: Connection, publish: Publish) -> list[CheckResult]:
    """Run every check for a publish, store the results, and return them.

    A check is one SELECT that returns a row per finding, with the columns ``finding`` and, where it
    has them, ``source_key`` and ``page_url``. What it may look at is in the settings
    ``dateline.since``, ``dateline.changed_from`` and ``dateline.run_id``, so that the file also
    runs in psql after ``set dateline.since = '2026-11-28'; set dateline.changed_from = '0';
    set dateline.run_id = '7'``.

    Raises:
        StoreError: Postgres refuses a file, or it has no column ``finding``; names the file.
    """
    results = [run_check(conn, publish, file) for file in read_sql(sql_folder() / "checks")]

    def work(live: Connection) -> None:
        live.execute("delete from ops.check_results where publish_id = %s", (publish.publish_id,))
        live.execute("delete from ops.check_findings where publish_id = %s", (publish.publish_id,))
        with live.cursor() as cursor:
            cursor.executemany(_INSERT_RESULT, [_row(publish, result) for result in results])
            cursor.executemany(
                _INSERT_FINDING, [row for result in results for row in _rows(publish, result)]
            )

    transact(conn, work)
    return results


_INSERT_RESULT = """
insert into ops.check_results (publish_id, check_name, severity, is_passed, finding_count)
values (%s, %s, %s, %s, %s)
"""
_INSERT_FINDING = """
insert into ops.check_findings (
    publish_id, check_name, finding_no, source_key, page_url, finding
)
values (%s, %s, %s, %s, %s, %s)
"""


def run_check(conn: Connection, publish: Publish, file: SqlFile) -> CheckResult:
    """Run one check for a publish and return what it found; store nothing.

    Raises:
        StoreError: Postgres refuses the file, or it has no column ``finding``; names the file.
    """
    try:
        with conn.transaction():
            conn.execute(
                "select set_config('dateline.run_id', %s, true),"
                " set_config('dateline.since', %s, true),"
                " set_config('dateline.changed_from', %s, true)",
                (str(publish.run_id), publish.looked_from.isoformat(), str(publish.changed_from)),
            )
            cursor = conn.execute(file.text.encode())
            columns = [column.name for column in cursor.description or ()]
            rows = cursor.fetchmany(_MAX_FINDINGS)
    except psycopg.ProgrammingError as error:
        raise StoreError(
            f"check {file.name}.sql: {one_line(str(error))}. Correct the file."
        ) from error
    if "finding" not in columns:
        raise StoreError(
            f"check {file.name}.sql has the columns {', '.join(columns)} and none named finding: "
            "name the column with the text so."
        )
    findings = tuple(_finding(dict(zip(columns, row, strict=True))) for row in rows)
    return CheckResult(file.name, file.header("severity") or "error", findings)


def _finding(row: dict[str, object]) -> Finding:
    source, page = row.get("source_key"), row.get("page_url")
    return Finding(
        one_line(str(row["finding"])),
        str(source) if source is not None else None,
        str(page)[:_MAX_URL] if page is not None else None,
    )


def _row(publish: Publish, result: CheckResult) -> Sequence[object]:
    name, severity = result.check_name, result.severity
    return (publish.publish_id, name, severity, result.passed, len(result.findings))


def _rows(publish: Publish, result: CheckResult) -> list[Sequence[object]]:
    return [
        (publish.publish_id, result.check_name, place, each.source_key, each.page_url, each.text)
        for place, each in enumerate(result.findings, start=1)
    ]
