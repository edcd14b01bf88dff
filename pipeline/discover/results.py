"""What discovery gives: links, and the problems met on the way to them."""

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
    """One line for the operator; says what to do where that is known."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """The links of one source, newest first and each URL once, and what went wrong."""

    links: tuple[Link, ...] = ()
    problems: tuple[Problem, ...] = ()
    validators: tuple[tuple[str, Validators], ...] = ()
    """Per document read (feed, sitemap, section, list): what the next conditional GET needs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One link as a document names it, before it is known whose it is."""

    url: str
    title: str | None = None
    published_at: str | None = None
    changed_at: str | None = None
    """A sitemap's lastmod: good to sort by, no publication time."""
