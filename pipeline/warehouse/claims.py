"""Claims on texts: of several processes that annotate at once, each works on texts of its own.

A claim is an advisory lock of a transaction that does nothing else, on a connection of its own. It
needs no table, holds no row, works behind PgBouncer, and ends with its process however that ends.
It saves work and guards nothing: the writers of this room are safe without, so a claim that is lost
or cannot be had is no error.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from psycopg import Connection

from pipeline.telemetry import log
from pipeline.words import one_line

_LOCK = 0x616E_6E6F
# The key is the body's digest: exact copies have one, so that a text is claimed and not a row. Two
# texts that share its first four bytes (one pair in 2^32) merely wait for each other.
_TRY = """
select article_version_id, pg_try_advisory_xact_lock(
    %s, ('x' || encode(substring(body_sha256 from 1 for 4), 'hex'))::bit(32)::int
)
from news.article_versions where article_version_id = any(%s) order by article_version_id
"""
_WAIT = """
select pg_advisory_xact_lock(
    %s, ('x' || encode(substring(body_sha256 from 1 for 4), 'hex'))::bit(32)::int
)
from news.article_versions where article_version_id = %s
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """Versions divided by who works on their texts, each ordered by id; those gone are in none."""

    ours: list[int]
    others: list[int]


@contextmanager
def claim(conn: Connection, ids: Sequence[int], *, wait: bool = False) -> Iterator[Claim]:
    """Claim the texts of these versions until the block ends.

    Whoever waits holds nothing meanwhile, so two of them never wait for each other.

    Args:
        conn: an autocommit connection, used for nothing else within the block.
        ids: article versions.
        wait: first wait until the first one's text is free; then it is ours.
    """
    try:
        conn.execute("begin")
        if wait:
            conn.execute(_WAIT, (_LOCK, ids[0]))
        found = conn.execute(_TRY, (_LOCK, list(ids))).fetchall()
        ours = [number for number, is_free in found if is_free]
        claimed = Claim(ours, [number for number, is_free in found if not is_free])
    except psycopg.OperationalError as error:
        log.warning("annotate: working without a claim", reason=one_line(str(error)))
        claimed = Claim(sorted(ids), [])
    try:
        yield claimed
    finally:
        with suppress(psycopg.OperationalError):
            conn.rollback()
