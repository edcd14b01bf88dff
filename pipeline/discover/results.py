"""The records of discovery: documents to read, what a reading brought, links with their times."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from pipeline.models import Link, Response, Validators
from pipeline.outcomes import Outcome

DocumentKind = Literal["feed", "sitemap", "section", "list", "files"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A feed, sitemap, section, list or file that could not be read, wholly or in part."""

    found_in: str
    """The URL or path of what could not be read."""
    outcome: Outcome
    reason: str
    """One line for the operator, with what to do if that is known."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One link as a document names it, not yet assigned to a source."""

    url: str
    title: str | None = None
    published_at: str | None = None
    changed_at: str | None = None
    """When it was changed (a sitemap's lastmod, Atom's updated): used to sort, but not as the
    publication time."""
    guid: str | None = None
    """The feed's own identifier of the entry, which stays when its address changes."""
    is_foreign: bool = False
    """It is of another site than the document and the homepage that the document names."""
    is_advert: bool = False
    """The document itself marks it as paid for (rel="sponsored")."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that was read."""

    entries: tuple[Entry, ...]
    title: str | None = None
    homepage: str | None = None
    language: str | None = None
    is_broken: bool = False
    """It is cut or not well-formed; the other fields hold what could be read."""
    ttl_minutes: int | None = None
    """How long the publisher asks to wait before the next request (RSS ttl)."""
    update_period_minutes: float | None = None
    """How often the publisher says that it changes (sy:updatePeriod, the schedule of a CDF)."""
    sitemaps: tuple[Entry, ...] = ()
    """Further sitemaps, where a sitemap index is listed under feeds."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap that was read: the entries of a urlset, or the further sitemaps of an index."""

    entries: tuple[Entry, ...] = ()
    sitemaps: tuple[Entry, ...] = ()
    """Each once and without the index itself, in the order of the index."""
    is_broken: bool = False
    """It is cut or not well-formed; the other fields hold what could be read."""


@dataclass(frozen=True, slots=True)
class ChildReading:
    """What a sitemap of an index held when it was last read."""

    read_at: datetime
    entries: int
    newest: datetime | None = None
    """The latest time of an entry; None where it has none, or none is stated."""
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document that names links, with what the last reading of it left."""

    kind: DocumentKind
    url: str
    """URL, or path of a local list, file or folder."""
    key: int = 0
    """Its key in the store; 0 for one that is not stored."""
    moved_to: str | None = None
    """Where it has moved to for good; asked instead of ``url``."""
    validators: Validators = field(default_factory=Validators)
    last_read_at: datetime | None = None
    newest_item_at: datetime | None = None
    oldest_item_at: datetime | None = None
    item_count: int | None = None
    parent: str | None = None
    """URL of the sitemap index that names it."""
    is_polled: bool = True
    """Whether it is due by itself, not only when its index says that it changed."""


@dataclass(frozen=True, slots=True)
class DatedLink:
    """A link with the time it is sorted by: its publication or else its change."""

    link: Link
    stated_at: datetime | None = None
    """None where no readable time is stated."""
    stated_time: str | None = None
    """The same time as the document states it."""


def newest_first(dated: DatedLink) -> float:
    """Return a key that sorts links newest first.

    Links without a time count as new if they are from a page or a feed, whose order is kept, and
    as old if they are from a sitemap, which may list twenty years of them.
    """
    if dated.stated_at is not None:
        return -dated.stated_at.timestamp()
    return float("inf") if dated.link.found_by == "sitemap" else float("-inf")


def merged(known: DatedLink, other: DatedLink) -> DatedLink:
    """Return the first of two links to one URL, with what it lacks taken from the other."""
    link = replace(
        known.link,
        title=known.link.title or other.link.title,
        published_at=known.link.published_at or other.link.published_at,
    )
    timed = other if known.stated_at is None else known
    return DatedLink(link, timed.stated_at, timed.stated_time)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one request of a document brought."""

    document: Document
    outcome: Outcome | None = None
    """None if it was read, ``unchanged`` if it had not changed, else why it could not be read."""
    reason: str | None = None
    links: tuple[DatedLink, ...] = ()
    children: tuple[Entry, ...] = ()
    """The further sitemaps that a sitemap index names."""
    foreign: int = 0
    """Links to other sites."""
    beyond: frozenset[str] = frozenset()
    """URLs of links that belong to the past of the site and are not followed."""
    held: ChildReading | None = None
    """With a sitemap: what is remembered of it to order the sitemaps of its index."""
    problems: tuple[Problem, ...] = ()
    """Parts of it that could not be read."""
    response: Response | None = None
    """None for a local file."""
    validators: Validators = field(default_factory=Validators)
    floor: timedelta = timedelta(0)
    """Time for which it need not be asked again, as it or its server says."""
    floor_reason: str = ""
    retry_after: timedelta | None = None
    moved_to: str | None = None
    room: int = 0
    """Bytes of room in memory that it holds until it is stored (``LongDocuments.end``)."""

    @property
    def http_status(self) -> int | None:
        """The status of the response, None where none came."""
        return self.response.status if self.response else None

    @property
    def body_bytes(self) -> int | None:
        """The size of the decoded body, None where none came."""
        return len(self.response.body) if self.response and self.response.body else None

    @property
    def elapsed_ms(self) -> int | None:
        """Milliseconds from request to complete response, None where not measured."""
        return self.response.elapsed_ms if self.response else None


@dataclass(frozen=True, slots=True)
class Discovered:
    """The links of one source, newest first and each URL once, and the problems."""

    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()
