"""Monthly partitions of fetches and fingerprints: made ahead of time, and for old months when met.

A row without a partition of its month goes to the default partition, so a run that comes late
loses nothing. Postgres then refuses a partition of that month; here the rows move into it in the
same transaction, so that the default partition is empty but for the hours between. No month is ever
dropped: a look-up reads the months of its window only, however many there are.
"""

from collections.abc import Collection
from datetime import date

from psycopg import Connection, errors, sql

from pipeline.warehouse.retry import transact

FETCHES = "news.fetches"
FINGERPRINTS = "news.article_fingerprints"
_KEYS = {FETCHES: "fetched_at", FINGERPRINTS: "seen_on"}
_AHEAD = 3
"""This month and two more: a scheduler may stand still for weeks."""


def ensure_partitions(conn: Connection, today: date) -> list[str]:
    """Create the partitions that are missing; return their names.

    Those of this and the next two months, and of every month whose rows lie in the default
    partition; these rows move.
    """
    ahead = [month_after(today, number) for number in range(_AHEAD)]
    made = []
    for table in _KEYS:
        made += ensure_months(conn, table, [*ahead, *_months_in_default(conn, table)])
    return made


def ensure_months(conn: Connection, table: str, days: Collection[date]) -> list[str]:
    """Create the partitions of these days' months where missing; return the new ones' names.

    Args:
        conn: inside a transaction or not.
        table: ``FETCHES`` or ``FINGERPRINTS``.
        days: any days, such as those on which the articles of an old archive were seen.
    """
    months = sorted({day.replace(day=1) for day in days})
    names = [_name(table, first) for first in months]
    found = conn.execute(
        "select name from unnest(%s::text[]) as name where to_regclass(name) is null", (names,)
    )
    missing = {row[0] for row in found}
    wanted = [first for first in months if _name(table, first) in missing]
    return [_name(table, first) for first in wanted if _create(conn, table, first)]


def month_after(day: date, months: int) -> date:
    """Return the first day of the month that lies so many months after a day's."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _name(table: str, first: date) -> str:
    return f"{table}_{first:%Y_%m}"


def _months_in_default(conn: Connection, table: str) -> list[date]:
    statement = sql.SQL("select distinct date_trunc('month', {})::date from {}").format(
        sql.Identifier(_KEYS[table]), sql.Identifier(*f"{table}_default".split("."))
    )
    return [row[0] for row in conn.execute(statement)]


_CREATE = """
lock table {default} in access exclusive mode;
create table {partition} (like {table} including defaults including constraints);
insert into {partition} select * from {default} where {key} >= {first} and {key} < {end};
delete from {default} where {key} >= {first} and {key} < {end};
alter table {table} attach partition {partition} for values from ({first}) to ({end});
"""
"""Attached rather than made as a partition, which would lock the whole table against readers."""


def _create(conn: Connection, table: str, first: date) -> bool:
    statement = sql.SQL(_CREATE).format(
        table=sql.Identifier(*table.split(".")),
        default=sql.Identifier(*f"{table}_default".split(".")),
        partition=sql.Identifier(*_name(table, first).split(".")),
        key=sql.Identifier(_KEYS[table]),
        first=sql.Literal(first.isoformat()),
        end=sql.Literal(month_after(first, 1).isoformat()),
    )
    try:
        transact(conn, lambda live: live.execute(statement))
    except (errors.DuplicateTable, errors.UniqueViolation):  # a twin was quicker
        return False
    return True
