"""Site memory: which blocks of text a host has shown before, on how many different articles.

A block is fingerprinted by its normalised text, so typography and case do not matter. Knows
nothing of patterns and of where the counts are stored: the warehouse keeps them in Postgres,
``MemorySiteMemory`` in process for the filters and the tests.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from typing import Protocol

from pipeline.words import normalise


def fingerprint(block: str) -> int:
    """Return a block's signed 64-bit fingerprint (blake2b of its normalised text).

    Stable for ever: it is a key of stored rows. 64 bits give one accidental collision in about
    5e9 blocks (birthday bound), and a collision needs the same host to matter.
    """
    digest = hashlib.blake2b(normalise(block).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


class SiteMemory(Protocol):
    """Block fingerprints counted per host over different articles."""

    def recurring(self, host: str, fingerprints: Collection[int]) -> dict[int, int]:
        """Return, for each known fingerprint, how many different articles of the host held it."""

    def remember(self, host: str, page: str, fingerprints: Collection[int]) -> None:
        """Count the blocks of one article; ``page`` is its canonical URL.

        The same page twice counts once.
        """


class MemorySiteMemory:
    """A site memory that lives as long as its process."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, int], set[str]] = defaultdict(set)

    def recurring(self, host: str, fingerprints: Collection[int]) -> dict[int, int]:
        """Return, for each known fingerprint, how many different articles of the host held it."""
        counts = {mark: len(self._pages.get((host, mark), ())) for mark in fingerprints}
        return {mark: count for mark, count in counts.items() if count}

    def remember(self, host: str, page: str, fingerprints: Collection[int]) -> None:
        """Count the blocks of one article; ``page`` is its canonical URL."""
        for mark in fingerprints:
            self._pages[host, mark].add(page)
