"""The annotator's memory on Postgres: what it found in a stretch of text, for all later processes.

A silent edit comes hours after its story, in another process; most of it was read before. A row
costs about 400 bytes and goes by age. Losing all of them loses time only, so the table is unlogged,
and a table that is locked or forbidden counts as an empty one.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeVar
from uuid import UUID

from psycopg import Connection, errors

from pipeline.annotate.tagging.window_cache import FoundSpans, SpanCache, UnitSpan
from pipeline.telemetry import log
from pipeline.warehouse.transactions import transact

LOCK_TIMEOUT = "200ms"
"""Fifty articles are read anew in about 10 s; waiting much longer for a memory is no gain."""
_Result = TypeVar("_Result")
_COUNT = struct.Struct("<I")
_SPAN = struct.Struct("<IIBd")
_CHECKSUM = struct.Struct("<I")


class _Withheld(Exception):
    """The table is locked or forbidden; no ``psycopg.Error``, which ``transact`` would retry."""


class PostgresWindowCache:
    """A ``SpanCache`` (``pipeline/annotate/tagging/window_cache.py``) shared by all annotators.

    Args:
        conn: an autocommit connection.
        model_version: model and code; what another one found is not recalled.
        recent: the memory of this process, asked first.
    """

    def __init__(self, conn: Connection, model_version: str, recent: SpanCache) -> None:
        self._conn = conn
        self._model = model_version.encode()
        self._recent = recent
        self._warned = False

    def get_many(self, keys: Collection[bytes]) -> dict[bytes, FoundSpans]:
        """Return those that this process or the store knows."""
        known = self._recent.get_many(keys)
        wanted = {self._stored_key(key): key for key in keys if key not in known}

        def work(live: Connection) -> dict[bytes, FoundSpans]:
            found = live.execute(
                "select reading_key, spans from news.window_readings where reading_key = any(%s)",
                (list(wanted),),
            )
            read = {wanted[stored]: unpack(spans) for stored, spans in found}
            return {key: reading for key, reading in read.items() if reading is not None}

        stored: dict[bytes, FoundSpans] = {}
        if wanted:
            stored = self._asked(work, stored)
        self._recent.put(stored)
        return known | stored

    def put(self, readings: Mapping[bytes, FoundSpans]) -> None:
        """Store these, also in the place of a damaged row."""
        self._recent.put(readings)
        rows = sorted((self._stored_key(key), pack(spans)) for key, spans in readings.items())

        def work(live: Connection) -> None:
            live.execute(
                "insert into news.window_readings as stored (reading_key, spans)"
                " select * from unnest(%s::uuid[], %s::bytea[]) on conflict (reading_key)"
                " do update set spans = excluded.spans where stored.spans <> excluded.spans",
                ([key for key, _ in rows], [spans for _, spans in rows]),
            )

        if rows:
            self._asked(work, None)

    def _asked(self, work: Callable[[Connection], _Result], otherwise: _Result) -> _Result:
        try:
            return transact(self._conn, lambda live: _shortly(live, work))
        except _Withheld as error:
            if not self._warned:
                log.warning("annotate: going on without remembered windows", reason=str(error))
            self._warned = True
            return otherwise

    def _stored_key(self, key: bytes) -> UUID:
        return UUID(bytes=hashlib.blake2b(key + self._model, digest_size=16).digest())


def _shortly(live: Connection, work: Callable[[Connection], _Result]) -> _Result:
    try:
        live.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        return work(live)
    except (errors.InsufficientPrivilege, errors.LockNotAvailable) as error:
        raise _Withheld(error.diag.message_primary or str(error)) from error


def forget_old_windows(conn: Connection, days: int) -> int:
    """Drop what was read more than ``days`` days ago and return how much that was."""
    done = conn.execute(
        "delete from news.window_readings where read_at < now() - make_interval(days => %s)",
        (days,),
    )
    return done.rowcount


def pack(reading: FoundSpans) -> bytes:
    """Return a reading as bytes: a checksum, a line of labels, then the spans of each head."""
    labels = sorted({label for head in reading for _, _, label, _ in head})
    parts = [" ".join(labels).encode(), b"\n"]
    for head in reading:
        parts.append(_COUNT.pack(len(head)))
        parts += [
            _SPAN.pack(start, end, labels.index(label), score) for start, end, label, score in head
        ]
    packed = b"".join(parts)
    return _CHECKSUM.pack(zlib.crc32(packed)) + packed


def unpack(packed: bytes) -> FoundSpans | None:
    """Return the reading that ``pack`` was given, or None of bytes that it did not write."""
    checksum, written = packed[: _CHECKSUM.size], packed[_CHECKSUM.size :]
    if checksum != _CHECKSUM.pack(zlib.crc32(written)):
        return None
    line, _, spans = written.partition(b"\n")
    return tuple(_heads(line.decode().split(), spans))


def _heads(labels: list[str], packed: bytes) -> Iterator[tuple[UnitSpan, ...]]:
    at = 0
    while at < len(packed):
        (count,) = _COUNT.unpack_from(packed, at)
        start = at + _COUNT.size
        at = start + count * _SPAN.size
        yield tuple(
            (begin, end, labels[number], score)
            for begin, end, number, score in _SPAN.iter_unpack(packed[start:at])
        )
