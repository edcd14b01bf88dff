"""Site memory on Postgres: which blocks of text a host has shown on how many articles."""

import hashlib
from collections.abc import Collection

from psycopg import Connection

from pipeline.warehouse.retry import transact
from pipeline.words import storable

CAP = 32
"""Articles remembered for one block: what recurs on so many is furniture, however many more."""


class PostgresSiteMemory:
    """A ``SiteMemory`` (see ``pipeline/clean/memory.py``) that all loaders share.

    Counts are exact up to ``CAP``; further articles are not counted.

    Args:
        conn: an autocommit connection.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def recurring(self, host: str, fingerprints: Collection[int]) -> dict[int, int]:
        """Return, for each known fingerprint, how many different articles of the host held it."""
        found = self._conn.execute(
            "select fingerprint, cardinality(page_hashes) from news.site_blocks"
            " where host = %s and fingerprint = any(%s)",
            (storable(host), list(fingerprints)),
        )
        return dict(found.fetchall())

    def remember(self, host: str, page: str, fingerprints: Collection[int]) -> None:
        """Count the blocks of one article; ``page`` is its canonical URL, and counts once."""
        marks = sorted(set(fingerprints))

        def work(live: Connection) -> None:
            live.execute(
                """
                insert into news.site_blocks as b (host, fingerprint, page_hashes)
                select %s, mark, array[%s::bigint] from unnest(%s::bigint[]) as m(mark)
                order by mark
                on conflict (host, fingerprint) do update
                set page_hashes = b.page_hashes || excluded.page_hashes, last_seen_at = now()
                where cardinality(b.page_hashes) < %s
                    and not b.page_hashes @> excluded.page_hashes
                """,
                (storable(host), _page_hash(page), marks, CAP),
            )

        transact(self._conn, work)


def forget_rare_blocks(conn: Connection, days: int = 90) -> int:
    """Drop blocks that one article held, ``days`` ago and more, and return how many.

    Body paragraphs are such blocks, about 20 an article; furniture recurs within days.
    """

    def work(live: Connection) -> int:
        done = live.execute(
            "delete from news.site_blocks where cardinality(page_hashes) = 1"
            " and last_seen_at < now() - make_interval(days => %s)",
            (days,),
        )
        return done.rowcount

    return transact(conn, work)


def _page_hash(page: str) -> int:
    digest = hashlib.blake2b(storable(page).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
