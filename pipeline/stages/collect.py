"""Stage *collect*: ask for the documents and links of some sources that are due, archive responses.

First the due documents are read: new links are stored, known ones marked. Then every due link gets
an attempt, and its page is requested; all hosts are asked side by side, each at its pace. Rows are
stored for some pages at a time, after their WARC records are written to disk. So every row has its
record, and a killed stage repeats only the requests of one part.

What is not asked for within ``fetch_minutes`` stays due and is asked for in the next run.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from queue import Empty, Queue
from threading import Event

import psycopg

from pipeline.archive.records import EarlierCapture
from pipeline.archive.writer import ArchiveWriter
from pipeline.discover.discovery import documents_of, problems_of, read_documents
from pipeline.discover.results import DatedLink, Problem, Reading
from pipeline.errors import ArchiveError
from pipeline.fetch.body_memory import LongDocuments
from pipeline.fetch.fetcher import Fetcher, Request
from pipeline.models import Link, Response, Source
from pipeline.outcomes import Outcome
from pipeline.planning.grouping import group_sources
from pipeline.settings import settings
from pipeline.stages.register_sources import active_sources, source_of
from pipeline.stages.robots_archive import ArchivedRobotsStore
from pipeline.telemetry import log, meter
from pipeline.warehouse.documents import (
    ArchivedReading,
    DueDocuments,
    due_documents,
    due_work,
    earlier_captures,
    store_readings,
)
from pipeline.warehouse.fetches import FetchRow, record_fetches
from pipeline.warehouse.host_pace import PostgresThrottle
from pipeline.warehouse.links import (
    SAME_UNLESS_CHANGED,
    Decision,
    PlannedLink,
    decide,
    list_links,
    plan_attempts,
    plan_snapshots,
    release_attempts,
)
from pipeline.warehouse.robots import PostgresRobotsStore
from pipeline.warehouse.sources import source_ids
from pipeline.warehouse.store import store
from pipeline.warehouse.transactions import transact

_PART = 50
"""Pages per transaction."""
_PART_SECONDS = 20.0
"""Time after which the pages that came are stored, however few they are."""
_WAITING_READINGS = 4
"""Documents that are read and not stored yet."""
_READINGS_TOGETHER = 32
"""Most readings of documents per transaction."""
_BYTES_TOGETHER = 1_000_000
"""Bodies of documents that may wait for others to be stored with."""
_READING_SECONDS = 0.05
"""How long a reading waits for another one to be stored with."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A source to collect, with links that are not named by any of its documents."""

    source: Source
    links: tuple[Link, ...] = ()


@dataclass(slots=True)
class Collected:
    """What a call of ``collect_sources`` did."""

    counts: Counter[str] = field(default_factory=Counter)
    """Attempts by outcome; ``fetched``: pages that are archived and not decided yet; ``documents``,
    ``links_new``."""
    problems: list[Problem] = field(default_factory=list)
    """Documents that could not be read."""


def due_groups(wanted: Sequence[str] | None = None, *, everything: bool = False) -> list[list[str]]:
    """Return the active sources that have something due, in groups of one task each.

    Args:
        wanted: only these source keys; None for all.
        everything: return all of them, due or not.

    Raises:
        SourceError: no file of the sources folder can be used.
    """
    keys = [key for key in active_sources() if wanted is None or key in wanted]
    with store() as connection:
        work = due_work(connection, keys, datetime.now(UTC))
    if everything:
        work = {key: work.get(key, 1) for key in keys}
    groups = group_sources(work, settings().fetch_batch, settings().fetch_tasks)
    log.info("due", sources=len(work), requests=sum(work.values()), tasks=len(groups))
    return groups


def collect(run_id: int, source_keys: Sequence[str], *, everything: bool = False) -> dict[str, int]:
    """Ask for what is due of these sources; return counts (see ``Collected``).

    Args:
        run_id: the run.
        source_keys: keys of files in the sources folder.
        everything: ask for all their documents and for each link that these name, due or not.
    """
    wanted = [Wanted(source_of(key)) for key in source_keys]
    return dict(
        +collect_sources(
            run_id, wanted, everything=everything, minutes=settings().fetch_minutes
        ).counts
    )


