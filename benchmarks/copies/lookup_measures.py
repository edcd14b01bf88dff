"""Measure copy look-ups with one method at one size of the store: time, storage and what is found.

Times are milliseconds on one connection, by wall clock and by CPU (of this process and the
server's; Linux). Buffers are 8 kB pages that the server touched; they depend neither on the machine
nor on its load. ``benchmarks.speed.lookup_speed`` runs the measurements and prints the tables.
"""

import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from psycopg import Connection

from benchmarks.copies.lookup_copies import KINDS, Planted, copies, fingerprint_counts, originals
from benchmarks.copies.lookup_peers import Peer
from benchmarks.copies.lookup_store import OLDER, fill, plant, server
from pipeline.dedupe.fingerprints import fingerprints
from pipeline.stages.dedupe import dedupe_batch
from pipeline.warehouse.duplicates import (
    PostgresCandidates,
    dedup_lock,
    mark_deduplicated,
    pending_dedup,
    save_fingerprints,
)
from pipeline.warehouse.store import connect

ORIGINALS = 100
MADE_LOOKUPS = 300
PLANTED_DAYS_AGO = 20
BATCH = 100

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one method at one size; times in milliseconds."""

    method: str
    articles: int
    times: Sequence[float]
    """Wall clock time of each look-up."""
    processor: Sequence[float]
    """CPU time of each look-up."""
    signature: float
    """Mean time to compute what is stored of a text."""
    insert: float
    """Mean time to store it for one article, in batches of 100."""
    kept_bytes: float
    """Bytes for each article, in memory or on disk."""
    found: Sequence[float]
    """Share of the copies whose original was returned, in the order of ``KINDS``."""
    others: float
    """Mean number of unrelated texts that a look-up returned."""
    buffers: float | None = None
    """Mean number of pages that the server touched in a look-up."""
    stage: float | None = None
    """CPU time for each article of the whole stage *dedupe*: store, look up, compare, group."""


@dataclass(frozen=True, slots=True)
class _Truth:
    """Which stored texts are copies of which, by the ids that a method returns."""

    probes: Mapping[int, Planted]
    originals: Sequence[int]
    """Id of each original, by its index."""

    def found(self, given: Mapping[int, Sequence[int]]) -> list[float]:
        """Return the share of copies whose original was returned, by kind."""
        hits: dict[str, list[bool]] = {kind: [] for kind in KINDS}
        for each, probe in self.probes.items():
            hits[probe.kind].append(self.originals[probe.original] in given[each])
        return [float(np.mean(hits[kind])) for kind in KINDS]

    def others(self, given: Mapping[int, Sequence[int]]) -> float:
        """Return how many unrelated texts a look-up of a copy returned on average."""
        group = {each: place for place, each in enumerate(self.originals)}
        group |= {each: probe.original for each, probe in self.probes.items()}
        strangers = [
            sum(group.get(other) != probe.original for other in given[each])
            for each, probe in self.probes.items()
        ]
        return float(np.mean(strangers))


def measure_dateline(articles: int, data: Path) -> Figures:
    """Measure Dateline on a fresh store with ``articles`` generated articles.

    Real articles are added with a date 20 days ago, and three copies of each with today's date. The
    copies are looked up, and so are generated articles from the whole window.
    """
    given = originals(data, ORIGINALS)
    probes = copies(given)
    with (
        tempfile.TemporaryDirectory(prefix="dateline-") as home,
        server(Path(home)) as dsn,
        closing(connect(dsn)) as conn,
    ):
        fill(conn, articles, fingerprint_counts(data))
        size = _stored_bytes(conn) / (articles + articles // OLDER)
        first = plant(conn, given, PLANTED_DAYS_AGO)
        with dedup_lock(conn):
            _insert_time(conn, first)
            mark_deduplicated(conn, pending_dedup(conn).values())
        ids = plant(conn, probes, 0)
        return _measured(conn, articles, size, _Truth(dict(zip(ids, probes, strict=True)), first))


def _measured(conn: Connection, articles: int, size: float, truth: _Truth) -> Figures:
    marks, _, signature = _timed(lambda each: fingerprints(truth.probes[each].text), truth.probes)
    with dedup_lock(conn):
        insert = _insert_time(conn, truth.probes)
    asked = marks | _made(conn, articles)
    store = PostgresCandidates(conn)
    store.texts(asked)
    before = _buffers(conn)
    used = _used_with(conn.info.backend_pid)
    given, times, processor = _timed(lambda each: store.candidates(each, asked[each]), asked, used)
    buffers = (_buffers(conn) - before) / len(asked)
    stage = _stage_time(conn, used)
    return Figures(
        method="**Dateline**, Postgres",
        articles=articles,
        times=times,
        processor=processor,
        signature=float(np.mean(signature)),
        insert=insert,
        kept_bytes=size,
        found=truth.found(given),
        others=truth.others(given),
        buffers=buffers,
        stage=stage,
    )


def _stage_time(conn: Connection, used: Callable[[], float]) -> float:
    """Return the CPU milliseconds for each pending article, all handled in one turn."""
    before = used()
    done = dedupe_batch(conn)
    return 1000 * (used() - before) / done["deduplicated"]


def _insert_time(conn: Connection, ids: Iterable[int]) -> float:
    versions = pending_dedup(conn)
    texts = PostgresCandidates(conn).texts(list(ids))
    marks = {each: fingerprints(text.text) for each, text in texts.items()}
    started = time.perf_counter()
    for batch in batched(sorted(marks), BATCH):
        save_fingerprints(conn, {each: versions[each] for each in batch}, marks)
    return 1000 * (time.perf_counter() - started) / len(marks)


def _made(conn: Connection, articles: int) -> dict[int, list[int]]:
    """Return the fingerprints of generated articles, spread evenly over the window."""
    older = articles // OLDER
    ids = [older + (place + 1) * articles // (MADE_LOOKUPS + 1) for place in range(MADE_LOOKUPS)]
    found = conn.execute(
        "select article_version_id, array_agg(fingerprint) from news.article_fingerprints"
        " where article_version_id = any(%s) group by 1",
        (ids,),
    )
    return dict(found.fetchall())


def _stored_bytes(conn: Connection) -> int:
    row = conn.execute(
        "select sum(pg_total_relation_size(relid))::bigint"
        " from pg_partition_tree('news.article_fingerprints')"
    ).fetchone()
    return int(row[0]) if row else 0


def _buffers(conn: Connection) -> int:
    conn.execute("select pg_stat_force_next_flush()")
    row = conn.execute(
        "select blks_hit + blks_read from pg_stat_database where datname = current_database()"
    ).fetchone()
    return int(row[0]) if row else 0


def measure_peer(make: type[Peer], articles: int, data: Path) -> Figures:
    """Measure another method; call it in a fresh process, since its peak memory is measured."""
    given = originals(data, ORIGINALS)
    texts = [*given, *copies(given)]
    with tempfile.TemporaryDirectory() as folder:
        peer = make(Path(folder))
        before = _peak_bytes()
        for first in range(0, articles, peer.piece):
            peer.insert(first, peer.made(min(peer.piece, articles - first), first))
        kept = peer.stored_bytes() or _peak_bytes() - before
        places = range(articles, articles + len(texts))
        marks, _, signature = _timed(
            lambda each: peer.signature(texts[each - articles].text), places
        )
        started = time.perf_counter()
        for batch in batched(places, BATCH):
            peer.insert(batch[0], np.stack([marks[each] for each in batch]))
        insert = 1000 * (time.perf_counter() - started) / len(texts)
        found, times, processor = _timed(lambda each: peer.lookup(marks[each]), places)
    probes = {place: texts[place - articles] for place in places[len(given) :]}
    truth = _Truth(probes, places[: len(given)])
    return Figures(
        method=peer.name,
        articles=articles,
        times=times,
        processor=processor,
        signature=float(np.mean(signature)),
        insert=insert,
        kept_bytes=kept / articles,
        found=truth.found(found),
        others=truth.others(found),
    )


def batched(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield the ids in batches of ``size``."""
    for at in range(0, len(ids), size):
        yield ids[at : at + size]


def _timed(
    work: Callable[[int], _Result],
    ids: Iterable[int],
    used: Callable[[], float] = time.process_time,
) -> tuple[dict[int, _Result], list[float], list[float]]:
    """Call ``work`` for each id; return the results, and the milliseconds by wall clock and CPU."""
    results, walls, processor = {}, [], []
    for each in ids:
        started, before = time.perf_counter(), used()
        results[each] = work(each)
        walls.append(1000 * (time.perf_counter() - started))
        processor.append(1000 * (used() - before))
    return results, walls, processor


def _used_with(server: int) -> Callable[[], float]:
    """Return a clock of the CPU seconds of this process and of the server's with that id."""
    counted = Path(f"/proc/{server}/schedstat")
    return lambda: time.process_time() + int(counted.read_text().split()[0]) / 1e9


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
