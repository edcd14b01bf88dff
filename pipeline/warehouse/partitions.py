"""Monthly partitions of fetches and fingerprints: made ahead of time.

A row without a partition of its month goes to the default partition, so a run that comes late
loses nothing; it only makes dropping an old month less cheap.
"""

from datetime import date

from psycopg import Connection, errors, sql

from pipeline.warehouse.retry import transact

_TABLES = ("news.fetches", "news.article_fingerprints")
_AHEAD = 3
"""This month and two more: a scheduler may stand still for weeks."""


def ensure_partitions(conn: Connection, today: date) -> list[str]:
    """Create this and the next two months' partitions where missing; return the new ones' names."""
    months = [month_after(today, ahead) for ahead in range(_AHEAD)]
    wanted = [(table, first) for table in _TABLES for first in months]
    return [_name(*each) for each in wanted if _create(conn, *each)]


def month_after(day: date, months: int) -> date:
    """Return the first day of the month that lies so many months after a day's."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _name(table: str, first: date) -> str:
    return f"{table}_{first:%Y_%m}"


def _create(conn: Connection, table: str, first: date) -> bool:
    name = sql.Identifier(*_name(table, first).split("."))
    statement = sql.SQL("create table {} partition of {} for values from ({}) to ({})").format(
        name,
        sql.Identifier(*table.split(".")),
        sql.Literal(first.isoformat()),
        sql.Literal(month_after(first, 1).isoformat()),
    )

    def work(live: Connection) -> bool:
        row = live.execute("select to_regclass(%s)", (_name(table, first),)).fetchone()
        if row and row[0]:
            return False
        live.execute(statement)
        return True

    try:
        return transact(conn, work)
    except (errors.DuplicateTable, errors.CheckViolation, errors.UniqueViolation):
        # A twin was quicker, or rows of that month lie in the default partition already: they
        # stay there, and so will the month's others.
        return False
