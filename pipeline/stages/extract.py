"""Extract and clean archived pages, for *load* and *reprocess* alike.

The work on each page is done by a page worker, which is killed where a page breaks a limit of time
or memory (``pipeline.page_worker``); this process keeps the store and the archive. A page that
cannot be read is quarantined, and the others of its batch go on; a fault that would hit any page
stops the stage (``pipeline.page_faults``).
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from psycopg import Connection

from pipeline.archive.warc import read_record
from pipeline.clean.cleaner import clean_article, page_to_remember
from pipeline.clean.site_memory import (
    MIN_STORIES,
    Occurrences,
    PageHistory,
    SeenPage,
    SiteMemory,
)
from pipeline.errors import ArchiveError, StageFault, StoreError
from pipeline.extract.page import extract_page
from pipeline.extract.plain_text import extract_text_bytes
from pipeline.fetch.walls import recognise_wall
from pipeline.language import refused_if_unwanted
from pipeline.models import Article
from pipeline.outcomes import Outcome
from pipeline.page_faults import CollectedFaults, PageFaults
from pipeline.page_worker import Broken, Failed, PageWorker, Step, TimeLimit, ask, page_worker
from pipeline.settings import settings
from pipeline.telemetry import log
from pipeline.text import one_line
from pipeline.urls import canonical_url_or_none
from pipeline.warehouse.articles import ReprocessedPage
from pipeline.warehouse.fetches import StoredPage
from pipeline.warehouse.reprocessing import pages_with_changed_text

_Result = TypeVar("_Result")

_PATIENCE = 0.05
"""Share of the time limit that a page may use of a processor while others wait: 1 s of 20. Of 247
pages one uses more, half of them less than 0.1 s."""


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page as a worker gets it: what the store and the archive hold about it."""

    stored: StoredPage
    status: int | None
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a worker made of a page, before it is cleaned."""

    article: Article
    seen: SeenPage | None
    """What the site memory remembers of it; None where it has no text."""
    faults: CollectedFaults
    """Exceptions that the extractor met and turned into an outcome."""


@dataclass(frozen=True, slots=True)
class ToClean:
    """An article as a worker gets it to clean it, with what the site memory knows of its blocks."""

    article: Article
    page_count: int
    """Pages of the host that the memory holds."""
    occurrences: Mapping[int, Occurrences]


@dataclass(frozen=True, slots=True)
class _LongerStories:
    """A question of a worker about a block; see ``History.occurs_in_longer_stories``."""

    block: int
    key: int
    recurring: Set[int]
    with_lines: bool


def short_limit(seconds: float) -> TimeLimit:
    """Return the limit of a page while others wait; it gets the whole limit later."""
    return TimeLimit(seconds, max(1.0, _PATIENCE * seconds))


def read_pages(
    waiting: Sequence[StoredPage], memory: SiteMemory, faults: PageFaults, *, remember: bool = True
) -> list[Article]:
    """Return the articles of these archived pages, in order; an unreadable one is quarantined.

    A page that breaks the short limit is read again after the others, with the whole limit.

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
    limit = settings().extract_seconds
    with page_worker():
        found = read_within(short_limit(limit), waiting, memory, faults, remember=remember)
        slow = [page for page, each in zip(waiting, found, strict=True) if isinstance(each, Broken)]
        again = iter(read_within(TimeLimit(limit), slow, memory, faults, remember=remember))
        last = [next(again) if isinstance(each, Broken) else each for each in found]
    return [
        quarantined(page, each.reason) if isinstance(each, Broken) else each
        for page, each in zip(waiting, last, strict=True)
    ]


def read_within(
    limit: TimeLimit,
    waiting: Sequence[StoredPage],
    memory: SiteMemory,
    faults: PageFaults,
    *,
    remember: bool = True,
) -> list[Article | Broken]:
    """Do as ``read_pages``, but return ``Broken`` for a page that breaks a limit.

    All pages are extracted and remembered before the first is cleaned, so that lines repeated on
    the last page of a batch are recognised on the first. Pages may be read again: the memory
    counts each of them once.

    Args:
        limit: the time limit of each of the two steps of a page.
        waiting: the pages.
        memory: the lines that the pages' hosts repeat.
        faults: counts the exceptions that the pages meet.
        remember: whether the memory learns from these pages.
    """
    with page_worker() as worker:
        extracted = [_extracted(worker, page, limit, faults) for page in waiting]
        if remember:
            memory.remember(
                [each.seen for each in extracted if isinstance(each, Extracted) and each.seen]
            )
        return [
            _cleaned(worker, page, each, memory, limit, faults)
            if isinstance(each, Extracted)
            else each
            for page, each in zip(waiting, extracted, strict=True)
        ]


