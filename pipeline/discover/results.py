"""The results of discovery: links, and the documents that could not be read."""

from dataclasses import dataclass

from pipeline.models import Link, Validators
from pipeline.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Problem:
    """A feed, sitemap, section, list or file that could not be read, wholly or in part."""

    found_in: str
    """The URL or path of what could not be read."""
    outcome: Outcome
    reason: str
    """One line for the operator, with what to do if that is known."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """The links of one source, newest first and each URL once, and the problems."""

    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()
    validators: tuple[tuple[str, Validators], ...] = ()
    """URL of each document that was read, with the validators for its next conditional GET."""


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
    skip_hours: frozenset[int] = frozenset()
    """Hours, 0 to 23 in UTC, at which the publisher asks for no request."""
    skip_days: frozenset[int] = frozenset()
    """Days, Monday is 0, at which the publisher asks for no request."""
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
    names_itself: bool = False
    """The index is among its own sitemaps; that one was left out."""
