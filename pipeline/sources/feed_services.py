"""Services that carry feeds of many outlets under one host (``feed_services.tsv``)."""

from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from pipeline.tables import read_rows
from pipeline.urls import host

Service = Literal["outlet", "search"]
"""Whether a feed of the service is of one outlet, or its items come from many sites."""


def service_of(url: str) -> Service | None:
    """Return what a feed at this address is a feed of; None if its host is not a service.

    >>> service_of("https://feeds.feedburner.com/ExampleHerald")
    'outlet'
    """
    name, path = host(url), urlsplit(url).path
    for service, prefix, kind in _services():
        if (name == service or name.endswith(f".{service}")) and path.startswith(prefix):
            return kind
    return None


@lru_cache(maxsize=1)
def _services() -> tuple[tuple[str, str, Service], ...]:
    rows = read_rows(__package__, "feed_services.tsv", 4)
    return tuple(
        (service, prefix, "search" if kind == "search" else "outlet")
        for service, prefix, kind, _ in rows
    )
