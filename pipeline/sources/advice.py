"""Check sources: read each of their documents once, and say what should be changed.

A document that moved for good, one that is empty or gone while the homepage names another, an
outlet that is silent or writes in another language or zone than its file says: each is an advice
with the value as it is and the value as it should be. Nothing is stored and no file is changed.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from pipeline.discover.discovery import DocumentCheck, check
from pipeline.discover.feeds import read_feed
from pipeline.discover.results import Entry
from pipeline.discover.sitemaps import read_sitemap
from pipeline.errors import PageError
from pipeline.fetch.fetcher import Fetcher
from pipeline.fetch.source_access import sites
from pipeline.language import language_of
from pipeline.models import Response, Source
from pipeline.outcomes import Outcome
from pipeline.sources.expectations import Expectations, read_expectations
from pipeline.sources.places import has_offset, time_zone_of, with_offset
from pipeline.sources.search import SiteSearch

SOURCES_AT_ONCE = 16
_FEW, _MANY = 0.5, 2.0
"""Shares of the expected articles a day outside of which the expectation is questioned."""
_LEAST_DAYS = 1.0
"""Fewer days say nothing about a day's articles."""
_AGREEING = 0.5
"""Share of the stated offsets that the source's zone should have."""
_PASSING = frozenset(
    {
        Outcome.TIMEOUT,
        Outcome.SERVER_ERROR,
        Outcome.RATE_LIMITED,
        Outcome.UNREACHABLE,
        Outcome.ROBOTS_UNREACHABLE,
    }
)
"""Outcomes that may be others tomorrow: no other address is looked for."""


class Recommendation(StrEnum):
    """What to do with a source."""

    KEEP = "keep"
    """Every document works and nothing contradicts the file."""
    CHANGE = "change"
    """It works, and its file should be changed."""
    REPAIR = "repair"
    """Some of its documents do not work, or it is silent."""
    RETRY = "retry"
    """None of its documents could be read now, for causes that pass: 503, 429, a time-out."""
    DROP = "drop"
    """None of its documents works."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One change that a source needs."""

    source_key: str
    field: str
    now: str | None
    proposed: str | None
    """None where a person has to decide."""
    why: str


@dataclass(frozen=True, slots=True)
class CheckedSource:
    """A source with the results of reading its documents."""

    source: Source
    documents: tuple[DocumentCheck, ...]
    advice: tuple[Advice, ...]
    is_silent: bool
    """Its newest article is older than its file allows."""

    @property
    def verdict(self) -> Recommendation:
        """What to do with it."""
        failed = [each.outcome for each in self.documents if each.outcome is not None]
        if failed and len(failed) == len(self.documents):
            # A host that nobody reaches has mostly moved: whether it is the network, others show.
            passes = any(each in _PASSING - {Outcome.UNREACHABLE} for each in failed)
            return Recommendation.RETRY if passes else Recommendation.DROP
        if failed or self.is_silent:
            return Recommendation.REPAIR
        return Recommendation.CHANGE if self.advice else Recommendation.KEEP


def check_all(sources: Sequence[Source], fetcher: Fetcher) -> Iterator[CheckedSource]:
    """Check sources, many at a time and each host at its pace, and yield them in order."""
    if len(sources) == 1:
        yield check_source(sources[0], fetcher)
        return
    executor = ThreadPoolExecutor(SOURCES_AT_ONCE)
    try:
        yield from executor.map(lambda source: check_source(source, fetcher), sources)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def check_source(source: Source, fetcher: Fetcher) -> CheckedSource:
    """Read every document of a source once, and look for others where one does not work."""
    responses = _fetched(source, fetcher)
    documents = tuple(check(source, fetcher))
    read = _entries(responses, fetcher)
    now = max((each.fetched_at for each in responses.values()), default=datetime.now(UTC))
    expected = read_expectations(read.values(), now, source.time_zone)
    silence = _silence(source, expected, now)
    advice = [
        *_moved(source, responses),
        *_replaced(source, documents, fetcher, is_silent=silence is not None),
        *([silence] if silence else []),
        *_rate(source, expected),
        *_language(source, responses, read),
        *_time_zone(source, [entry for entries in read.values() for entry in entries]),
    ]
    return CheckedSource(source, documents, tuple(advice), silence is not None)


