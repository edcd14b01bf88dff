"""Which URLs belong to a source: adverts in feeds and hijacked redirects lead elsewhere. Pure."""

from functools import lru_cache

from pipeline.records import Source
from pipeline.urls import site


@lru_cache(maxsize=1024)
def sites(source: Source) -> frozenset[str]:
    """Return the sites of a source: those of its URLs, and its ``hosts``.

    A source with neither (lists and local files only) has none, and everything is on-site.
    """
    urls = (source.homepage or "", *source.feeds, *source.sitemaps, *source.sections)
    named = [url for url in urls if url] + [f"http://{host}/" for host in source.hosts]
    return frozenset(site(url) for url in named) - {""}


def is_onsite(url: str, source: Source | None) -> bool:
    """Tell whether a URL is of one of the source's sites."""
    known = sites(source) if source is not None else frozenset()
    return not known or site(url) in known
