"""How two texts relate, verified exactly on their full sets of word shingles.

Resemblance (Jaccard) and containment are Broder's (1997), over what is left of each text once its
furniture is dropped. Knows nothing of how candidates or furniture were found, nor of groups.

A text hashed for comparison, and what two such texts share.

Knows nothing of what the shared part means.

Tells two pages of one outlet, which share header and footer, from two copies of a story.

Sees two texts and nothing else; where more texts of the outlet are known, ``furniture`` sees more.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from pipeline.dedupe.fingerprints import Hashes, distinct, shingle_hashes, word_hashes
from pipeline.models import Match, Relation

COMPARED_WIDTH = 3
"""Words in a compared shingle: at 10 % of the words edited, half the 5-word shingles are gone but
two thirds of the 3-word ones stand; unrelated texts share under 5 % of either."""

MIN_PETAL = 0.2
MIN_PETAL_SHINGLES = 30
_NOTHING: Hashes = np.empty(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text ready to be compared: its words and the set of its shingles, as sorted hashes."""

    id: int
    words: Hashes
    """One hash per word, in the order of the text."""
    sequence: Hashes
    """One hash per shingle, in the order of the text."""
    shingles: Hashes
    """Distinct shingle hashes, ascending."""
    source: str | None = None
    furniture: Hashes = field(default_factory=lambda: _NOTHING)
    """Those of the shingles that are the page's, not the story's; ascending."""


def prepare(text_id: int, text: str, source: str | None = None) -> Prepared:
    """Hash a text once for any number of comparisons."""
    words = word_hashes(text)
    sequence = shingle_hashes(words, COMPARED_WIDTH)
    return Prepared(text_id, words, sequence, distinct(sequence), source)


def shared_shingles(a: Prepared, b: Prepared) -> Hashes:
    """Return what both texts hold, ascending; furniture too."""
    return a.shingles[within(a.shingles, b.shingles)]


def furniture_of_both(a: Prepared, b: Prepared, common: Hashes) -> npt.NDArray[np.bool_]:
    """Tell which of the shared shingles are no part of either story.

    Where each text has a story of its own beside what they share, furniture of one is enough: the
    other may be the outlet's first page, or too far from its like to tell. Where one of them has
    none, both must agree: a story that seven outlets wrap looks like furniture there, but not in
    the clean copy.
    """
    in_a, in_b = within(common, a.furniture), within(common, b.furniture)
    return in_a | in_b if have_petals(a, b, len(common)) else in_a & in_b


def have_petals(a: Prepared, b: Prepared, shared: int) -> bool:
    """Tell whether either text has a story of its own beside what they share."""
    return all(
        len(text.shingles) - shared >= max(MIN_PETAL_SHINGLES, MIN_PETAL * len(text.shingles))
        for text in (a, b)
    )


def within(values: Hashes, ordered: Hashes) -> npt.NDArray[np.bool_]:
    """Tell which values stand in the ascending set: ``numpy.isin`` at a tenth of its time."""
    if not len(ordered):
        return np.zeros(len(values), dtype=np.bool_)
    places = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[places] == values, dtype=np.bool_)


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
