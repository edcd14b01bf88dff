"""How two texts relate, verified exactly on their full sets of word shingles.

Resemblance (Jaccard) and containment are Broder's (1997), over what is left of each text once its
furniture is dropped. Knows nothing of how candidates or furniture were found, nor of groups.
"""

import numpy as np

from pipeline.dedupe.fingerprints import Hashes
from pipeline.dedupe.frames import share_a_frame
from pipeline.dedupe.prepared import Prepared as Prepared
from pipeline.dedupe.prepared import furniture_of_both, have_petals, shared_shingles, within
from pipeline.dedupe.prepared import prepare as prepare
from pipeline.records import Match, Relation

MIN_WORDS = 40
MIN_SHARED = 30
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
"""Two match reports of one desk share 20 to 45 shingles of set phrases; in ``data/dedup`` the least
that a pair shares which only ``SAME_STORY`` joins is 64."""


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
    if len(common) < MIN_SHARED:
        return None
    is_page = furniture_of_both(a, b, common)
    page, common = common[is_page], common[~is_page]
    shared = len(common)
    if shared < MIN_SHARED:
        return None
    size_a, size_b = _story_size(a, common, page), _story_size(b, common, page)
    jaccard = shared / (size_a + size_b - shared)
    in_a, in_b = shared / size_a, shared / size_b
    relation = _relation(jaccard, in_a, in_b, shared)
    if relation and share_a_frame(a, b, common):
        relation = _partial(in_a, in_b, shared)
    return relation and Match(a.id, b.id, relation, jaccard, in_a, in_b, shared)


def may_relate(a: Prepared, b: Prepared) -> bool:
    """Tell, before any furniture of ``b`` is known, whether ``relate`` could find something.

    Most pairs of one outlet's pages end here: to tell the furniture of one of them is enough.
    """
    if np.array_equal(a.words, b.words):
        return True
    common = shared_shingles(a, b)
    if len(common) >= MIN_SHARED and have_petals(a, b, len(common)):
        common = common[~within(common, a.furniture)]
    return len(common) >= MIN_SHARED


def _story_size(text: Prepared, common: Hashes, page: Hashes) -> int:
    """Count the shingles that are the story's; shared ones are, whatever they looked like."""
    kept = int(within(common, text.furniture).sum())
    unseen = int((~within(page, text.furniture)).sum())
    return len(text.shingles) - len(text.furniture) + kept - unseen


def _relation(jaccard: float, in_a: float, in_b: float, shared: int) -> Relation | None:
    if jaccard >= SAME_TEXT:
        return "duplicate"
    if max(in_a, in_b) >= CONTAINED:
        return "a_in_b" if in_a >= in_b else "b_in_a"
    if jaccard >= SAME_STORY and shared >= PARTIAL_WORDS:
        return "duplicate"
    return _partial(in_a, in_b, shared)


def _partial(in_a: float, in_b: float, shared: int) -> Relation | None:
    enough = max(in_a, in_b) >= PARTIAL and shared >= PARTIAL_WORDS
    return "partial" if enough else None


def _identical(a: Prepared, b: Prepared) -> Match | None:
    if not len(a.words):
        return None
    return Match(a.id, b.id, "duplicate", 1.0, 1.0, 1.0, len(a.shingles))
