"""Tells two pages of one outlet, which share header and footer, from two copies of a story.

Sees two texts and nothing else; where more texts of the outlet are known, ``furniture`` sees more.
"""

import numpy as np

from pipeline.dedupe.fingerprints import Hashes, shingle_hashes
from pipeline.dedupe.prepared import COMPARED_WIDTH, Prepared, within

FRAME_JACCARD = 0.6
"""Above it a long middle of one's own is an update: a paragraph rewritten in a story of ten."""
FRAME_GAP = 0.2
"""In ``data/dedup`` no two copies have such a gap in both; 99.9 % of the pages of one outlet do."""
FRAME_GAP_WORDS = 40
FRAME_WORDS = 20
VERBATIM = 4
"""Shingles in a row (six words) that count as agreement: "one of the" in a middle does not."""


def share_a_frame(a: Prepared, b: Prepared, common: Hashes) -> bool:
    """Tell whether two texts agree before and after a long middle of their own.

    That is one outlet's header and footer around two stories, seen from two pages alone: copies
    differ at their ends, or all over, or in a passage that only one of them has.
    """
    union = len(a.shingles) + len(b.shingles) - len(common)
    if len(common) >= FRAME_JACCARD * union:
        return False
    return _is_hollow(a, common) and _is_hollow(b, common)


def _is_hollow(text: Prepared, common: Hashes) -> bool:
    held = within(shingle_hashes(text.words, COMPARED_WIDTH), common)
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
