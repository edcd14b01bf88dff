"""Keys of new sources, made from their addresses."""

import re
from collections.abc import Collection

from pipeline.urls import host, is_ip_address, registrable_domain, site

_LONGEST = 60


def key_of(url: str, name: str = "") -> str:
    """Return a key for the outlet at an address; of an IP address, by the outlet's name.

    >>> key_of("https://www.example-herald.co.uk/", "The Example Herald")
    'example-herald'
    >>> key_of("http://127.0.0.1:8171/", "The Example Herald")
    'the-example-herald'
    """
    domain = registrable_domain(host(url))
    label = domain.partition(".")[0] if site(url) == domain else site(url)
    named = _slug(name) if is_ip_address(host(url)) else ""
    return named or _slug(label) or "source"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST].strip("-")


def free_key(url: str, taken: Collection[str]) -> str:
    """Return ``key_of`` with a number behind it where it is taken.

    >>> free_key("https://herald.example.org/", {"example"})
    'example-2'
    """
    key = key_of(url)
    numbers = (number for number in range(2, len(taken) + 3) if f"{key}-{number}" not in taken)
    return key if key not in taken else f"{key}-{next(numbers)}"
