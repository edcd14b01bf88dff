"""Reading: archived pages become articles, extracted and cleaned; the way for new pages and old.

A page that cannot be read costs itself and not its batch.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

import psycopg
from psycopg import Connection

from pipeline.archive.warc import read_record
from pipeline.clean.cleaner import clean_article, page_to_remember
from pipeline.clean.site_memory import SeenPage, SiteMemory
from pipeline.errors import ArchiveError, UsageError
from pipeline.extract.page import extract_page
from pipeline.extract.plain_text import extract_text_bytes
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.telemetry import log
from pipeline.text import one_line, storable
from pipeline.urls import canonical_url
from pipeline.warehouse.articles import ReprocessedPage
from pipeline.warehouse.fetches import StoredPage
from pipeline.warehouse.reprocessing import pages_with_changed_text

_Result = TypeVar("_Result")


def read_pages(
    waiting: Sequence[StoredPage], memory: SiteMemory, *, remember: bool = True
) -> list[Article]:
    """Return what these archived pages say, in order; one that cannot be read is ``quarantined``.

    Extracts all, remembers all, then cleans: so the batch's first page knows of its last. A page
    that was remembered before is not counted anew, so old pages may be read again.

    Args:
        waiting: the pages.
        memory: of their hosts.
        remember: False for pages in whose place a later one was remembered.
    """
    extracted = [_guarded(page, partial(_extract, page)) for page in waiting]
    if remember:
        seen = [
            _guarded(page, partial(page_to_remember, article))
            for page, article in zip(waiting, extracted, strict=True)
        ]
        memory.remember([page for page in seen if isinstance(page, SeenPage)])
    return [
        _guarded(page, partial(_cleaned, article, memory))
        for page, article in zip(waiting, extracted, strict=True)
    ]


def earlier_pages(
    conn: Connection, articles: Sequence[Article], memory: SiteMemory
) -> list[ReprocessedPage | None]:
    """Return, for each article whose stored text is another one, how its stored page reads today.

    So what the publisher changed can be told from what we read better by now. Few articles are
    known and changed: the others cost one look-up a batch.

    Args:
        conn: to the store.
        articles: as just read and remembered.
        memory: of their hosts.
    """
    urls = [_identity(article) for article in articles]
    read = {url: article for url, article in zip(urls, articles, strict=True) if url}
    changed = pages_with_changed_text(conn, read) if read else {}
    pages = [page for _, page in changed.values()]
    found = {
        url: ReprocessedPage(version_id, page.fetch_id, page.fetched_at, article)
        for (url, (version_id, page)), article in zip(
            changed.items(), read_pages(pages, memory, remember=False), strict=True
        )
    }
    return [found.get(url) if url else None for url in urls]


def _identity(article: Article) -> str | None:
    if article.outcome is not Outcome.LOADED or not article.canonical_url:
        return None
    with suppress(UsageError):  # rel=canonical is the page's word: "/", "http://", 3 kB
        return canonical_url(storable(article.canonical_url))
    return None


def _extract(page: StoredPage) -> Article:
    return replace(_read(page), time_zone=page.time_zone)


def _read(page: StoredPage) -> Article:
    archived = read_record(page.raw_uri)
    if (page.content_type or "").startswith("text/plain"):
        return extract_text_bytes(
            archived.body,
            url=page.final_url,
            content_type=page.content_type,
            source_language=page.language,
        )
    return extract_page(
        archived.body,
        url=page.final_url,
        content_type=page.content_type,
        feed_title=page.link_title,
        feed_published=page.link_published_at,
        source_language=page.language,
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
