"""The rows that refer to records of the archive: which files they need, and where a file went.

A file is known by the last part of its name, which holds a random token, so that an archive that is
mounted at another path is the same archive.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from psycopg import Connection, sql

from pipeline.archive.locator import parse_locator
from pipeline.errors import StoreError
from pipeline.warehouse.session_locks import hold_lock
from pipeline.warehouse.transactions import transact

_LOCK = 0x6172_6368
_FILE = r"([^/]*)#offset=\d+(?:&length=\d+)?$"
"""The last part of a file's name within a locator."""
_CURRENT = "select first_fetch_id from news.article_versions where is_current"
_HELD = "select last_fetch_id from news.held_versions where decision is null"
_WAITING = "select fetch_id from ops.link_attempts where outcome is null and fetch_id is not null"


@contextmanager
def hold_archive_lock(conn: Connection) -> Iterator[None]:
    """Hold the lock of commands that move or remove archive files.

    Raises:
        StoreError: another process holds it.
    """
    with hold_lock(conn, _LOCK, seconds=0) as is_ours:
        if not is_ours:
            raise StoreError(
                "another process compacts or prunes the archive: run the command again later."
            )
        yield


def needed_files(conn: Connection) -> set[str]:
    """Return the files with the page of a current version, a held version or an unread page."""
    return _files_of(conn, (_CURRENT, _HELD, _WAITING))


def waiting_files(conn: Connection) -> set[str]:
    """Return the files with pages that wait to be read."""
    return _files_of(conn, (_WAITING,))


def _files_of(conn: Connection, queries: Sequence[str]) -> set[str]:
    found = conn.execute(
        sql.SQL(
            "select distinct substring(raw_uri from %s) from news.fetches"
            " where raw_uri is not null and fetch_id in ({})"
        ).format(sql.SQL(" union all ").join(map(sql.SQL, queries))),
        (_FILE,),
    )
    return {name for (name,) in found if name}


def move_locators(conn: Connection, moves: Sequence[tuple[str, str, int]]) -> int:
    """Let the rows of some files lead into another file, in one transaction; return their number.

    A second call finds nothing to do, so a move that was killed can be repeated.

    Args:
        conn: a connection to the store.
        moves: per file its name, the name of the other, and by how much its offsets grow there.
    """
    names = [name.rpartition("/")[2] for name, _, _ in moves]
    targets = [target for _, target, _ in moves]
    shifts = [shift for _, _, shift in moves]

    def work(live: Connection) -> int:
        return sum(
            live.execute(
                sql.SQL(
                    "update {table} as t set {column} = m.target || '#offset='"
                    r" || (substring({column} from '#offset=(\d+)[^#]*$')::bigint + m.shift)"
                    r" || coalesce(substring({column} from '(&length=\d+)$'), '')"
                    " from unnest(%s::text[], %s::text[], %s::bigint[]) as m (name, target, shift)"
                    " where substring({column} from %s) = m.name"
                ).format(table=table, column=column),
                (names, targets, shifts, _FILE),
            ).rowcount
            for table, column in _locator_columns(live)
        )

    return transact(conn, work)


def forget_files(conn: Connection, names: Collection[str]) -> int:
    """Clear the locators into these files, in one transaction; return the number of rows."""
    last_parts = [name.rpartition("/")[2] for name in names]

    def work(live: Connection) -> int:
        return sum(
            live.execute(
                sql.SQL(
                    "update {table} set {column} = null where substring({column} from %s) = any(%s)"
                ).format(table=table, column=column),
                (_FILE, last_parts),
            ).rowcount
            for table, column in _locator_columns(live)
        )

    return transact(conn, work)


def forget_records(conn: Connection, locators: Collection[str]) -> int:
    """Clear the locators of these records, in one transaction; return the number of rows."""
    records = [parse_locator(each) for each in locators]
    names = [each.file.rpartition("/")[2] for each in records]
    offsets = [str(each.offset) for each in records]

    def work(live: Connection) -> int:
        return sum(
            live.execute(
                sql.SQL(
                    "update {table} set {column} = null where"
                    r" (substring({column} from %s), substring({column} from '#offset=(\d+)'))"
                    " in (select * from unnest(%s::text[], %s::text[]))"
                ).format(table=table, column=column),
                (_FILE, names, offsets),
            ).rowcount
            for table, column in _locator_columns(live)
        )

    return transact(conn, work)


def pages_of_current_versions(conn: Connection, names: Collection[str]) -> int:
    """Count the current versions whose page is in one of these files."""
    row = conn.execute(
        "select count(*) from news.article_versions as v"
        " join news.fetches as f on f.fetch_id = v.first_fetch_id"
        " where v.is_current and substring(f.raw_uri from %s) = any(%s)",
        (_FILE, [name.rpartition("/")[2] for name in names]),
    ).fetchone()
    return int(row[0]) if row else 0


def _locator_columns(conn: Connection) -> list[tuple[sql.Identifier, sql.Identifier]]:
    """Return the tables and columns that hold locators: every ``raw_uri`` and ``snapshot``."""
    found = conn.execute(
        "select n.nspname, c.relname, a.attname from pg_catalog.pg_attribute as a"
        " join pg_catalog.pg_class as c on c.oid = a.attrelid"
        " join pg_catalog.pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname in ('news', 'ops') and c.relkind in ('r', 'p') and not c.relispartition"
        " and a.attname in ('raw_uri', 'snapshot') and not a.attisdropped order by 1, 2, 3"
    )
    return [
        (sql.Identifier(schema, table), sql.Identifier(column)) for schema, table, column in found
    ]
