"""From the words of ``dateline run TARGET…`` to sources and links."""

from collections.abc import Sequence

from pipeline.discover.found import Discovered
from pipeline.fetch.fetcher import Fetcher
from pipeline.records import Source


def discover_targets(targets: Sequence[str], fetcher: Fetcher) -> list[tuple[Source, Discovered]]:
    """Tell feeds, sitemaps, pages, lists, folders, files and WARC files apart by their content.

    One source per registrable domain (per host and port for bare addresses), and one source
    ``files`` for everything local. WARC records give links with ``found_by="warc"`` whose
    ``found_in`` is the record's locator, to be passed on as ``Request.archived_at``.

    Raises:
        UsageError: a target is neither a URL nor an existing path.
    """
    raise NotImplementedError