def collect_sources(
    run_id: int,
    wanted: Sequence[Wanted],
    *,
    everything: bool = False,
    kept: dict[str, Response] | None = None,
    minutes: float | None = None,
) -> Collected:
    """Do what ``collect`` does for sources without a file too, as of ``dateline run TARGET``.

    Args:
        run_id: the run.
        wanted: the sources, which are stored already.
        everything: ask for all their documents and for each link that these name, due or not.
        kept: responses by URL that were fetched already, to find out what the targets are.
        minutes: after this time no further document or page is asked for; None for no limit.
    """
    stop_at = time.monotonic() + minutes * 60 if minutes is not None else None
    with _opened(kept) as (connection, fetcher, archive, robots):
        work = Collection(
            connection,
            fetcher,
            archive,
            run_id,
            wanted,
            everything,
            robots=robots,
            memory=LongDocuments(fetcher.memory),
        )
        work.list_links()
        work.read_documents(stop_at)
        work.fetch_pages(stop_at)
    return work.result


def collect_links(
    run_id: int,
    source: Source,
    links: Sequence[Link],
    *,
    kept: dict[str, Response] | None = None,
) -> Collected:
    """Ask for these links of a stored source and for nothing else, as a backfill does.

    Args:
        run_id: the run.
        source: the source of the links, which is stored already.
        links: what to ask for, due or not.
        kept: responses by URL that were fetched already.
    """
    with _opened(kept) as (connection, fetcher, archive, robots):
        wanted = [Wanted(source, tuple(links))]
        work = Collection(
            connection, fetcher, archive, run_id, wanted, True, only_listed=True, robots=robots
        )
        work.list_links()
        work.fetch_pages(None)
    return work.result


@contextmanager
def _opened(
    kept: dict[str, Response] | None,
) -> Iterator[tuple[psycopg.Connection, Fetcher, ArchiveWriter, ArchivedRobotsStore]]:
    """Open the store, a fetcher that shares pace and robots.txt with all processes, the archive."""
    with (
        store() as connection,
        store() as shared,  # its statements must be seen at once: nobody opens a transaction on it
        ArchiveWriter(settings().archive_url) as archive,
    ):
        robots = ArchivedRobotsStore(PostgresRobotsStore(shared))
        throttle = PostgresThrottle(shared)
        with Fetcher(settings(), throttle=throttle, kept=kept, robots=robots) as fetcher:
            yield connection, fetcher, archive, robots


