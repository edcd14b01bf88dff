"""How two texts relate, verified exactly on their full sets of word shingles.

Resemblance (Jaccard) and containment are Broder's (1997), over what is left of each text once its
furniture is dropped. Knows nothing of how candidates or furniture were found, nor of groups.
"""

from dataclasses import dataclass, field

import numpy as np

from pipeline.dedupe.fingerprints import Hashes, distinct, shingle_hashes, word_hashes
from pipeline.records import Match, Relation

COMPARED_WIDTH = 3
"""Words in a compared shingle: at 10 % of the words edited, half the 5-word shingles are gone but
two thirds of the 3-word ones stand; unrelated texts share under 5 % of either."""
MIN_WORDS = 40
MIN_SHARED = 20
"""Shingles; where furniture fills the page, two stories of a line each can agree by chance."""
SAME_TEXT = 0.5
"""Jaccard from which neither text is worth calling a part of the other."""
CONTAINED = 0.6
"""Nothing unrelated in ``data/dedup`` reaches 0.54 once furniture is dropped."""
SAME_STORY = 0.25
"""Jaccard of two texts that were both cut and edited. Nothing unrelated reaches 0.20; the least
truly related pair has 0.14, half a per cent of them lie under 0.20."""
PARTIAL = 0.2
PARTIAL_WORDS = 50
FRAME_JACCARD = 0.6
"""Above it a long middle of one's own is an update: a paragraph rewritten in a story of ten."""
FRAME_GAP = 0.2
FRAME_GAP_WORDS = 40
FRAME_WORDS = 20
VERBATIM = 4
"""Shingles in a row (six words) that count as agreement: "one of the" in a middle does not."""

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


def relate(a: Prepared, b: Prepared) -> Match | None:
    """Say how ``a`` relates to ``b``, or None where they share too little to tell a reader.

    Texts under ``MIN_WORDS`` words are only compared exactly. ``relate(b, a)`` is the same match
    turned round. ``shared_words`` counts shared shingles: one starts at each shared word.
    """
    if np.array_equal(a.words, b.words):
        return _identical(a, b)
    if min(len(a.words), len(b.words)) < MIN_WORDS:
        return None
    common = shared_shingles(a, b)
    shared = len(common)
    if shared < MIN_SHARED:
        return None
    size_a, size_b = _story_size(a, common), _story_size(b, common)
    jaccard = shared / (size_a + size_b - shared)
    in_a, in_b = shared / size_a, shared / size_b
    relation = _relation(jaccard, in_a, in_b, shared)
    if relation and jaccard < FRAME_JACCARD and _share_a_frame(a, b, common):
        relation = _partial(in_a, in_b, shared)
    return relation and Match(a.id, b.id, relation, jaccard, in_a, in_b, shared)


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


def _story_size(text: Prepared, common: Hashes) -> int:
    """Count the shingles that are the story's; shared ones are, whatever they looked like."""
    if not len(text.furniture):
        return len(text.shingles)
    shared_furniture = np.intersect1d(common, text.furniture, assume_unique=True)
    return len(text.shingles) - len(text.furniture) + len(shared_furniture)


def _relation(jaccard: float, in_a: float, in_b: float, shared: int) -> Relation | None:
    if jaccard >= SAME_TEXT:
        return "duplicate"
    if max(in_a, in_b) >= CONTAINED:
        return "a_in_b" if in_a >= in_b else "b_in_a"
    if jaccard >= SAME_STORY:
        return "duplicate"
    return _partial(in_a, in_b, shared)


def _partial(in_a: float, in_b: float, shared: int) -> Relation | None:
    enough = max(in_a, in_b) >= PARTIAL and shared >= PARTIAL_WORDS
    return "partial" if enough else None


def _share_a_frame(a: Prepared, b: Prepared, common: Hashes) -> bool:
    """Tell whether two texts agree before and after a long middle of their own.

    That is one outlet's header and footer around two stories, seen from two pages alone: copies
    differ at their ends, or all over, or in a passage that only one of them has.
    """
    return _is_hollow(a, common) and _is_hollow(b, common)


def _is_hollow(text: Prepared, common: Hashes) -> bool:
    held = np.isin(shingle_hashes(text.words, COMPARED_WIDTH), common)
    in_run = np.convolve(held, np.ones(VERBATIM), "valid") == VERBATIM
    starts = np.flatnonzero(in_run)
    if len(starts) < 2:
        return False
    gaps = np.diff(starts)
    widest = int(gaps.argmax())
    return bool(
        gaps[widest] - VERBATIM >= max(FRAME_GAP_WORDS, FRAME_GAP * len(text.words))
        and min(widest + 1, len(starts) - widest - 1) >= FRAME_WORDS
    )


def _identical(a: Prepared, b: Prepared) -> Match | None:
    if not len(a.words):
        return None
    return Match(a.id, b.id, "duplicate", 1.0, 1.0, 1.0, len(a.shingles))