def clean_stored(article: Article, memory: SiteMemory) -> Article:
    """Return a stored article cleaned by today's rules; as it is where it breaks a limit."""
    limit = TimeLimit(settings().extract_seconds)
    with page_worker() as worker:
        seen = worker.run(_REMEMBER, article, limit)
        if not isinstance(seen, SeenPage):
            return article
        history = memory.history(seen.host, seen.key)
        cleaned = worker.run(_CLEAN, _to_clean(article, seen, history), limit, _replies(history))
    return cleaned if isinstance(cleaned, Article) else article


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


def _extracted(
    worker: PageWorker, page: StoredPage, limit: TimeLimit, faults: PageFaults
) -> Extracted | Article | Broken:
    try:
        archived = read_record(page.raw_uri)
    except ArchiveError as error:
        faults.add(error, page.final_url)
        return quarantined(page, str(error))
    given = ArchivedPage(page, archived.status, tuple(archived.headers), archived.body)
    result = worker.run(_EXTRACT, given, limit)
    if isinstance(result, Extracted):
        result.faults.pass_on(faults, page.final_url)
    return _unless_failed(result, page, faults)


def _cleaned(
    worker: PageWorker,
    page: StoredPage,
    extracted: Extracted,
    memory: SiteMemory,
    limit: TimeLimit,
    faults: PageFaults,
) -> Article | Broken:
    if extracted.seen is None:
        return extracted.article
    history = memory.history(extracted.seen.host, extracted.seen.key)
    given = _to_clean(extracted.article, extracted.seen, history)
    result = worker.run(_CLEAN, given, limit, _replies(history))
    return _unless_failed(result, page, faults)


def _to_clean(article: Article, seen: SeenPage, history: PageHistory) -> ToClean:
    blocks = (*seen.lines, *seen.sentences) if len(history) >= MIN_STORIES else ()
    return ToClean(
        article, len(history), {each: history.occurrences(each, seen.key) for each in blocks}
    )


def _replies(history: PageHistory) -> Callable[[_LongerStories], bool]:
    def reply(asked: _LongerStories) -> bool:
        return history.occurs_in_longer_stories(
            asked.block, asked.key, asked.recurring, with_lines=asked.with_lines
        )

    return reply


def _unless_failed(
    result: _Result | Failed | Broken, page: StoredPage, faults: PageFaults
) -> _Result | Article | Broken:
    """Return the result of a step; a quarantined article where the page raised an exception."""
    if isinstance(result, Broken):
        log.warning(
            "page broke a limit", fetch_id=page.fetch_id, url=page.final_url, reason=result.reason
        )
        return result
    if not isinstance(result, Failed):
        return result
    if isinstance(result.error, (StageFault, StoreError)):
        raise result.error
    faults.add(result.error, page.final_url, result.place)
    log.error(
        "page quarantined", fetch_id=page.fetch_id, url=page.final_url, exception=result.trace
    )
    return quarantined(page, result.message)


def quarantined(page: StoredPage, reason: str) -> Article:
    """Return the article of a page that cannot be read."""
    return Article(
        url=page.final_url,
        canonical_url=page.canonical_url,
        title=None,
        text=None,
        outcome=Outcome.QUARANTINED,
        reason=one_line(reason),
    )


# What a worker does.


def _extract(page: ArchivedPage) -> Extracted:
    faults = CollectedFaults()
    article = replace(_read(page, faults), time_zone=page.stored.time_zone)
    wanted = page.stored.wanted_languages or settings().wanted_languages
    article = refused_if_unwanted(article, wanted)
    return Extracted(article, page_to_remember(article), faults)


