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
