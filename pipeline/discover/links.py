"""From a source to its links."""

from collections.abc import Mapping

from pipeline.discover.found import Discovered
from pipeline.fetch.fetcher import Fetcher
from pipeline.records import Source, Validators


def discover(
    source: Source, fetcher: Fetcher, *, validators: Mapping[str, Validators] | None = None
) -> Discovered:
    """Return the links that the source offers now, newest first, at most ``source.max_links``.

    Never raises for what the web did: that becomes a ``Problem``. A document that answers 304 to
    its ``validators`` gives no links and no problem.
    """
    raise NotImplementedError