def _fetched(source: Source, fetcher: Fetcher) -> dict[str, Response]:
    """Fetch the feeds and sitemaps of a source, and keep the responses for ``check``."""
    whole = replace(source, hosts=(*source.hosts, *sites(source)))
    found = {}
    for url in dict.fromkeys((*source.feeds, *source.sitemaps)):
        found[url] = fetcher.fetch(url, source=whole, kind="document")
        fetcher.keep(found[url])
    return found


def _entries(responses: dict[str, Response], fetcher: Fetcher) -> dict[str, tuple[Entry, ...]]:
    """Return the entries of each feed and sitemap that could be read."""
    found = {}
    for url, response in responses.items():
        kind = response.header("content-type")
        if response.outcome is not None:
            continue
        try:
            found[url] = read_feed(response.body, response.final_url, kind).entries
        except PageError:
            try:
                limit = 5 * fetcher.max_body_bytes
                found[url] = read_sitemap(response.body, response.final_url, limit).entries
            except PageError:
                continue
    return found


def _moved(source: Source, responses: dict[str, Response]) -> Iterator[Advice]:
    for field in ("feeds", "sitemaps"):
        for url in getattr(source, field):
            place = responses[url].moved_to
            if place is not None and place != url:
                yield Advice(source.key, field, url, place, "it moved for good (301 or 308)")


def _replaced(
    source: Source, documents: Sequence[DocumentCheck], fetcher: Fetcher, *, is_silent: bool
) -> Iterator[Advice]:
    """Look for other documents where one does not work, or where all are silent."""
    failed = [
        document
        for document in documents
        if document.outcome not in (None, *_PASSING) and document.field in ("feeds", "sitemaps")
    ]
    if not source.homepage or not (failed or is_silent):
        return
    page = fetcher.fetch(source.homepage)
    if page.outcome is not None:
        return
    search = SiteSearch(page, fetcher)
    known = {*source.feeds, *source.sitemaps}
    found = [("feeds", each.url) for each in search.feeds()]
    found += [("sitemaps", each.url) for each in search.sitemaps() if each.is_news]
    new = [(field, url) for field, url in found if url not in known]
    for document in failed:
        same = next((each for each in new if each[0] == document.field), None)
        if same is None:
            why = f"{document.outcome}, and the site names no other. Remove it"
            yield Advice(source.key, document.field, document.found_in, None, why)
        else:
            new.remove(same)
            why = f"{document.outcome}; the site names another"
            yield Advice(source.key, document.field, document.found_in, same[1], why)
    for field, url in new:
        yield Advice(source.key, field, None, url, "the site names it too")


def _silence(source: Source, expected: Expectations, now: datetime) -> Advice | None:
    if source.latest_age_hours is None or expected.newest is None:
        return None
    hours = (now.timestamp() - expected.newest) / 3600
    if hours <= source.latest_age_hours:
        return None
    why = f"the newest article is {hours:.0f} hours old. Look whether the outlet still publishes"
    return Advice(source.key, "latest_age_hours", f"{source.latest_age_hours:g}", None, why)


def _rate(source: Source, expected: Expectations) -> Iterator[Advice]:
    rate, stated = expected.articles_a_day, source.articles_a_day
    if rate is None or stated is None or expected.days < _LEAST_DAYS:
        return
    if not _FEW * stated <= rate <= _MANY * stated:
        why = f"{expected.count} articles in {expected.days:.1f} days were read"
        yield Advice(source.key, "articles_a_day", f"{stated:g}", f"{rate:g}", why)


def _language(
    source: Source, responses: dict[str, Response], read: dict[str, tuple[Entry, ...]]
) -> Iterator[Advice]:
    """Compare the language of the titles, unless a feed states the source's own language."""
    titles = " ".join(entry.title for each in read.values() for entry in each if entry.title)
    found = language_of(titles)
    if found is None or found == source.language:
        return
    for url in read:
        response = responses[url]
        try:
            feed = read_feed(response.body, response.final_url, response.header("content-type"))
        except PageError:
            continue
        if (feed.language or "").lower().partition("-")[0] == source.language:
            return
    yield Advice(source.key, "language", source.language, found, "its titles are in it")


def _time_zone(source: Source, entries: Sequence[Entry]) -> Iterator[Advice]:
    offset = with_offset(entry.published_at for entry in entries if entry.published_at)
    if not offset:
        return
    if source.time_zone is not None:
        agreeing = sum(has_offset(time, source.time_zone) for time in offset)
        if agreeing >= _AGREEING * len(offset):
            return
    found = time_zone_of(source.country, offset, source.language)
    if found.value != source.time_zone:
        yield Advice(source.key, "time_zone", source.time_zone, found.value, found.why)
