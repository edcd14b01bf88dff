"""Refresh the materialised views of ``mart``, for the publish stage."""

from psycopg import Connection

from pipeline.warehouse.transactions import transact


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
