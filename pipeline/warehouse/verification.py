"""Verify a store at rest: is everything there once, and is nothing left lying?

``sql/checks`` hold at any moment and are run by each publish over what is new.
``sql/invariants`` hold only while no run is going on, so that they are for a person: after a
crash, after a full disk, after a restored backup. Both are run here over everything.
"""

from datetime import UTC, datetime

from psycopg import Connection

from pipeline.warehouse.publishes import CheckResult, Publish, run_check
from pipeline.warehouse.sql_files import read_sql, sql_folder

_EVER = Publish(0, run_id=0, looked_from=datetime(1970, 1, 1, tzinfo=UTC), changed_from=0)
"""Stands for a publish, by no run, that looks at everything."""


def verify(conn: Connection) -> list[CheckResult]:
    """Run all invariants and all checks over everything stored, and return their results.

    Args:
        conn: an autocommit connection with reading rights.

    Raises:
        StoreError: Postgres refuses a file; names it.
    """
    folders = (sql_folder() / "invariants", sql_folder() / "checks")
    return [run_check(conn, _EVER, file) for folder in folders for file in read_sql(folder)]
