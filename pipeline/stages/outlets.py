"""The outlets of pages: those that are known, and the one that a page of many outlets tells.

A source is of many outlets where its file says so, and where it lists the files that are targets of
``dateline run``. The links and requests stay the source's; the articles are the outlets'.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from psycopg import Connection

from pipeline.errors import SourceError, UsageError
from pipeline.models import Article, Source
from pipeline.outcomes import Outcome
from pipeline.settings import settings
from pipeline.sources.files import read_sources
from pipeline.sources.keys import known_keys
from pipeline.sources.outlets import Outlets, mapped_address
from pipeline.sources.registry import read_registry, registry_folder
from pipeline.telemetry import log
from pipeline.warehouse.fetches import StoredPage
from pipeline.warehouse.mapped_outlets import (
    MappedOutlet,
    map_outlet,
    mapped_outlets,
    mapped_sources,
    unmap_outlet,
)
from pipeline.warehouse.sources import upsert_sources
from pipeline.warehouse.store import store


def known_outlets(connection: Connection | None = None) -> Outlets:
    """Return the sources of the sources folder and the registry, by host.

    A file that cannot be used is logged and left out: its outlet is made from the host then.

    Args:
        connection: to the store that holds what people have mapped; None where that does not
            matter.
    """
    outlets = _known_outlets(settings().sources)
    return outlets.with_mapped(mapped_sources(connection)) if connection else outlets


@lru_cache(maxsize=1)
def _known_outlets(folder: Path) -> Outlets:
    try:
        sources, problems = read_sources(folder)
    except SourceError:
        sources, problems = [], []
    registry = read_registry(registry_folder())
    for problem in (*problems, *registry.problems):
        log.error("source left out", problem=str(problem))
    return Outlets(sources, registry.outlets.values())


def stored_outlets(
    connection: Connection, read: Sequence[tuple[StoredPage, Article]]
) -> list[Source | None]:
    """Return the outlet that each page tells, stored as a source where it was not.

    Args:
        connection: to the store.
        read: pages with the articles that they show.

    Returns:
        One item per page: None where the page's source is its outlet, where it shows no article,
        and where neither the page nor a person names an outlet.
    """
    is_asked = [
        page.has_many_outlets and article.outcome is Outcome.LOADED for page, article in read
    ]
    if not any(is_asked):
        return [None] * len(read)
    outlets = known_outlets(connection)
    found = [
        outlets.of_page(page.final_url, article.claims) if asked else None
        for (page, article), asked in zip(read, is_asked, strict=True)
    ]
    unique = {outlet.key: outlet for outlet in found if outlet}
    upsert_sources(connection, list(unique.values()), only_new=True)
    return found


def with_zone_of(article: Article, outlet: Source | None) -> Article:
    """Return an article whose times without an offset are those of its outlet's zone."""
    if outlet is None or outlet.time_zone is None or article.time_zone is not None:
        return article
    return replace(article, time_zone=outlet.time_zone)


def mapped() -> list[MappedOutlet]:
    """Return what people have mapped."""
    with store() as connection:
        return mapped_outlets(connection)


def map_address(text: str, source_key: str, *, mapped_by: str, reason: str | None) -> str:
    """Store that pages of a host, a file or a folder are of a source, and return its address.

    Raises:
        UsageError: it is no address, or there is no such source.
    """
    address = _address(text)
    with store() as connection:
        if source := known_outlets().by_key.get(source_key):
            upsert_sources(connection, [source], only_new=True)
        if not map_outlet(connection, address, source_key, mapped_by=mapped_by, reason=reason):
            known = known_keys(source_key, known_outlets().by_key)
            raise UsageError(f"no source {source_key!r} in folder, registry or store. {known}")
    return address


def unmap_address(text: str) -> str:
    """Forget what was mapped for a host, a file or a folder, and return its address.

    Raises:
        UsageError: nothing was mapped for it.
    """
    address = _address(text)
    with store() as connection:
        if not unmap_outlet(connection, address):
            raise UsageError(f"nothing is mapped for {address}: see `dateline source map`.")
    return address


def _address(text: str) -> str:
    path = Path(text)
    is_path = "/" in text or path.exists()
    return mapped_address(path.absolute().as_uri() if is_path and "://" not in text else text)
