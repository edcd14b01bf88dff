"""Stage *load*: turn archived pages into cleaned, stored articles; each page gets its outcome."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from psycopg import Connection

from pipeline import __version__
from pipeline.extract.version import EXTRACTION_VERSION
from pipeline.models import REFUSED_KINDS, Article
from pipeline.page_faults import PageFaults
from pipeline.page_worker import Broken, TimeLimit, page_worker
from pipeline.settings import settings
from pipeline.stages.batches import batches
from pipeline.stages.extract import earlier_pages, quarantined, read_within, short_limit
from pipeline.stages.outlets import stored_outlets, with_zone_of
from pipeline.telemetry import log, meter
from pipeline.warehouse.fetches import StoredPage, pages, pending_pages
from pipeline.warehouse.load import LoadItem, load_batch
from pipeline.warehouse.page_failures import (
    MOST_ATTEMPTS,
    begin_attempt,
    failures,
    outdated_pages,
    record_failure,
    reopen_pages,
)
from pipeline.warehouse.site_memory import PostgresSiteMemory
from pipeline.warehouse.store import store

_WITH_TITLES = ("feed", "sitemap")
"""Documents that name a story by its headline; a section page may call it anything."""


def plan(run_id: int) -> list[list[int]]:
    """Return the fetch ids of all undecided pages in batches, including those of killed runs.

    Pages that an earlier version of the extraction could not read are among them again.
    """
    with store() as connection:
        outdated = outdated_pages(connection, "load", [EXTRACTION_VERSION])
        if outdated:
            again = reopen_pages(connection, run_id, outdated)
            log.info("quarantined pages are tried again", run_id=run_id, pages=len(again))
        waiting = pending_pages(connection)
    log.info("pages wait", run_id=run_id, pages=len(waiting))
    return batches(waiting)


def load(
    run_id: int,
    fetch_ids: Sequence[int],
    *,
    leave_faulty: bool = False,
    without_limits: bool = False,
    admit: bool = False,
) -> dict[str, int]:
    """Extract, clean and store these pages in one transaction; return counts by outcome.

    A page that breaks the short limit of time, or the limit of memory, is tried again with the
    whole limit after the others are stored, and stored by itself. If it breaks that too, it stays
    undecided, and is quarantined after as many runs as ``MOST_ATTEMPTS``.

    Args:
        run_id: the run that loads.
        fetch_ids: ids that ``plan`` returned.
        leave_faulty: leave pages that break the code or a limit, or that Postgres refuses, without
            an outcome. A later call that takes those of all batches together can tell a fault of
            one host's pages from one that would hit any page.
        without_limits: let a page take the time that it takes.
        admit: store the text of a page whatever kind of page it is.

    Raises:
        StageFault: a fault would hit any page; pages without an outcome stay undecided.
        StoreError: Postgres fails.
    """
    faults = PageFaults("load")
    counts: Counter[str] = Counter()
    with store() as connection, page_worker():
        waiting = pages(connection, fetch_ids)
        if admit:
            waiting = [replace(page, admitted_kinds=REFUSED_KINDS) for page in waiting]
        if not waiting:
            return {}
        batch = _Batch(connection, run_id, faults, leave_faulty)
        broken = failures(connection, "load", [page.fetch_id for page in waiting])
        fresh = [page for page in waiting if page.fetch_id not in broken]
        slow = [page for page in waiting if page.fetch_id in broken]
        limit = TimeLimit(inf if without_limits else settings().extract_seconds)
        slow += batch.load(fresh, limit if without_limits else short_limit(limit.seconds), counts)
        if not leave_faulty:
            for page in slow:
                batch.load_alone(page, limit, counts)
    for outcome, count in counts.items():
        meter().count("pages_loaded", count, outcome=outcome)
    log.info("loaded", run_id=run_id, **counts)
    return dict(counts)


@dataclass(frozen=True, slots=True)
class _Batch:
    """The pages of one call of ``load``."""

    connection: Connection
    run_id: int
    faults: PageFaults
    leave_faulty: bool

    def load(
        self, waiting: Sequence[StoredPage], limit: TimeLimit, counts: Counter[str]
    ) -> list[StoredPage]:
        """Load pages in one transaction, and return those that broke a limit."""
        memory = PostgresSiteMemory(self.connection)
        found = read_within(limit, waiting, memory, self.faults)
        slow = []
        for page, each in zip(waiting, found, strict=True):
            if isinstance(each, Broken):
                slow.append(page)
                self._record(page, each)
        read = [
            (page, each)
            for page, each in zip(waiting, found, strict=True)
            if not isinstance(each, Broken)
        ]
        self._store(read, memory, counts)
        return slow

    def load_alone(self, page: StoredPage, limit: TimeLimit, counts: Counter[str]) -> None:
        """Try a page that broke a limit, once in each run; quarantine it after the last attempt."""
        known = failures(self.connection, "load", [page.fetch_id])[page.fetch_id]
        if known.run_id == self.run_id and known.attempt_count:
            return
        memory = PostgresSiteMemory(self.connection)
        reason, number = known.reason, known.attempt_count
        if number < MOST_ATTEMPTS:
            number = begin_attempt(self.connection, "load", page.fetch_id, self.run_id)
            [found] = read_within(limit, [page], memory, self.faults)
            if not isinstance(found, Broken):
                self._store([(page, found)], memory, counts)
                return
            self._record(page, found)
            reason = found.reason
        if number >= MOST_ATTEMPTS:
            last = quarantined(page, f"{reason}, in each of {number} attempts")
            self._store([(page, last)], memory, counts)
        else:
            log.error(
                "page stays undecided",
                url=page.final_url,
                reason=reason,
                attempt=number,
                of=MOST_ATTEMPTS,
                archive_place=page.raw_uri,
            )

    def _record(self, page: StoredPage, broken: Broken) -> None:
        record_failure(
            self.connection, "load", page.fetch_id, self.run_id, broken, EXTRACTION_VERSION
        )

    def _store(
        self,
        read: Sequence[tuple[StoredPage, Article]],
        memory: PostgresSiteMemory,
        counts: Counter[str],
    ) -> None:
        if not read:
            return
        before = earlier_pages(self.connection, [article for _, article in read], memory)
        outlets = stored_outlets(self.connection, read)
        items = [
            LoadItem(
                page.attempt_id,
                page.fetch_id,
                outlet.key if outlet else page.source_key,
                with_zone_of(article, outlet),
                page.fetched_at,
                earlier,
                page.link_title if page.found_by in _WITH_TITLES else None,
            )
            for (page, article), outlet, earlier in zip(read, outlets, before, strict=True)
            if not (self.leave_faulty and self.faults.has(page.final_url))
        ]
        report = load_batch(
            self.connection,
            self.run_id,
            _batch_key([page.fetch_id for page, _ in read]),
            items,
            self.faults,
            leave_refused=self.leave_faulty,
        )
        counts.update({str(outcome): count for outcome, count in report.outcomes.items()})


def _batch_key(fetch_ids: Sequence[int]) -> str:
    """Return a name made of the batch's content, so that the same batch is loaded once."""
    digest = hashlib.sha256(",".join(map(str, sorted(fetch_ids))).encode()).hexdigest()
    return f"load-{__version__}-{digest[:32]}"
