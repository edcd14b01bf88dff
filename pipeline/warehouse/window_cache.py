"""A cache on Postgres of the spans that the model found in segments of text.

A silent edit arrives hours after its story, in another process, and most of its text was annotated
before. A row takes about 400 bytes and is deleted by age. Losing rows costs only time, so the table
is unlogged, and a table that is locked or forbidden counts as an empty one.
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
"""A part of fifty articles takes about 10 s without the cache; a longer wait would gain nothing."""
_Result = TypeVar("_Result")
_COUNT = struct.Struct("<I")
_SPAN = struct.Struct("<IIBd")
_CHECKSUM = struct.Struct("<I")


class _TableUnavailable(Exception):
    """The table is locked or forbidden; not a ``psycopg.Error``, which ``transact`` would retry."""


class PostgresWindowCache:
    """A ``SpanCache`` (``pipeline/annotate/tagging/window_cache.py``) shared by all annotators.

    Args:
        conn: an autocommit connection.
        model_version: the model and its rules; spans of other versions are not returned.
        recent: the cache of this process, which is looked at first.
    """

    def __init__(self, conn: Connection, model_version: str, recent: SpanCache) -> None:
        self._conn = conn
        self._model = model_version.encode()
        self._recent = recent
        self._warned = False

    def get_many(self, keys: Collection[bytes]) -> dict[bytes, FoundSpans]:
        """Return the spans of those keys that are in the cache of this process or in the store."""
        known = self._recent.get_many(keys)
        wanted = {self._stored_key(key): key for key in keys if key not in known}

        def work(live: Connection) -> dict[bytes, FoundSpans]:
            found = live.execute(
                "select reading_key, spans from news.window_readings where reading_key = any(%s)",
                (list(wanted),),
            )
            unpacked = {wanted[stored]: unpack(packed) for stored, packed in found}
            return {key: spans for key, spans in unpacked.items() if spans is not None}

        stored: dict[bytes, FoundSpans] = {}
        if wanted:
            stored = self._run(work, stored)
        self._recent.put(stored)
        return known | stored

    def put(self, spans: Mapping[bytes, FoundSpans]) -> None:
        """Store spans by key; a damaged row is replaced."""
        self._recent.put(spans)
        rows = sorted((self._stored_key(key), pack(found)) for key, found in spans.items())

        def work(live: Connection) -> None:
            live.execute(
                "insert into news.window_readings as stored (reading_key, spans)"
                " select * from unnest(%s::uuid[], %s::bytea[]) on conflict (reading_key)"
                " do update set spans = excluded.spans where stored.spans <> excluded.spans",
                ([key for key, _ in rows], [packed for _, packed in rows]),
            )

        if rows:
            self._run(work, None)

    def _run(self, work: Callable[[Connection], _Result], default: _Result) -> _Result:
        try:
            return transact(self._conn, lambda live: _with_short_wait(live, work))
        except _TableUnavailable as error:
            if not self._warned:
                log.warning("annotate: continuing without cached windows", reason=str(error))
            self._warned = True
            return default

    def _stored_key(self, key: bytes) -> UUID:
        return UUID(bytes=hashlib.blake2b(key + self._model, digest_size=16).digest())


def _with_short_wait(live: Connection, work: Callable[[Connection], _Result]) -> _Result:
    try:
        live.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        return work(live)
    except (errors.InsufficientPrivilege, errors.LockNotAvailable) as error:
        raise _TableUnavailable(error.diag.message_primary or str(error)) from error


def forget_old_windows(conn: Connection, days: int) -> int:
    """Delete rows that are older than ``days`` days, and return how many."""
    done = conn.execute(
        "delete from news.window_readings where read_at < now() - make_interval(days => %s)",
        (days,),
    )
    return done.rowcount


def pack(spans: FoundSpans) -> bytes:
    """Return spans as bytes: a checksum, a line with the labels, then the spans of each head."""
    labels = sorted({label for head in spans for _, _, label, _ in head})
    parts = [" ".join(labels).encode(), b"\n"]
    for head in spans:
        parts.append(_COUNT.pack(len(head)))
        parts += [
            _SPAN.pack(start, end, labels.index(label), score) for start, end, label, score in head
        ]
    packed = b"".join(parts)
    return _CHECKSUM.pack(zlib.crc32(packed)) + packed


def unpack(packed: bytes) -> FoundSpans | None:
    """Return the spans that ``pack`` was given, or None for bytes that it did not write."""
    checksum, written = packed[: _CHECKSUM.size], packed[_CHECKSUM.size :]
    if checksum != _CHECKSUM.pack(zlib.crc32(written)):
        return None
    labels, _, spans = written.partition(b"\n")
    return tuple(_heads(labels.decode().split(), spans))


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
