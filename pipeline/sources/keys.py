"""Keys of sources: new ones made from their addresses, unknown ones explained."""

import difflib
import re
from collections.abc import Collection

from pipeline.urls import host, is_ip_address, registrable_domain, site

_LONGEST = 60
_MOST_NAMED = 20
"""Known keys that an error names."""


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


def known_keys(key: str, known: Collection[str]) -> str:
    """Return a sentence that names the keys that a mistyped one may stand for.

    >>> known_keys("spiegle", ["bbc", "spiegel"])
    'Did you mean spiegel?'
    >>> known_keys("herald", ["spiegel", "bbc"])
    'Known are: bbc, spiegel.'
    """
    near = difflib.get_close_matches(key, known, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    named = sorted(known)
    more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return f"Known are: {', '.join(named[:_MOST_NAMED]) or 'none'}{more}."


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
