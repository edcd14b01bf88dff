"""Tells two pages of one outlet, which share header and footer, from two copies of a story.

Sees two texts and nothing else; where more texts of the outlet are known, ``furniture`` sees more.
"""

import numpy as np
import numpy.typing as npt

from pipeline.dedupe.fingerprints import Hashes
from pipeline.dedupe.prepared import Prepared, within

FRAME_JACCARD = 0.6
"""Above it a long middle of one's own is an update: a paragraph rewritten in a story of ten."""
FRAME_GAP = 0.2
"""In ``data/dedup`` no two copies have such a gap in both; 99.9 % of the pages of one outlet do."""
FRAME_GAP_WORDS = 40
FRAME_WORDS = 8
"""Six words in a row that two pages begin with, or end with, are no chance: of pages with two or
three of their outlet in the set, 20 left a quarter of the pairs joined, 8 none."""
VERBATIM = 4
"""Shingles in a row (six words) that count as agreement: "one of the" in a middle does not."""
STRAY = 20
"""One shared shingle in twenty at either end may stand anywhere: a phrase that recurs by chance."""
AT_ENDS = 8
"""Shingles of one's own before and after, from which a shared part is wrapped."""


def place_of_shared(held: npt.NDArray[np.bool_]) -> int:
    """Tell where a text has what it shares with another: around its own part, or within.

    Args:
        held: for each shingle of the text, in order, whether the other text holds it.

    Returns:
        1 where the shared part stands around one's own, as header and footer do; -1 where one's
        own stands around the shared part, as with a story in its outlet's furniture; else 0.
    """
    places = np.flatnonzero(held)
    if len(places) < 2:
        return 0
    stray = len(places) // STRAY
    inner = places[stray : len(places) - stray]
    own = np.cumsum(~held)
    before, after = int(own[inner[0]]), int(own[-1] - own[inner[-1]])
    widest = int(np.diff(own[inner]).max(initial=0))
    if widest > max(before, after) and 2 * widest >= own[-1]:
        return 1
    is_wrapped = min(before, after) >= max(AT_ENDS, int(own[-1]) // 10)
    return -1 if is_wrapped and 2 * (before + after) > own[-1] else 0


def share_a_frame(a: Prepared, b: Prepared, common: Hashes, ends: int = FRAME_WORDS) -> bool:
    """Tell whether two texts agree before and after a long middle of their own.

    That is one outlet's header and footer around two stories, seen from two pages alone: copies
    differ at their ends, or all over, or in a passage that only one of them has.
    """
    if not may_frame(len(a.shingles), len(b.shingles), len(common)):
        return False
    return all(is_hollow(within(text.sequence, common), len(text.words), ends) for text in (a, b))


def may_frame(size_a: int, size_b: int, shared: int) -> bool:
    """Tell whether two texts of so many shingles share little enough to be no update."""
    return shared < FRAME_JACCARD * (size_a + size_b - shared)


def is_hollow(held: npt.NDArray[np.bool_], words: int, ends: int) -> bool:
    """Tell whether a text has what it shares before and after a long middle of its own.

    Args:
        held: for each shingle of the text, in order, whether the other text holds it.
        words: of the text.
        ends: runs of ``VERBATIM`` shingles that must stand on either side.
    """
    count = max(0, len(held) - VERBATIM + 1)
    runs = np.logical_and.reduce([held[at : at + count] for at in range(VERBATIM)])
    starts = np.flatnonzero(runs)
    if len(starts) < 2:
        return False
    gaps = np.diff(starts)
    widest = int(gaps.argmax())
    return bool(
        gaps[widest] - VERBATIM >= max(FRAME_GAP_WORDS, FRAME_GAP * words)
        and min(widest + 1, len(starts) - widest - 1) >= ends
    )
