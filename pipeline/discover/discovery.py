"""Discovery: read the documents that a source names, and take their links.

``read_documents`` is what a run does, with the documents that are due. ``discover`` reads all of
them at once, and ``check`` reads each by itself for ``dateline source check``; neither stores
anything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.discover.feeds import Feed, read_feed
from pipeline.discover.local_files import read_files, read_list
from pipeline.discover.results import (
    ChildReading,
    DatedLink,
    Discovered,
    Document,
    DocumentKind,
    Entry,
    Problem,
    Reading,
    merged,
    newest_first,
)
from pipeline.discover.sections import read_section
from pipeline.discover.sitemap_order import child_reading, order_children
from pipeline.discover.sitemaps import read_sitemap
from pipeline.errors import PageError, Refused
from pipeline.fetch.body_memory import LongDocuments
from pipeline.fetch.fetcher import Fetcher
from pipeline.fetch.freshness import freshness_seconds
from pipeline.fetch.http_client import held_bytes
from pipeline.fetch.response_checks import Kind
from pipeline.fetch.source_access import is_onsite, sites
from pipeline.line_rules.dates import age_key
from pipeline.models import LINK_FIELDS, FoundBy, Link, Response, Source, Validators
from pipeline.outcomes import Outcome
from pipeline.urls import is_web_url

MAX_SITEMAPS = 50
"""Child sitemaps read per source and run before the others, the oldest, are left out."""
POLLED_CHILDREN = 2
"""Newest children of a sitemap index that are polled like documents of the source's own. The others
are read again when the index says that they changed."""
_MAX_DEPTH = 3
_EXPLICIT: frozenset[FoundBy] = frozenset({"file", "warc", "list", "url"})
"""Links that somebody listed one by one; ``max_links`` does not apply to them."""
KIND_OF_FIELD: dict[str, DocumentKind] = {
    "feeds": "feed",
    "sitemaps": "sitemap",
    "sections": "section",
    "lists": "list",
    "files": "files",
}


def documents_of(source: Source) -> tuple[Document, ...]:
    """Return the documents that a source names; its homepage as a section where it names none."""
    named = [
        Document(KIND_OF_FIELD[name], value)
        for name in LINK_FIELDS
        for value in getattr(source, name)
    ]
    if not named and source.homepage:
        named = [Document("section", source.homepage)]
    return tuple(named)


def read_documents(
    source: Source,
    documents: Sequence[Document],
    fetcher: Fetcher,
    *,
    children: Sequence[Document] = (),
    memory: LongDocuments | None = None,
) -> Iterator[Reading]:
    """Read documents of a source one after the other and yield what each brought.

    A document that cannot be read gives a reading with its outcome; nothing is raised for it. Links
    to other sites are kept, so that each gets an outcome: fetch refuses them. The children of a
    sitemap index that are worth reading follow their index.

    Args:
        source: whose documents they are.
        documents: in the order to read them.
        fetcher: fetches them.
        children: children of the source's sitemap indexes that were read in earlier runs.
        memory: the memory for long documents of all sources; the caller ends each reading there.
    """
    reader = _Reader(source, fetcher, {child.url: child for child in children}, memory)
    for document in documents:
        yield from reader.read(document)


def discover(source: Source, fetcher: Fetcher) -> Discovered:
    """Read all documents of a source; return its links, newest first, and the problems.

    Links that its lists and files name come first, all of them; of the others at most
    ``source.max_links`` are kept.
    """
    readings = list(read_documents(source, documents_of(source), fetcher))
    found = [link for reading in readings for link in reading.links]
    problems = [problem for reading in readings for problem in problems_of(reading)]
    return Discovered(tuple(select_links(found, source.max_links)), tuple(problems))


def problems_of(reading: Reading) -> tuple[Problem, ...]:
    """Return why a document, or a part of it, could not be read; nothing where all was well."""
    if reading.outcome is None or reading.outcome is Outcome.UNCHANGED:
        return reading.problems
    return (Problem(reading.document.url, reading.outcome, reading.reason or ""), *reading.problems)


def select_links(found: Iterable[DatedLink], limit: int) -> list[Link]:
    """Return each URL once, newest first: all that were listed one by one and ``limit`` others.

    Links without a time count as new if they are from a page or a feed, whose order is kept, and
    as old if they are from a sitemap, which may list twenty years of them.
    """
    by_url: dict[str, DatedLink] = {}
    for dated in found:
        known = by_url.get(dated.link.url)
        by_url[dated.link.url] = dated if known is None else merged(known, dated)
    ranked = sorted(by_url.values(), key=newest_first)
    explicit = [dated.link for dated in ranked if dated.link.found_by in _EXPLICIT]
    others = [dated.link for dated in ranked if dated.link.found_by not in _EXPLICIT]
    return explicit + others[:limit]


@dataclass(slots=True)
class _Reader:
    """Reads the documents of one source within one run."""

    source: Source
    fetcher: Fetcher
    known: Mapping[str, Document]
    """Children of sitemap indexes by URL, as earlier runs left them."""
    memory: LongDocuments | None = None
    read_already: set[str] = field(default_factory=set)
    children_read: int = 0

    def read(self, document: Document, depth: int = 1) -> Iterator[Reading]:
        if document.url in self.read_already:
            return
        self.read_already.add(document.url)
        reading = self._reading(document)
        if reading.children and depth >= _MAX_DEPTH:
            reason = f"sitemaps nested deeper than {_MAX_DEPTH} are not read"
            problem = Problem(document.url, Outcome.TOO_LARGE, reason)
            yield replace(reading, children=(), problems=(*reading.problems, problem))
            return
        yield reading
        yield from self._read_children(document, reading, depth)

    def _reading(self, document: Document) -> Reading:
        try:
            if document.kind == "files":
                return self._files(document)
            if document.kind == "list" and not is_web_url(document.url):
                return self._list(document, _local_bytes(document.url))
            return self._fetched(document)
        except PageError as error:
            return Reading(document, error.outcome, error.reason)

    def _fetched(self, document: Document) -> Reading:
        url = document.moved_to or document.url
        kind: Kind = "page" if document.kind == "section" else "document"
        validators = document.validators
        if self.memory is None:
            response = self.fetcher.fetch(url, validators=validators, source=self.source, kind=kind)
            return self._reading_of(document, response)
        response = self.fetcher.fetch(
            url,
            validators=validators,
            source=self.source,
            kind=kind,
            memory=self.memory.bodies,
        )
        room = held_bytes(response.exchanges)
        self.memory.begin(room)
        try:
            return replace(self._reading_of(document, response), room=room)
        except BaseException:  # whoever waits for the turn must not wait for ever
            self.memory.end(room)
            raise

    def _let_go(self, reading: Reading) -> Reading:
        """Give back the room of a reading that cannot be stored before others are read."""
        if self.memory is not None:
            self.memory.end(reading.room)
        return replace(reading, room=0)

    def _reading_of(self, document: Document, response: Response) -> Reading:
        facts: dict[str, Any] = _server_facts(document, response)
        if response.outcome is not None:
            return Reading(document, response.outcome, response.reason, **facts)
        try:
            reading = self._parsed(document, response)
        except PageError as error:
            return Reading(document, error.outcome, error.reason, **facts)
        floor = max(facts.pop("floor"), reading.floor)
        said = reading.floor_reason if floor == reading.floor else facts["floor_reason"]
        facts["floor_reason"] = said
        return replace(reading, floor=floor, validators=validators_of(response), **facts)

    def _parsed(self, document: Document, response: Response) -> Reading:
        kind = response.header("content-type")
        if document.kind == "list":
            return self._list(document, response.body)
        if document.kind == "section":
            onsite = partial(is_onsite, source=self.source)
            found = read_section(response.body, response.final_url, onsite, kind)
            entries = [entry for entry in found if self.source.allow_foreign or not entry.is_advert]
            return self._with_links(document, "section", entries)
        if document.kind == "feed":
            feed = read_feed(response.body, response.final_url, kind, now=response.fetched_at)
            reading = self._with_links(document, "feed", feed.entries)
            floor, said = _feed_floor(feed)
            return replace(reading, children=feed.sitemaps, floor=floor, floor_reason=said)
        limit = 5 * self.fetcher.max_body_bytes
        now = response.fetched_at
        sitemap = read_sitemap(response.body, response.final_url, limit, kind, now=now)
        return replace(
            self._with_links(document, "sitemap", sitemap.entries),
            children=sitemap.sitemaps,
            held=child_reading(sitemap, now),
        )

    def _list(self, document: Document, body: bytes) -> Reading:
        good, bad = read_list(body)
        reading = self._with_links(document, "list", good)
        if bad:
            reason = f"{len(bad)} lines are not URLs, the first is {bad[0]!r}"
            problem = Problem(document.url, Outcome.BAD_CONTENT, reason)
            reading = replace(reading, problems=(problem,))
        return reading

    def _files(self, document: Document) -> Reading:
        links, problems = [], []
        for item in read_files(replace(self.source, files=(document.url,))):
            if isinstance(item, Problem):
                problems.append(item)
            else:
                links.append(DatedLink(item))
        if problems and not links:
            first = problems[0]
            return Reading(document, first.outcome, first.reason, problems=tuple(problems[1:]))
        return Reading(document, links=tuple(links), problems=tuple(problems))

    def _with_links(
        self, document: Document, found_by: FoundBy, entries: Iterable[Entry]
    ) -> Reading:
        """Return a reading with the entries of a document as links.

        An entry that is not a web address ("javascript:…") is a link too and will be refused.
        """
        links = []
        for entry in entries:
            link = Link(
                entry.url,
                self.source.key,
                found_by,
                document.url,
                entry.title,
                entry.published_at,
            )
            stated = entry.published_at or entry.changed_at
            links.append(DatedLink(link, _moment(stated, self.source.time_zone), stated))
        foreign = sum(not is_onsite(dated.link.url, self.source) for dated in links)
        return Reading(document, links=tuple(links), foreign=0 if found_by == "list" else foreign)

    def _read_children(self, index: Document, reading: Reading, depth: int) -> Iterator[Reading]:
        """Read the children of a sitemap index that may hold something new, newest first.

        At the first reading as many as give ``max_links`` links; later those that were never read,
        or that changed since, as the index says. What an archive of twenty years holds besides is
        passed over: ``dateline backfill site`` reads it.
        """
        if index.last_read_at is None:
            found = map(self._let_go, self._children_in_order(index, reading, depth))
            yield from self._without_the_past(list(found))
            return
        index = replace(index, last_read_at=self._read_up_to(index))
        for child in self._children_in_order(index, reading, depth):
            if child.document.last_read_at is None and index.last_read_at is not None:
                yield replace(child, beyond=_older_than(index.last_read_at, child))
            else:
                yield child

    def _read_up_to(self, index: Document) -> datetime | None:
        """Return the time since which an index may hold something new.

        That is its last reading, or the newest entry known where that is older: an index that was
        empty for four days was read all the time, and what had come in the hour before was then
        taken for an entry of an archive.
        """
        newest = [
            child.newest_item_at
            for child in self.known.values()
            if child.parent == index.url and child.newest_item_at is not None
        ]
        if index.last_read_at is None or not newest:
            return index.last_read_at
        return min(index.last_read_at, max(newest))

    def _children_in_order(
        self, index: Document, reading: Reading, depth: int
    ) -> Iterator[Reading]:
        held = {url: known for url, child in self.known.items() if (known := _held(child))}
        links = 0
        left = {entry.url: entry for entry in reading.children}
        # An index of 50,000 takes a second to sort: only a child that was read changes the order.
        ordered = iter(enumerate(order_children(reading.children, held)))
        while left and self.children_read < MAX_SITEMAPS:
            place, entry = next((place, each) for place, each in ordered if each.url in left)
            del left[entry.url]
            child = self._child(entry, index, place)
            if not self._is_due(child, entry, index):
                continue
            self.children_read += 1
            for found in self.read(child, depth + 1):
                links += len(found.links)
                if found.document.url == entry.url and found.held is not None:
                    held[entry.url] = found.held
                    ordered = iter(enumerate(order_children(reading.children, held)))
                yield found
            if index.last_read_at is None and links >= self.source.max_links:
                return

    def _child(self, entry: Entry, index: Document, place: int) -> Document:
        known = self.known.get(entry.url) or Document("sitemap", entry.url, parent=index.url)
        return replace(known, is_polled=place < POLLED_CHILDREN)

    def _is_due(self, child: Document, entry: Entry, index: Document) -> bool:
        if index.last_read_at is None:
            return True
        if child.last_read_at is None:
            return child.is_polled or _is_after(entry.changed_at, index.last_read_at)
        return _is_after(entry.changed_at, child.last_read_at)

    def _without_the_past(self, readings: list[Reading]) -> Iterator[Reading]:
        """Yield readings of one index with all but its newest ``max_links`` links passed over."""
        ranked = sorted(
            (dated.stated_at is None, -_seconds(dated.stated_at), place, dated.link.url)
            for place, reading in enumerate(readings)
            for dated in reading.links
        )
        beyond = {url for *_, url in ranked[self.source.max_links :]}
        for reading in readings:
            urls = {dated.link.url for dated in reading.links}
            yield replace(reading, beyond=reading.beyond | (urls & beyond))


def _held(child: Document) -> ChildReading | None:
    if child.last_read_at is None:
        return None
    count, newest, oldest = child.item_count or 0, child.newest_item_at, child.oldest_item_at
    return ChildReading(child.last_read_at, count, newest, oldest)


def _older_than(index_read_at: datetime, reading: Reading) -> frozenset[str]:
    """Return the links of a child that was there before its index was read the last time."""
    limit = index_read_at - timedelta(days=2)
    return frozenset(
        dated.link.url
        for dated in reading.links
        if (not reading.document.is_polled if dated.stated_at is None else dated.stated_at < limit)
    )


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment is not None else 0.0


def _is_after(stated: str | None, moment: datetime) -> bool:
    at = _moment(stated)
    return at is not None and at > moment - timedelta(days=1)


def validators_of(response: Response) -> Validators:
    """Return the validators for the next conditional GET of this response's URL."""
    return Validators(
        response.header("etag"), response.header("last-modified"), sha256(response.body).digest()
    )


