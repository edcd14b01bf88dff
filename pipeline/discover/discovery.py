"""Discovery: read every document that a source names and keep the newest links.

``discover`` is what a run does. ``check`` reads each document by itself for
``dateline source check`` and says what to do about those that give no links.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.discover.feeds import read_feed
from pipeline.discover.local_files import read_files, read_list
from pipeline.discover.results import Discovered, Entry, Problem
from pipeline.discover.sections import read_section
from pipeline.discover.sitemaps import read_sitemap
from pipeline.errors import PageError, Refused
from pipeline.fetch.fetcher import Fetcher
from pipeline.fetch.page_request import is_onsite, sites
from pipeline.line_rules.dates import age_key
from pipeline.models import LINK_FIELDS, FoundBy, Link, Response, Source, Validators
from pipeline.outcomes import Outcome
from pipeline.urls import is_web_url

MAX_SITEMAPS = 50
"""Sitemaps read per source and run before child sitemaps are left out, the oldest first. Sitemaps
that the source itself names count too, but are always read."""
_MAX_DEPTH = 3
_EXPLICIT: frozenset[FoundBy] = frozenset({"file", "warc", "list", "url"})
"""Links that somebody listed one by one; ``max_links`` does not apply to them."""


def discover(
    source: Source, fetcher: Fetcher, *, validators: Mapping[str, Validators] | None = None
) -> Discovered:
    """Return the links of a source, newest first.

    Links that its lists and files name come first, all of them; of the others at most
    ``source.max_links`` are kept.

    A document that cannot be read becomes a ``Problem``; nothing is raised for it. Links to other
    sites are kept, so that each gets an outcome: fetch refuses them.

    Args:
        source: whose documents are read.
        fetcher: fetches them.
        validators: of the last response, by document. A document that responds 304, or with the
            same body, gives neither links nor a problem.
    """
    discovery = _Discovery(source, fetcher, validators or {})
    discovery.run()
    return Discovered(
        tuple(select_links(discovery.found, source.max_links)),
        tuple(discovery.problems),
        tuple(discovery.validators),
    )


@dataclass(frozen=True, slots=True)
class DatedLink:
    """A link with the time it is sorted by: its publication or else its change."""

    link: Link
    timestamp: float | None
    """Seconds since 1970; None where no readable time is stated."""
    stated_time: str | None = None
    """The same time as the document states it."""


def select_links(found: Iterable[DatedLink], limit: int) -> list[Link]:
    """Return each URL once, newest first: all that were listed one by one and ``limit`` others.

    Links without a time count as new if they are from a page or a feed, whose order is kept, and
    as old if they are from a sitemap, which may list twenty years of them.
    """
    merged: dict[str, DatedLink] = {}
    for dated in found:
        known = merged.get(dated.link.url)
        merged[dated.link.url] = dated if known is None else _merged(known, dated)
    ranked = sorted(merged.values(), key=_rank)
    explicit = [dated.link for dated in ranked if dated.link.found_by in _EXPLICIT]
    others = [dated.link for dated in ranked if dated.link.found_by not in _EXPLICIT]
    return explicit + others[:limit]


def _rank(dated: DatedLink) -> float:
    if dated.timestamp is not None:
        return -dated.timestamp
    return float("inf") if dated.link.found_by == "sitemap" else float("-inf")


def _merged(known: DatedLink, other: DatedLink) -> DatedLink:
    """Return the first link of a URL, with what it lacks taken from a later one."""
    link = replace(
        known.link,
        title=known.link.title or other.link.title,
        published_at=known.link.published_at or other.link.published_at,
    )
    timed = other if known.timestamp is None else known
    return DatedLink(link, timed.timestamp, timed.stated_time)


@dataclass(slots=True)
class _Discovery:
    source: Source
    fetcher: Fetcher
    known: Mapping[str, Validators]
    found: list[DatedLink] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    validators: list[tuple[str, Validators]] = field(default_factory=list)
    sitemaps_read: int = 0

    def run(self) -> None:
        source = self.source
        for url in source.feeds:
            self.add("feed", url, self.feed_entries(url))
        for url in source.sitemaps:
            self.add("sitemap", url, self.sitemap_entries(url, 1))
        for url in self.section_urls():
            self.add("section", url, self.section_entries(url))
        for name in source.lists:
            self.add("list", name, self.list_entries(name))
        for item in read_files(source):
            if isinstance(item, Problem):
                self.problems.append(item)
            else:
                self.found.append(DatedLink(item, None))

    def section_urls(self) -> tuple[str, ...]:
        """Return the source's sections, or its homepage if it has no documents at all."""
        source = self.source
        has_documents = any(getattr(source, name) for name in LINK_FIELDS)
        return source.sections if has_documents or not source.homepage else (source.homepage,)

    def add(self, found_by: FoundBy, found_in: str, entries: Iterator[Entry]) -> None:
        """Add the entries of a document as links, or a problem if it cannot be read.

        An entry that is not a web address ("javascript:…") is a link too and will be refused.
        """
        try:
            for entry in entries:
                link = Link(
                    entry.url,
                    self.source.key,
                    found_by,
                    found_in,
                    entry.title,
                    entry.published_at,
                )
                stated = entry.published_at or entry.changed_at
                timestamp = age_key(stated, self.source.time_zone)
                self.found.append(DatedLink(link, timestamp, stated))
        except PageError as error:
            self.problems.append(Problem(found_in, error.outcome, error.reason))

    def document(self, url: str, *, is_page: bool = False) -> Response | None:
        """Fetch a document and return its response, or None if it has not changed.

        Raises:
            Refused: it could not be fetched; with the outcome and reason of the response.
        """
        response = self.fetcher.fetch(
            url,
            validators=self.known.get(url),
            source=self.source,
            kind="page" if is_page else "document",
        )
        if response.outcome is Outcome.UNCHANGED:
            return None
        if response.outcome is not None:
            raise Refused(response.outcome, response.reason or "", response.status)
        self.validators.append((url, validators_of(response)))
        return response

    def feed_entries(self, url: str) -> Iterator[Entry]:
        response = self.document(url)
        if response is not None:
            kind = response.header("content-type")
            yield from read_feed(response.body, response.final_url, kind).entries

    def section_entries(self, url: str) -> Iterator[Entry]:
        response = self.document(url, is_page=True)
        if response is not None:
            onsite = partial(is_onsite, source=self.source)
            yield from read_section(response.body, response.final_url, onsite)

    def sitemap_entries(self, url: str, depth: int) -> Iterator[Entry]:
        self.sitemaps_read += 1
        response = self.document(url)
        if response is None:
            return
        limit = 5 * self.fetcher.max_body_bytes
        sitemap = read_sitemap(response.body, response.final_url, limit)
        yield from sitemap.entries
        if depth >= _MAX_DEPTH and sitemap.sitemaps:
            reason = f"sitemaps nested deeper than {_MAX_DEPTH} are not read"
            self.problems.append(Problem(url, Outcome.TOO_LARGE, reason))
            return
        for child in sorted(sitemap.sitemaps, key=_sitemap_rank):
            if self.sitemaps_read >= MAX_SITEMAPS or self.has_enough():
                return
            self.add("sitemap", child.url, self.sitemap_entries(child.url, depth + 1))

    def has_enough(self) -> bool:
        """Tell whether all further links of older sitemaps would be cut by ``max_links``."""
        dated = sum(1 for found in self.found if found.timestamp is not None)
        return dated >= self.source.max_links

    def list_entries(self, name: str) -> Iterator[Entry]:
        if is_web_url(name):
            response = self.document(name)
            body = response.body if response else b""
        else:
            body = _local_bytes(name)
        good, bad = read_list(body)
        if bad:
            reason = f"{len(bad)} lines are not URLs, the first is {bad[0]!r}"
            self.problems.append(Problem(name, Outcome.BAD_CONTENT, reason))
        yield from good