@dataclass(slots=True)
class Collection:
    """One call of ``collect_sources`` or ``collect_links``."""

    connection: psycopg.Connection
    fetcher: Fetcher
    archive: ArchiveWriter
    run_id: int
    wanted: Sequence[Wanted]
    everything: bool
    only_listed: bool = False
    """Whether no other links are asked for than those that are listed in this call."""
    robots: ArchivedRobotsStore | None = None
    """The robots.txt files of the fetcher; None where it archives none."""
    memory: LongDocuments | None = None
    """The memory for long documents; None for a fetcher without bounds."""
    sources_at_once: int = 32
    """Sources whose documents are read at the same time."""
    result: Collected = field(default_factory=Collected)
    ids: dict[str, int] = field(default_factory=dict)
    """Source id by key."""
    sources: dict[str, Source] = field(default_factory=dict)
    listed: set[int] = field(default_factory=set)
    """Links that documents named in this call."""

    def list_links(self) -> None:
        """Store the links that are not named by documents."""
        now = datetime.now(UTC)
        self.sources = {each.source.key: each.source for each in self.wanted}
        self.ids = source_ids(self.connection, list(self.sources))
        for each in self.wanted:
            self._list_own_links(each, now)

    def read_documents(self, stop_at: float | None) -> None:
        """Read the due documents of all sources, many at a time, and store what they name.

        Args:
            stop_at: reading of ``time.monotonic`` after which no further document is begun.
        """
        now = datetime.now(UTC)
        due = due_documents(self.connection, list(self.sources), now, all_of_them=self.everything)
        if self.everything:
            due = {key: _named(self.sources[key], found) for key, found in due.items()}
        for readings in self._readings(due, stop_at):
            self._archive_robots()
            self._store(readings)

    def _list_own_links(self, each: Wanted, now: datetime) -> None:
        if not each.links:
            return
        source_id = self.ids[each.source.key]
        listed = [DatedLink(link) for link in each.links]
        stored = list_links(self.connection, self.run_id, source_id, listed, now)
        self.listed.update(stored.link_ids)
        snapshots = [link for link in each.links if link.snapshot]
        if snapshots:
            plan_snapshots(self.connection, self.run_id, source_id, snapshots, now)

    def _readings(
        self, due: dict[str, DueDocuments], stop_at: float | None
    ) -> Iterator[list[tuple[str, Reading]]]:
        """Yield the readings with their sources as they are ready, some at a time.

        Readings that wait to be stored hold the bodies of their documents, so only few may wait.
        """
        ready: Queue[tuple[str, Reading] | None] = Queue(_WAITING_READINGS)

        def read(key: str) -> None:
            try:
                if is_over.is_set() or _is_past(stop_at):
                    return
                documents, children = due[key].due, due[key].children
                for reading in read_documents(
                    self.sources[key],
                    documents,
                    self.fetcher,
                    children=children,
                    memory=self.memory,
                ):
                    ready.put((key, reading))
                    if is_over.is_set() or _is_past(stop_at):
                        return
            finally:
                ready.put(None)

        is_over = Event()
        keys = [key for key in due if due[key].due]
        left = len(keys)
        with ThreadPoolExecutor(self.sources_at_once) as pool:
            running = [pool.submit(read, key) for key in keys]
            try:
                while left:
                    found, ended = _ready_together(ready, left)
                    left -= ended
                    try:
                        yield found
                    finally:
                        self._let_go(found)
                    found = []  # their bodies are freed before others are waited for
            finally:  # whoever waits to hand over a reading must not wait for ever
                is_over.set()
                while left:
                    found, ended = _ready_together(ready, left)
                    left -= ended
                    self._let_go(found)
        for future in running:
            future.result()

    def _let_go(self, readings: Sequence[tuple[str, Reading]]) -> None:
        """Give back the room in memory of readings that were stored."""
        if self.memory is not None:
            for _, reading in readings:
                self.memory.end(reading.room)

    def _store(self, readings: Sequence[tuple[str, Reading]]) -> None:
        """Archive the responses, then store the rows, which name their records."""
        captures = earlier_captures(self.connection, [each.document for _, each in readings])
        archived = [self._archived_reading(key, each, captures) for key, each in readings]
        self.archive.flush()
        stored = store_readings(self.connection, self.run_id, archived)
        for given, done in zip(archived, stored, strict=True):
            self.listed.update(done.link_ids)
            self.result.counts["documents"] += 1
            self.result.counts["links_new"] += done.new
            meter().count("links_discovered", done.new, source=given.source.key)
            for problem in problems_of(given.reading):
                self.result.problems.append(problem)
                log.warning(
                    "cannot read",
                    source=given.source.key,
                    found_in=problem.found_in,
                    outcome=problem.outcome,
                    reason=problem.reason,
                    next_due_at=done.poll.due_at,
                )

    def _archived_reading(
        self, key: str, reading: Reading, captures: Mapping[int, EarlierCapture]
    ) -> ArchivedReading:
        response, raw_uri = reading.response, None
        if response is not None:
            raw_uri = self.archive.write(response, captures.get(reading.document.key))
        at = response.fetched_at if response is not None else datetime.now(UTC)
        return ArchivedReading(self.sources[key], self.ids[key], reading, raw_uri, at)

    def fetch_pages(self, stop_at: float | None) -> None:
        """Request the pages of all due links and store what came."""
        limits = {
            self.ids[key]: 0 if self.only_listed else source.max_links
            for key, source in self.sources.items()
        }
        now = datetime.now(UTC)
        also = self.listed if self.everything else ()
        planned = plan_attempts(self.connection, self.run_id, limits, now, also=also)
        due = self._leave_old_articles(planned, now)
        by_attempt = {each.attempt_id: each for each in due}
        part: list[tuple[FetchRow, Decision | None]] = []
        began = time.monotonic()
        requests = [self._request(each) for each in due]
        for request, response in self.fetcher.fetch_all(requests, partial(_is_past, stop_at)):
            try:
                part.append(self._archived(by_attempt.pop(request.key), response))
            except ArchiveError:  # what stands in the archive already is not asked for again
                self._store_part(part)
                raise
            if len(part) >= _PART or time.monotonic() - began > _PART_SECONDS:
                self._store_part(part)
                part, began = [], time.monotonic()
        self._store_part(part)
        self._archive_robots()
        if by_attempt:
            left = release_attempts(self.connection, list(by_attempt))
            log.info("left for the next run", run_id=self.run_id, links=left)
        for outcome, count in self.result.counts.items():
            meter().count("links_fetched", count, outcome=outcome)
        log.info("collected", run_id=self.run_id, **self.result.counts)

    def _leave_old_articles(
        self, planned: Sequence[PlannedLink], now: datetime
    ) -> list[PlannedLink]:
        """Decide links to articles past their last visit without a request; return the others.

        There are some only where all links are asked for, due or not. One that waits for a visit
        all the same may have moved.
        """
        plan = settings().revisit_plan
        last = plan[-1] if plan else None
        old = [
            each
            for each in planned
            if last is not None
            and each.article_first_seen_at is not None
            and each.snapshot is None
            and not each.is_waiting
            and now - each.article_first_seen_at > last + last / 10
        ]
        reason = f"stored more than {last.days} days ago: not requested again" if last else ""
        decisions = [Decision(each.attempt_id, Outcome.UNCHANGED, reason) for each in old]
        decide(self.connection, decisions, "fetch")
        self.result.counts[Outcome.UNCHANGED] += len(old)
        left = {each.attempt_id for each in old}
        return [each for each in planned if each.attempt_id not in left]

    def _request(self, planned: PlannedLink) -> Request:
        is_conditional = planned.has_article or planned.last_outcome in SAME_UNLESS_CHANGED
        return Request(
            planned.attempt_id,
            planned.link.url,
            planned.validators if is_conditional else None,
            self.sources[planned.link.source_key],
            planned.snapshot,
        )

    def _archived(
        self, planned: PlannedLink, response: Response
    ) -> tuple[FetchRow, Decision | None]:
        """Archive a response and return its row, and the decision where it has an outcome.

        The body is not kept: fifty of them would be more memory than all hosts together have.
        """
        written = self.archive.write(response, planned.earlier)
        raw_uri = written if response.outcome is None else None
        row = FetchRow.of(planned.attempt_id, planned.link.source_key, response, raw_uri)
        if response.outcome is None:
            return row, None
        return row, _decision(planned, response.outcome, response)

    def _archive_robots(self) -> None:
        """Archive the robots.txt files that were asked for since the last call."""
        if self.robots is not None:
            self.robots.archive(self.archive)

    def _store_part(self, part: Sequence[tuple[FetchRow, Decision | None]]) -> None:
        """Store the rows of archived responses, after their records are on disk."""
        if not part:
            return
        rows = [row for row, _ in part]
        decisions = [decision for _, decision in part if decision is not None]
        self.archive.flush()
        transact(self.connection, partial(self._stored_part, rows, decisions))
        self.result.counts.update(str(decision.outcome) for decision in decisions)
        self.result.counts["fetched"] += len(rows) - len(decisions)
        self._archive_robots()

    def _stored_part(
        self, rows: Sequence[FetchRow], decisions: Sequence[Decision], live: psycopg.Connection
    ) -> None:
        record_fetches(live, self.run_id, rows)
        decide(live, decisions, "fetch")