@lru_cache(maxsize=4096)  # a sitemap of 50,000 addresses states few different times
def _moment(stated: str | None, time_zone: str | None = None) -> datetime | None:
    seconds = age_key(stated, time_zone)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
    except (OverflowError, ValueError, OSError):
        return None


def _local_bytes(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise Refused(Outcome.NOT_FOUND, f"list {name} cannot be read: {error.strerror}") from error


def _server_facts(document: Document, response: Response) -> dict[str, Any]:
    """Return what a response says besides its body: when to ask again, and where it has moved."""
    floor, said = timedelta(), ""
    last = response.exchanges[-1] if response.exchanges else None
    headers = last.headers if last else response.headers
    seconds = freshness_seconds(headers, response.fetched_at)
    if seconds:
        floor, said = timedelta(seconds=seconds), f"the server says it is fresh for {seconds:.0f} s"
    return {
        "response": response,
        "floor": floor,
        "floor_reason": said,
        "retry_after": None
        if response.retry_after is None
        else timedelta(seconds=response.retry_after),
        "moved_to": response.moved_to or document.moved_to,
    }


def _feed_floor(feed: Feed) -> tuple[timedelta, str]:
    """Return how long a feed says that it need not be asked for, and where it says so."""
    asked = max(
        (feed.ttl_minutes or 0, "ttl"),
        (feed.update_period_minutes or 0, "update period"),
    )
    minutes, name = asked
    if not minutes:
        return timedelta(), ""
    return timedelta(minutes=minutes), f"the feed's {name} is {minutes:.0f} min"


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
    hosts = replace(source, hosts=(*source.hosts, *sites(source)))
    for document in documents_of(source) or (Document("section", source.homepage or ""),):
        yield _checked(hosts, document, fetcher)


HINTS = {
    Outcome.ROBOTS_DENIED: "robots.txt forbids it: ask the publisher, or use another feed",
    Outcome.ROBOTS_UNREACHABLE: "its robots.txt cannot be read: try again later",
    Outcome.BLOCKED: "a bot wall answers in its place: ask the publisher for access",
    Outcome.CONSENT_WALL: "a consent page answers in its place: ask the publisher for a feed",
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


def _hint(document: Document, outcome: Outcome) -> str | None:
    if outcome is Outcome.NOT_FOUND and document.kind in ("list", "files"):
        return f"correct its path in the source's {document.kind.removesuffix('s')}s"
    if outcome is Outcome.BAD_CONTENT and document.kind == "section":
        return "no link on it looks like a story: name another section page, or a feed"
    return HINTS.get(outcome)


def _checked(source: Source, document: Document, fetcher: Fetcher) -> DocumentCheck:
    readings = list(read_documents(source, (document,), fetcher))
    found = [link for reading in readings for link in reading.links]
    links = select_links(found, source.max_links)
    problem = next((each for reading in readings for each in problems_of(reading)), None)
    empty = not links and problem is None
    outcome = problem.outcome if problem else Outcome.BAD_CONTENT if empty else None
    offsite = sum(not is_onsite(link.url, source) for link in links)
    return DocumentCheck(
        source.key,
        next(name for name, kind in KIND_OF_FIELD.items() if kind == document.kind),
        document.url,
        len(links),
        0 if document.kind in ("list", "files") else offsite,
        _latest_time(found),
        outcome,
        problem.reason if problem else "it names no link" if empty else None,
        _hint(document, outcome) if outcome else None,
    )


def _latest_time(found: Iterable[DatedLink]) -> str | None:
    """Return the latest time of the links, as its document states it; None if none is dated."""
    times = ((each.stated_at, each.stated_time) for each in found if each.stated_at is not None)
    return max(times, default=(None, None))[1]
