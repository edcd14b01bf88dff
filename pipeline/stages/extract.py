"""Extract and clean archived pages, for *load* and *reprocess* alike.

A page that cannot be read is quarantined, and the others of its batch go on; a fault that would hit
any page stops the stage (``pipeline.page_faults``).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import psycopg
from psycopg import Connection

from pipeline.archive.warc import read_record
from pipeline.clean.cleaner import clean_article, page_to_remember
from pipeline.clean.site_memory import SeenPage, SiteMemory
from pipeline.errors import ArchiveError, StageFault, StoreError
from pipeline.extract.page import extract_page
from pipeline.extract.plain_text import extract_text_bytes
from pipeline.fetch.walls import recognise_wall
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.page_faults import PageFaults
from pipeline.telemetry import log
from pipeline.text import one_line
from pipeline.urls import canonical_url_or_none
from pipeline.warehouse.articles import ReprocessedPage
from pipeline.warehouse.fetches import StoredPage
from pipeline.warehouse.reprocessing import pages_with_changed_text

_Result = TypeVar("_Result")


def read_pages(
    waiting: Sequence[StoredPage], memory: SiteMemory, faults: PageFaults, *, remember: bool = True
) -> list[Article]:
    """Return the articles of these archived pages, in order; an unreadable one is quarantined.

    All pages are extracted and remembered before the first is cleaned, so that lines repeated on
    the last page of a batch are recognised on the first. Pages may be read again: the memory
    counts each of them once.

    Args:
        waiting: the pages.
        memory: the lines that the pages' hosts repeat.
        faults: counts the exceptions that the pages meet.
        remember: whether the memory learns from these pages; False for earlier versions of pages
            that it knows already.

    Raises:
        StageFault: an exception would hit any page.
        StoreError: Postgres fails; so does ``psycopg.Error``.
    """
    extracted = [_guarded(page, partial(_extract, page, faults), faults) for page in waiting]
    if remember:
        seen = [
            _guarded(page, partial(page_to_remember, article), faults)
            for page, article in zip(waiting, extracted, strict=True)
        ]
        memory.remember([page for page in seen if isinstance(page, SeenPage)])
    return [
        _guarded(page, partial(clean_article, article, memory, remember=False), faults)
        for page, article in zip(waiting, extracted, strict=True)
    ]


def earlier_pages(
    conn: Connection, articles: Sequence[Article], memory: SiteMemory
) -> list[ReprocessedPage | None]:
    """Return, per article whose stored text differs, its stored page as it is extracted today.

    This separates what the publisher changed from what Dateline extracts better by now. Few
    articles are known and changed; for the others it costs one query per batch.

    Args:
        conn: a connection to the store.
        articles: as ``read_pages`` has just returned them.
        memory: the lines that their hosts repeat.

    Returns:
        One item per article, None where it is new or unchanged.
    """
    faults = PageFaults("load", expected=(ArchiveError,))
    urls = [_identity(article) for article in articles]
    read = {url: article for url, article in zip(urls, articles, strict=True) if url}
    changed = pages_with_changed_text(conn, read) if read else {}
    pages = [page for _, page in changed.values()]
    found = {
        url: ReprocessedPage(version_id, page.fetch_id, page.fetched_at, article)
        for (url, (version_id, page)), article in zip(
            changed.items(), read_pages(pages, memory, faults, remember=False), strict=True
        )
    }
    return [found.get(url) if url else None for url in urls]


def _identity(article: Article) -> str | None:
    """Return the canonical URL under which the article is stored, None if it is not stored."""
    if article.outcome is not Outcome.LOADED:
        return None
    return canonical_url_or_none(article.canonical_url)


def _extract(page: StoredPage, faults: PageFaults) -> Article:
    return replace(_read(page, faults), time_zone=page.time_zone)


def _read(page: StoredPage, faults: PageFaults) -> Article:
    archived = read_record(page.raw_uri)
    if (page.content_type or "").startswith("text/plain"):
        return extract_text_bytes(
            archived.body,
            url=page.final_url,
            content_type=page.content_type,
            source_language=page.language,
        )
    article = extract_page(
        archived.body,
        url=page.final_url,
        content_type=page.content_type,
        feed_title=page.link_title,
        feed_published=page.link_published_at,
        source_language=page.language,
        now=page.fetched_at,  # a capture of 2024 cannot have been published in 2026
        faults=faults,
    )
    # Pages of files and of others' archives were not judged when they were fetched.
    wall = recognise_wall(archived.status, archived.headers, archived.body, page.final_url)
    return replace(article, outcome=wall.outcome, reason=wall.reason) if wall else article


def _guarded(
    page: StoredPage, step: Callable[[], _Result], faults: PageFaults
) -> _Result | Article:
    """Return the result of a step, or a quarantined article where the page breaks it."""
    try:
        return step()
    except (StageFault, StoreError, psycopg.Error):
        raise
    except ArchiveError as error:
        faults.add(error, page.final_url)
        return _quarantined(page, str(error))
    # One page that trips a bug must not cost the 299 others of its batch.
    except Exception as error:
        faults.add(error, page.final_url)
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