def _ready_together(
    ready: "Queue[tuple[str, Reading] | None]", sources: int
) -> tuple[list[tuple[str, Reading]], int]:
    """Wait for a reading; return it with those that soon follow, and how many sources ended.

    Args:
        ready: readings, and None for each source that has no further one.
        sources: how many have not ended.
    """
    found: list[tuple[str, Reading]] = []
    ended = body_bytes = 0
    wait: float | None = None
    while ended < sources and len(found) < _READINGS_TOGETHER and body_bytes < _BYTES_TOGETHER:
        try:
            next_one = ready.get(timeout=wait)
        except Empty:
            break
        if next_one is None:
            ended += 1
        else:
            found.append(next_one)
            body_bytes += next_one[1].body_bytes or 0
        wait = _READING_SECONDS
    return found, ended


def _is_past(stop_at: float | None) -> bool:
    return stop_at is not None and time.monotonic() > stop_at


def _named(source: Source, found: DueDocuments) -> DueDocuments:
    """Return the documents that a source names now, and the children of its sitemap indexes.

    A target of ``dateline run`` names fewer than earlier targets of the same site did.
    """
    named = {(each.kind, each.url) for each in documents_of(source)}
    due = (each for each in found.due if each.parent or (each.kind, each.url) in named)
    return replace(found, due=tuple(due))


def _decision(planned: PlannedLink, outcome: Outcome, response: Response) -> Decision:
    """Return the decision about an attempt whose response has an outcome.

    A page without an article that did not change (304) has the outcome of the attempt before; the
    outcome ``unchanged`` is for articles.
    """
    reason = response.reason
    if outcome is Outcome.UNCHANGED and not planned.has_article and planned.last_outcome:
        outcome = planned.last_outcome
        reason = f"as at the visit before: not changed since ({reason})"
    return Decision(planned.attempt_id, outcome, reason, response.status)
