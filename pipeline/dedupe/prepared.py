"""A text hashed for comparison, and what two such texts share.

Knows nothing of what the shared part means.
"""

from dataclasses import dataclass, field

import numpy as np

from pipeline.dedupe.fingerprints import Hashes, distinct, shingle_hashes, word_hashes

COMPARED_WIDTH = 3
"""Words in a compared shingle: at 10 % of the words edited, half the 5-word shingles are gone but
two thirds of the 3-word ones stand; unrelated texts share under 5 % of either."""

_NOTHING: Hashes = np.empty(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text ready to be compared: its words and the set of its shingles, as sorted hashes."""

    id: int
    words: Hashes
    """One hash per word, in the order of the text."""
    shingles: Hashes
    """Distinct shingle hashes, ascending."""
    source: str | None = None
    furniture: Hashes = field(default_factory=lambda: _NOTHING)
    """Those of the shingles that are the page's, not the story's; ascending."""


def prepare(text_id: int, text: str, source: str | None = None) -> Prepared:
    """Hash a text once for any number of comparisons."""
    words = word_hashes(text)
    return Prepared(text_id, words, distinct(shingle_hashes(words, COMPARED_WIDTH)), source)


def shared_shingles(a: Prepared, b: Prepared) -> Hashes:
    """Return what both texts hold, without what is furniture in both.

    What is furniture in only one of them stays: a story that seven outlets wrap looks like
    furniture there, but not in the clean copy.
    """
    common = np.intersect1d(a.shingles, b.shingles, assume_unique=True)
    if not (len(a.furniture) and len(b.furniture)):
        return common
    both = np.intersect1d(a.furniture, b.furniture, assume_unique=True)
    return np.setdiff1d(common, both, assume_unique=True)