def validators_of(response: Response) -> Validators:
    """Return the validators for the next conditional GET of this response's URL."""
    return Validators(
        response.header("etag"), response.header("last-modified"), sha256(response.body).digest()
    )


def _sitemap_rank(entry: Entry) -> float:
    """Return a key that sorts child sitemaps by their last change, newest first."""
    return -(age_key(entry.changed_at) or 0.0)


def _local_bytes(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise Refused(Outcome.NOT_FOUND, f"list {name} cannot be read: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """The result of reading one document of a source."""

    source_key: str
    field: str
    """The field that names the document: feeds, sitemaps, sections, lists or files."""
    found_in: str
    links: int
    offsite: int
    """Links to other sites, which fetch will refuse."""
    newest: str | None
    """The latest time by which the links were sorted (publication, else change), as stated."""
    outcome: Outcome | None
    """None if the document could be read and names links."""
    reason: str | None = None
    hint: str | None = None


def check(source: Source, fetcher: Fetcher) -> Iterator[DocumentCheck]:
    """Read every document of a source by itself and yield the results; nothing is stored."""
    nothing: dict[str, Any] = dict.fromkeys(LINK_FIELDS, ())
    bare = replace(source, hosts=(*source.hosts, *sites(source)), **nothing)
    documents = [(kind, name) for kind in LINK_FIELDS for name in getattr(source, kind)]
    for kind, name in documents or [("sections", source.homepage or "")]:
        alone = replace(bare, **{kind: (name,)})  # type: ignore[arg-type]
        yield _checked(alone, kind, name, fetcher)


_HINTS = {
    Outcome.ROBOTS_DENIED: "robots.txt forbids it: ask the publisher, or use another feed",
    Outcome.ADDRESS_REFUSED: "not a public address: allow_private_addresses = true if it is yours",
    Outcome.OFFSITE_REFUSED: "it redirects to another site: add that host to hosts",
    Outcome.GONE: "the publisher removed it: `dateline source add HOMEPAGE` finds the new one",
    Outcome.NOT_FOUND: "look for the new address: `dateline source add HOMEPAGE` does",
    Outcome.FORBIDDEN: "the site refuses us: ask the publisher for access",
    Outcome.RATE_LIMITED: "asked too often: raise crawl_delay and try again later",
    Outcome.SERVER_ERROR: "the site has an error: try again later",
    Outcome.UNREACHABLE: "check the spelling of the host, and the network",
    Outcome.TIMEOUT: "slow site: raise DATELINE_TOTAL_TIMEOUT, or try again later",
    Outcome.TOO_LARGE: "raise DATELINE_MAX_BODY_BYTES, or name a smaller sitemap",
    Outcome.REDIRECT_LOOP: "open it in a browser and use the address it ends at",
    Outcome.BAD_CONTENT: "open it in a browser: it is not what the field asks for",
}
"""What the operator can do about a document with this outcome."""


def _checked(source: Source, field: str, name: str, fetcher: Fetcher) -> DocumentCheck:
    discovery = _Discovery(source, fetcher, {})
    discovery.run()
    links = select_links(discovery.found, source.max_links)
    problem = next(iter(discovery.problems), None)
    empty = not links and problem is None
    outcome = problem.outcome if problem else Outcome.BAD_CONTENT if empty else None
    offsite = sum(not is_onsite(link.url, source) for link in links)
    return DocumentCheck(
        source.key,
        field,
        name,
        len(links),
        0 if field in ("lists", "files") else offsite,
        _latest_time(discovery.found),
        outcome,
        problem.reason if problem else "it names no link" if empty else None,
        _HINTS.get(outcome) if outcome else None,
    )


def _latest_time(found: Iterable[DatedLink]) -> str | None:
    """Return the latest time of the links, as its document states it; None if none is dated."""
    times = ((each.timestamp, each.stated_time) for each in found if each.timestamp is not None)
    return max(times, default=(0.0, None), key=lambda time: time[0])[1]