def _read(page: ArchivedPage, faults: CollectedFaults) -> Article:
    stored = page.stored
    if (stored.content_type or "").startswith("text/plain"):
        return extract_text_bytes(
            page.body,
            url=stored.final_url,
            content_type=stored.content_type,
            source_language=stored.language,
        )
    article = extract_page(
        page.body,
        url=stored.final_url,
        content_type=stored.content_type,
        feed_title=stored.link_title,
        feed_published=stored.link_published_at,
        source_language=stored.language,
        now=stored.fetched_at,  # a capture of 2024 cannot have been published in 2026
        admitted_kinds=stored.admitted_kinds,
        faults=faults,
    )
    # Pages of files and of others' archives were not judged when they were fetched.
    wall = recognise_wall(page.status, page.headers, page.body, stored.final_url)
    return replace(article, outcome=wall.outcome, reason=wall.reason) if wall else article


def _clean(given: ToClean) -> Article:
    return clean_article(given.article, _SentMemory(given), remember=False)


def read_samples() -> None:
    """Read two pages of our own; only what this loads is of use.

    The first is the one with which a worker starts. For the second, which has a short text and no
    date, trafilatura makes a table of the stop words of 100 languages, and htmldate loads
    dateparser: 0.25 s of processor time.
    """
    for page in (_SAMPLE_PAGE, replace(_SAMPLE_PAGE, body=_SHORT_HTML.encode())):
        _clean(ToClean(_extract(page).article, 0, {}))


class _SentMemory:
    """The site memory of a worker: what its parent sent about the blocks of one page."""

    def __init__(self, given: ToClean) -> None:
        self._given = given

    def remember(self, pages: Sequence[SeenPage]) -> None:
        """Do nothing: the parent has remembered the page."""

    def history(self, host: str, key: int) -> PageHistory:
        """Return what is known about the blocks of the page."""
        return _SentHistory(self._given)


class _SentHistory:
    """A ``PageHistory`` of the occurrences that the parent has looked up."""

    def __init__(self, given: ToClean) -> None:
        self._given = given

    def __len__(self) -> int:
        return self._given.page_count

    def occurrences(self, block: int, key: int) -> Occurrences:
        """Return how often a block occurs around the page."""
        return self._given.occurrences.get(block, Occurrences())

    def occurs_in_longer_stories(
        self, block: int, key: int, recurring: Set[int], *, with_lines: bool = False
    ) -> bool:
        """Ask the parent; few texts need it."""
        return bool(ask(_LongerStories(block, key, recurring, with_lines)))


_SAMPLE_TEXT = (
    "The old ferry sails at nine from the northern pier and is back in the harbour by noon.",
    "“We have asked for a second boat since March,” said Ida Marlow, who runs the harbour board.",
    "Passengers wait in the rain, because the shelter was carried off by the flood of last winter.",
    "Repairs would cost 40,000 crowns, according to a report that the council read on Tuesday.",
    "The ministry wants to decide after the holidays, and two islands collect money of their own.",
)
_SAMPLE = Article("https://sample.invalid/ferry", None, "A ferry", "\n\n".join(_SAMPLE_TEXT))
_SAMPLE_HTML = (
    "<html lang=en><head><title>A ferry for two islands</title>"
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A ferry",'
    ' "datePublished": "2025-12-01T08:15:00Z", "author": {"name": "Jon Ash"}}</script></head>'
    f"<body><article><h1>A ferry for two islands</h1><p>By Jon Ash, 1 December 2025</p>"
    f"{''.join(f'<p>{line}</p>' for line in _SAMPLE_TEXT)}</article></body></html>"
)
"""A page that goes through all steps, so that they load their tables: 1.1 s of processor time."""
_SHORT_HTML = f"<title>A ferry</title><article><p>{_SAMPLE_TEXT[0]}</p></article>"
_SAMPLE_PAGE = ArchivedPage(
    StoredPage(
        fetch_id=0,
        attempt_id=0,
        run_id=0,
        source_key="sample",
        language="en",
        link_title=None,
        link_published_at=None,
        canonical_url="https://sample.invalid/ferry",
        final_url="https://sample.invalid/ferry",
        content_type="text/html",
        raw_uri="",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        time_zone=None,
    ),
    200,
    (),
    _SAMPLE_HTML.encode(),
)
_EXTRACT = Step("extraction", _extract, _SAMPLE_PAGE)
_REMEMBER = Step("cleaning", page_to_remember, _SAMPLE)
_CLEAN = Step("cleaning", _clean, ToClean(_SAMPLE, 0, {}))
