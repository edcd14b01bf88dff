"""Stage *discover*: find the links of one source and store them in batches for *fetch*."""

from psycopg import Connection

from pipeline.discover.discovery import discover as find_links
from pipeline.discover.results import Discovered
from pipeline.errors import SourceError
from pipeline.fetch.fetcher import Fetcher
from pipeline.models import Source
from pipeline.settings import settings
from pipeline.stages.register_sources import source_of
from pipeline.telemetry import log, meter
from pipeline.warehouse.fetches import PostgresThrottle
from pipeline.warehouse.links import add_links
from pipeline.warehouse.store import store


def discover(run_id: int, source_key: str) -> list[int]:
    """Find the links of one source, store them, and return the batch numbers to fetch.

    Raises:
        SourceError: every feed, sitemap and page of the source failed; the first problem is named.
    """
    source = source_of(source_key)
    with store() as connection:
        with Fetcher(settings(), throttle=PostgresThrottle(connection)) as fetcher:
            found = find_links(source, fetcher)
        _report(source_key, found)
        return store_links(connection, run_id, source, found)


def store_links(
    connection: Connection, run_id: int, source: Source, found: Discovered
) -> list[int]:
    """Store the links of a source for this run and return the numbers of the batches to fetch."""
    return add_links(connection, run_id, source.key, found.links, settings().fetch_batch)


def _report(source_key: str, found: Discovered) -> None:
    for problem in found.problems:
        log.warning(
            "cannot read",
            source=source_key,
            found_in=problem.found_in,
            outcome=problem.outcome,
            reason=problem.reason,
        )
    meter().count("links_discovered", len(found.links), source=source_key)
    log.info("discovered", source=source_key, links=len(found.links), problems=len(found.problems))
    if found.problems and not found.links:
        first = found.problems[0]
        raise SourceError(
            f"{source_key}: no link found; {first.found_in}: {first.outcome} ({first.reason}). "
            f"Try `dateline source check {source_key}`."
        )
