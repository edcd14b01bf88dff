"""Each document of a source read once, and what to do about those that give nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.discover.links import discover
from pipeline.fetch.fetcher import Fetcher
from pipeline.fetch.onsite import is_onsite, sites
from pipeline.outcomes import Outcome
from pipeline.records import Link, Source

_HINTS = {
    Outcome.ROBOTS_DENIED: "robots.txt forbids it: ask the publisher, or use another feed",
    Outcome.ADDRESS_REFUSED: "not a public address: allow_private_addresses = true if it is yours",
    Outcome.OFFSITE_REFUSED: "it redirects to another site: add that host to hosts",
    Outcome.GONE: "the publisher took it away: `dateline source add HOMEPAGE` finds the new one",
    Outcome.NOT_FOUND: "look for the new address: `dateline source add HOMEPAGE` does",
    Outcome.FORBIDDEN: "the site refuses us: ask the publisher for access",
    Outcome.RATE_LIMITED: "asked too often: raise crawl_delay and come back later",
    Outcome.SERVER_ERROR: "the site has trouble: try again later",
    Outcome.UNREACHABLE: "check the spelling of the host, and the network",
    Outcome.TIMEOUT: "slow site: raise DATELINE_TOTAL_TIMEOUT, or try again later",
    Outcome.TOO_LARGE: "raise DATELINE_MAX_BODY_BYTES, or name a smaller sitemap",
    Outcome.REDIRECT_LOOP: "open it in a browser and take the address it ends at",
    Outcome.BAD_CONTENT: "open it in a browser: it is not what its field says",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What one document of a source gave."""

    source_key: str
    field: str
    """feeds, sitemaps, sections, lists or files."""
    found_in: str
    links: int
    offsite: int
    """Links to other sites, which *fetch* will refuse."""
    newest: str | None
    """Latest time stated, as stated."""
    outcome: Outcome | None
    """None when all is well."""
    reason: str | None = None
    hint: str | None = None


def check(source: Source, fetcher: Fetcher) -> Iterator[Checked]:
    """Read every document of a source once and yield what it gave; nothing is stored."""
    bare = replace(
        source,
        feeds=(),
        sitemaps=(),
        sections=(),
        lists=(),
        files=(),
        hosts=(*source.hosts, *sites(source)),
    )
    documents = [
        (field, name)
        for field in ("feeds", "sitemaps", "sections", "lists", "files")
        for name in getattr(source, field)
    ]
    for field, name in documents or [("sections", source.homepage or "")]:
        alone = replace(bare, **{field: (name,)})  # type: ignore[arg-type]
        yield _checked(alone, field, name, fetcher)


def _checked(source: Source, field: str, name: str, fetcher: Fetcher) -> Checked:
    found = discover(source, fetcher)
    problem = next(iter(found.problems), None)
    empty = not found.links and problem is None
    outcome = problem.outcome if problem else Outcome.BAD_CONTENT if empty else None
    offsite = sum(not is_onsite(link.url, source) for link in found.links)
    return Checked(
        source.key,
        field,
        name,
        len(found.links),
        0 if field in ("lists", "files") else offsite,
        _newest(found.links),
        outcome,
        problem.reason if problem else "it names no link" if empty else None,
        _HINTS.get(outcome) if outcome else None,
    )


def _newest(links: tuple[Link, ...]) -> str | None:
    """Return the time of the first dated link: they come newest first."""
    return next((link.published_at for link in links if link.published_at), None)
