"""Stage *load*: archived pages become articles, cleaned and stored; every page gets its outcome."""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import psycopg

from pipeline import __version__
from pipeline.archive.warc import read_record
from pipeline.clean.article import clean_article, page_to_remember
from pipeline.clean.history import SeenPage
from pipeline.clean.memory import SiteMemory
from pipeline.errors import ArchiveError
from pipeline.extract.page import extract_page
from pipeline.extract.plain import extract_text
from pipeline.outcomes import Outcome
from pipeline.records import Article
from pipeline.settings import settings
from pipeline.stages.store import store
from pipeline.telemetry import log, meter
from pipeline.warehouse.fetches import StoredPage, pages, pending_pages
from pipeline.warehouse.load import LoadItem, load_batch
from pipeline.warehouse.site_memory import PostgresSiteMemory
from pipeline.words import one_line

_Result = TypeVar("_Result")


def plan(run_id: int) -> list[list[int]]:
    """Return the fetch ids of all pages that wait, in batches, those of killed runs too."""
    with store() as connection:
        waiting = pending_pages(connection)
    size = settings().curate_batch
    log.info("pages wait", run_id=run_id, pages=len(waiting))
    return [waiting[first : first + size] for first in range(0, len(waiting), size)]


def load(run_id: int, fetch_ids: Sequence[int]) -> dict[str, int]:
    """Extract, clean and store these pages in one transaction; return counts by outcome."""
    with store() as connection:
        waiting = pages(connection, fetch_ids)
        if not waiting:
            return {}
        articles = read_pages(waiting, PostgresSiteMemory(connection))
        items = [
            LoadItem(page.link_id, page.fetch_id, page.source_key, article, page.fetched_at)
            for page, article in zip(waiting, articles, strict=True)
        ]
        report = load_batch(connection, run_id, _batch_key(fetch_ids), items)
    counts = {str(outcome): count for outcome, count in report.outcomes.items()}
    for outcome, count in counts.items():
        meter().count("pages_loaded", count, outcome=outcome)
    log.info("loaded", run_id=run_id, new_versions=len(report.new_versions), **counts)
    return counts


def _batch_key(fetch_ids: Sequence[int]) -> str:
    """Name a batch by what it holds, so that the same batch twice is loaded once."""
    digest = hashlib.sha256(",".join(map(str, sorted(fetch_ids))).encode()).hexdigest()
    return f"load-{__version__}-{digest[:32]}"


def read_pages(waiting: Sequence[StoredPage], memory: SiteMemory) -> list[Article]:
    """Return what these archived pages say, in order; one that cannot be read is ``quarantined``.

    Extracts all, remembers all, then cleans: so the batch's first page knows of its last. A page
    that was remembered before is not counted anew, so old pages may be read again.
    """
    extracted = [_guarded(page, partial(_extract, page)) for page in waiting]
    seen = [
        _guarded(page, partial(page_to_remember, article))
        for page, article in zip(waiting, extracted, strict=True)
    ]
    memory.remember([page for page in seen if isinstance(page, SeenPage)])
    return [
        _guarded(page, partial(_cleaned, article, memory))
        for page, article in zip(waiting, extracted, strict=True)
    ]


def _extract(page: StoredPage) -> Article:
    archived = read_record(page.raw_uri)
    if (page.content_type or "").startswith("text/plain"):
        text = archived.body.decode("utf-8", errors="replace")
        return extract_text(text, url=page.final_url)
    return extract_page(
        archived.body,
        url=page.final_url,
        content_type=page.content_type,
        feed_title=page.link_title,
        feed_published=page.link_published_at,
    )


def _cleaned(article: Article, memory: SiteMemory) -> Article:
    return clean_article(article, memory, remember=False)


def _guarded(page: StoredPage, step: Callable[[], _Result]) -> _Result | Article:
    try:
        return step()
    except ArchiveError as error:
        return _quarantined(page, str(error))
    except psycopg.Error:
        raise
    # The batch's rim: one page that trips a bug must not lose 299 others.
    except Exception as error:
        log.exception("page quarantined", fetch_id=page.fetch_id, url=page.final_url)
        return _quarantined(page, f"{type(error).__name__}: {error}")


def _quarantined(page: StoredPage, reason: str) -> Article:
    return Article(
        url=page.final_url,
        canonical_url=page.canonical_url,
        title=None,
        text=None,
        outcome=Outcome.QUARANTINED,
        reason=one_line(reason),
    )
