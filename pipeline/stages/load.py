"""Stage *load*: turn archived pages into cleaned, stored articles; each page gets its outcome."""

import hashlib
from collections.abc import Sequence

from pipeline import __version__
from pipeline.page_faults import PageFaults
from pipeline.settings import settings
from pipeline.stages.extract import earlier_pages, read_pages
from pipeline.telemetry import log, meter
from pipeline.warehouse.fetches import pages, pending_pages
from pipeline.warehouse.load import LoadItem, load_batch
from pipeline.warehouse.site_memory import PostgresSiteMemory
from pipeline.warehouse.store import store

_WITH_TITLES = ("feed", "sitemap")
"""Documents that name a story by its headline; a section page may call it anything."""


def plan(run_id: int) -> list[list[int]]:
    """Return the fetch ids of all undecided pages in batches, including those of killed runs."""
    with store() as connection:
        waiting = pending_pages(connection)
    size = settings().curate_batch
    log.info("pages wait", run_id=run_id, pages=len(waiting))
    return [waiting[first : first + size] for first in range(0, len(waiting), size)]


def load(run_id: int, fetch_ids: Sequence[int], *, leave_faulty: bool = False) -> dict[str, int]:
    """Extract, clean and store these pages in one transaction; return counts by outcome.

    Args:
        run_id: the run that loads.
        fetch_ids: ids that ``plan`` returned.
        leave_faulty: leave pages that break the code, or that Postgres refuses, without an outcome.
            A later call that takes those of all batches together can tell a fault of one host's
            pages from one that would hit any page.

    Raises:
        StageFault: a fault would hit any page; pages without an outcome stay undecided.
        StoreError: Postgres fails.
    """
    faults = PageFaults("load")
    with store() as connection:
        waiting = pages(connection, fetch_ids)
        if not waiting:
            return {}
        memory = PostgresSiteMemory(connection)
        articles = read_pages(waiting, memory, faults)
        items = [
            LoadItem(
                page.attempt_id,
                page.fetch_id,
                page.source_key,
                article,
                page.fetched_at,
                before,
                page.link_title if page.found_by in _WITH_TITLES else None,
            )
            for page, article, before in zip(
                waiting, articles, earlier_pages(connection, articles, memory), strict=True
            )
            if not (leave_faulty and faults.has(page.final_url))
        ]
        report = load_batch(
            connection,
            run_id,
            _batch_key(fetch_ids),
            items,
            faults,
            leave_refused=leave_faulty,
        )
    counts = {str(outcome): count for outcome, count in report.outcomes.items()}
    for outcome, count in counts.items():
        meter().count("pages_loaded", count, outcome=outcome)
    log.info("loaded", run_id=run_id, new_versions=len(report.new_versions), **counts)
    return counts


def _batch_key(fetch_ids: Sequence[int]) -> str:
    """Return a name made of the batch's content, so that the same batch is loaded once."""
    digest = hashlib.sha256(",".join(map(str, sorted(fetch_ids))).encode()).hexdigest()
    return f"load-{__version__}-{digest[:32]}"
