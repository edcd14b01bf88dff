"""Which outlet a host, a file or a folder is of, as people decided (``news.mapped_outlets``)."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from pipeline.models import Source
from pipeline.warehouse.transactions import transact


@dataclass(frozen=True, slots=True)
class MappedOutlet:
    """One decision."""

    address: str
    """A host, or the address of a file or folder; see ``mapped_address``."""
    source_key: str
    mapped_by: str
    mapped_at: datetime
    reason: str | None


def map_outlet(
    conn: Connection, address: str, source_key: str, *, mapped_by: str, reason: str | None = None
) -> bool:
    """Store that pages of an address are of a source; return False if there is no such source.

    Args:
        conn: an autocommit connection.
        address: as ``mapped_address`` returns it; what was mapped before is replaced.
        source_key: key of a stored source.
        mapped_by: who decides.
        reason: for later readers.
    """

    def work(live: Connection) -> bool:
        row = live.execute(
            """
            insert into news.mapped_outlets (address, source_id, mapped_by, reason)
            select %s, s.source_id, %s, %s from news.sources as s where s.source_key = %s
            on conflict (address) do update set
                source_id = excluded.source_id,
                mapped_by = excluded.mapped_by,
                reason = excluded.reason,
                mapped_at = now()
            returning address
            """,
            (address, mapped_by, reason, source_key),
        ).fetchone()
        return row is not None

    return transact(conn, work)


def unmap_outlet(conn: Connection, address: str) -> bool:
    """Forget what was decided about an address; return False if nothing was."""
    return transact(
        conn,
        lambda live: (
            live.execute("delete from news.mapped_outlets where address = %s", (address,)).rowcount
            > 0
        ),
    )


def mapped_outlets(conn: Connection) -> list[MappedOutlet]:
    """Return all decisions by address."""
    found = conn.execute(
        "select m.address, s.source_key, m.mapped_by, m.mapped_at, m.reason"
        " from news.mapped_outlets as m join news.sources as s using (source_id)"
        " order by m.address"
    )
    return [MappedOutlet(*row) for row in found]


def mapped_sources(conn: Connection) -> dict[str, Source]:
    """Return the sources by the addresses that are mapped to them, as far as pages need them."""
    found = conn.execute(
        "select m.address, s.source_key, s.source_name, s.language_code, s.time_zone, s.is_active"
        " from news.mapped_outlets as m join news.sources as s using (source_id)"
    )
    return {
        address: Source(key, name, language=language, time_zone=zone, is_active=is_active)
        for address, key, name, language, zone, is_active in found
    }
