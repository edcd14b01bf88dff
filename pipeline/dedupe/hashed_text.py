"""Texts as hashes, ready to be compared."""

from dataclasses import dataclass, field

import numpy as np

from pipeline.dedupe.fingerprints import Hashes

_NOTHING: Hashes = np.empty(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class HashedText:
    """One text: its words and shingles."""

    id: int
    words: Hashes
    """One hash per word, in the order of the text."""
    sequence: Hashes
    """One hash per shingle, in the order of the text."""
    shingles: Hashes
    """Distinct shingle hashes, ascending."""
    source: str | None = None
    boilerplate: Hashes = field(default_factory=lambda: _NOTHING)
    """The shingles of the page rather than of the story, ascending; a subset of ``shingles``."""
    text: str = ""
    """The text itself, whose names and figures are read where two texts share much."""
