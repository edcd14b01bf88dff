"""Create the views of ``mart`` from ``sql/marts``, number what changed, and have it counted.

``sql/marts/NN_name.sql`` creates one view ``mart.<name>``. A file that changed is replaced in place
where Postgres can do so: where every column keeps its name, type and place, and new ones come last.
Views of other people that read it, and grants on it, then stay as they are. Otherwise the mart and
all that reads it are dropped and created again (``dependants.py``), in the same transaction.
"""

import re
from collections.abc import Sequence

from psycopg import Connection, errors

from pipeline.errors import MigrationError
from pipeline.warehouse.dependants import Dropped
from pipeline.warehouse.mart_counts import count_all, count_changes, must_count_all
from pipeline.warehouse.sql_files import SqlFile
from pipeline.warehouse.transactions import transact

_VIEW = re.compile(r"^create view (?=mart\.)", re.MULTILINE)


def mart_name(file: SqlFile) -> str:
    """Return the name of the view that a file of ``sql/marts`` creates.

    Raises:
        MigrationError: the file is not named NN_view.sql.
    """
    parts = re.fullmatch(r"\d{2}_(\w+)", file.name)
    if not parts:
        raise MigrationError(f"mart {file.name}.sql: name it NN_<view>.sql.")
    return parts[1]


def known_marts(conn: Connection) -> dict[str, bytes]:
    """Return the marts that the store has, with the hashes of the files that created them."""
    found = conn.execute("select mart_name, sha256 from ops.mart_files")
    return {name: bytes(digest) for name, digest in found}


def drop_marts(conn: Connection, dropped: Dropped) -> None:
    """Drop every mart, for a migration that changes what views would block."""
    for name in known_marts(conn):
        dropped.drop(conn, name)


def make_marts(conn: Connection, files: Sequence[SqlFile], dropped: Dropped) -> list[str]:
    """Create or replace the marts whose files changed, and return the names of those files.

    Args:
        conn: inside the transaction of the upgrade.
        files: all of ``sql/marts``, in the order of their numbers.
        dropped: what migrations of this upgrade have dropped; complete again afterwards.

    Raises:
        MigrationError: a view of other people cannot be created again.
        psycopg.Error: Postgres refuses a file.
    """
    made, done = known_marts(conn), []
    wanted = {mart_name(file) for file in files}
    for name in made.keys() - wanted:
        dropped.drop(conn, name)
        conn.execute("delete from ops.mart_files where mart_name = %s", (name,))
    for file in files:
        name = mart_name(file)
        if made.get(name) == file.sha256 and name not in dropped.waiting:
            continue
        if name in dropped.waiting or not _replaced(conn, file):
            dropped.drop(conn, name)
            conn.execute(file.text.encode())
            dropped.give_back_rights(conn, name)
        conn.execute(
            "insert into ops.mart_files (mart_name, sha256) values (%s, %s)"
            " on conflict (mart_name) do update"
            " set sha256 = excluded.sha256, applied_at = now()",
            (name, file.sha256),
        )
        done.append(file.name)
    if must_count_all(conn):
        # Before materialised views of other people are filled from the counts.
        count_all(conn)
    dropped.restore(conn)
    return done


def _replaced(conn: Connection, file: SqlFile) -> bool:
    """Create a view or replace it in place; return False where it has to be dropped first."""
    statement, count = _VIEW.subn("create or replace view ", file.text)
    if not count:
        return False
    try:
        with conn.transaction():
            conn.execute(statement.encode())
    except (errors.InvalidTableDefinition, errors.WrongObjectType):
        return False
    return True


def refresh(conn: Connection) -> None:
    """Number what changed, and bring the counts behind the daily and weekly marts up to date.

    The other marts are views and show what is committed.
    """
    number_changes(conn)
    count_changes(conn)


def number_changes(conn: Connection) -> int:
    """Give a change number to every article that changed, and return how many there were.

    Whoever copies the marts elsewhere asks for numbers above the last one seen. Only what is
    committed gets a number, from one caller at a time.
    """

    def work(live: Connection) -> int:
        row = live.execute("select news.number_changes()").fetchone()
        return int(row[0]) if row else 0

    return transact(conn, work)
