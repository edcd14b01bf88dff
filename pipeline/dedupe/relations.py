"""How two texts relate, verified exactly on their full sets of word shingles.

Resemblance (Jaccard) and containment are Broder's (1997). Knows nothing of how candidates were
found and nothing of groups.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.dedupe.fingerprints import Hashes, shingle_hashes, word_hashes
from pipeline.records import Match

COMPARED_WIDTH = 3
MIN_WORDS = 40
DUPLICATE_JACCARD = 0.5
CONTAINED = 0.6
PARTIAL = 0.2
PARTIAL_WORDS = 50


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text ready to be compared: its words and the set of its shingles, as sorted hashes."""

    id: int
    words: Hashes
    """One hash per word, in the order of the text."""
    shingles: Hashes
    """Distinct shingle hashes, ascending."""


def prepare(text_id: int, text: str) -> Prepared:
    """Hash a text once for any number of comparisons."""
    words = word_hashes(text)
    return Prepared(text_id, words, np.unique(shingle_hashes(words, COMPARED_WIDTH)))


def relate(a: Prepared, b: Prepared) -> Match | None:
    """Say how ``a`` relates to ``b``, or None where they share too little to tell a reader.

    Texts under ``MIN_WORDS`` words are only compared exactly. ``relate(b, a)`` is the same match
    turned round.
    """
    if min(len(a.words), len(b.words)) < MIN_WORDS:
        return _identical(a, b)
    shared = len(np.intersect1d(a.shingles, b.shingles, assume_unique=True))
    if not shared:
        return None
    jaccard = shared / (len(a.shingles) + len(b.shingles) - shared)
    in_a, in_b = shared / len(a.shingles), shared / len(b.shingles)
    if jaccard >= DUPLICATE_JACCARD:
        return Match(a.id, b.id, "duplicate", jaccard, in_a, in_b, shared)
    if max(in_a, in_b) >= CONTAINED:
        return Match(
            a.id, b.id, "a_in_b" if in_a >= in_b else "b_in_a", jaccard, in_a, in_b, shared
        )
    if max(in_a, in_b) >= PARTIAL and shared >= PARTIAL_WORDS:
        return Match(a.id, b.id, "partial", jaccard, in_a, in_b, shared)
    return None


def _identical(a: Prepared, b: Prepared) -> Match | None:
    if len(a.words) and np.array_equal(a.words, b.words):
        return Match(a.id, b.id, "duplicate", 1.0, 1.0, 1.0, len(a.words))
    return None
