"""Keys of new sources, made from their addresses."""

import re
from collections.abc import Collection

from pipeline.urls import host, registrable_domain, site


def key_of(url: str) -> str:
    """Return a key for the outlet at an address.

    >>> key_of("https://www.example-herald.co.uk/")
    'example-herald'
    """
    domain = registrable_domain(host(url))
    name = domain.partition(".")[0] if site(url) == domain else site(url)
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "source"


def free_key(url: str, taken: Collection[str]) -> str:
    """Return ``key_of`` with a number behind it where it is taken.

    >>> free_key("https://herald.example.org/", {"example"})
    'example-2'
    """
    key = key_of(url)
    numbers = (number for number in range(2, len(taken) + 3) if f"{key}-{number}" not in taken)
    return key if key not in taken else f"{key}-{next(numbers)}"
