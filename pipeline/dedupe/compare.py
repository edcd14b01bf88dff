"""How two texts relate, computed exactly on their full sets of word shingles.

Resemblance (Jaccard) and containment are those of Broder (1997), over the shingles that are left of
each text once its boilerplate is dropped. Boilerplate is what ``shared_boilerplate`` found among
many texts. Here only two texts are seen: ``share_header_and_footer`` recognises two pages of one
outlet by a shared beginning and end around different stories, and ``share_only_an_end`` two items
that one outlet prints above the same footer.
"""

import numpy as np
import numpy.typing as npt

from pipeline.dedupe.fingerprints import (
    Hashes,
    distinct,
    shingle_hashes,
    within,
    word_hashes,
    words_of,
)
from pipeline.dedupe.hashed_text import HashedText
from pipeline.dedupe.templates import share_template
from pipeline.models import Match, Relation

COMPARED_WIDTH = 3
"""Words in a compared shingle. With 10 % of the words edited, half of the 5-word shingles are gone
but two thirds of the 3-word ones are left; unrelated texts share under 5 % of either."""

MIN_OWN_SHARE = 0.2
MIN_OWN_SHINGLES = 30
"""A text has a story of its own beside a shared part if at least this share of its shingles, and at
least this number, are not shared."""


def hash_text(text_id: int, text: str, source: str | None = None) -> HashedText:
    """Hash a text once for any number of comparisons."""
    words = word_hashes(text)
    sequence = shingle_hashes(words, COMPARED_WIDTH)
    return HashedText(text_id, words, sequence, distinct(sequence), source, text=text)


def shared_shingles(a: HashedText, b: HashedText) -> Hashes:
    """Return the shingles that both texts have, ascending, with boilerplate."""
    return a.shingles[within(a.shingles, b.shingles)]


def boilerplate_of_pair(a: HashedText, b: HashedText, common: Hashes) -> npt.NDArray[np.bool_]:
    """Tell which of the shared shingles count as boilerplate and not as part of a story.

    If each text has a story of its own beside the shared part, boilerplate of one text is enough:
    the other may be the first page known of its outlet, or share too little with the others. If one
    of them has no story of its own, the shingle must be boilerplate of both: a story on pages of
    seven outlets looks like boilerplate in each, but not in a copy without header and footer.

    Args:
        a: one text.
        b: the other text.
        common: the shingles of both, as of ``shared_shingles``.

    Returns:
        One boolean for each of ``common``.
    """
    in_a, in_b = within(common, a.boilerplate), within(common, b.boilerplate)
    return in_a | in_b if have_own_parts(a, b, len(common)) else in_a & in_b


def have_own_parts(a: HashedText, b: HashedText, shared: int) -> bool:
    """Tell whether each of the texts has a story of its own beside ``shared`` common shingles."""
    return all(
        len(text.shingles) - shared >= max(MIN_OWN_SHINGLES, MIN_OWN_SHARE * len(text.shingles))
        for text in (a, b)
    )


HEADER_FOOTER_JACCARD = 0.6
"""Above it, two texts with different middles are an update: one paragraph of ten rewritten."""
OWN_MIDDLE_SHARE = 0.2
"""Least length of the middle that is not shared, as a share of the words. In ``data/dedup`` no two
copies have such a gap in both texts, but 99.9 % of the pages of one outlet do."""
OWN_MIDDLE_WORDS = 40
"""Least length of that middle in words."""
MIN_RUNS_AT_ENDS = 8
"""Shared runs of six words needed before the middle, and after it. For outlets with two or three
pages in the set, 20 runs left a quarter of the pairs joined, 8 runs none."""
RUN_SHINGLES = 4
"""Shared shingles in a row (six words) that count as a run; "one of the" in a middle does not."""
STRAY = 20
"""One in this many shared shingles is ignored at either end: a phrase that recurs by chance."""
AT_ENDS = 8
"""Least number of own shingles before and after a shared part that lies inside a text."""


def side_of_shared(held: npt.NDArray[np.bool_]) -> int:
    """Tell whether a text shares its outside or its inside with another text.

    Args:
        held: for each shingle of the text, in order, whether the other text has it.

    Returns:
        1 if the shared part encloses the text's own part, as header and footer do; -1 if its own
        part encloses the shared part, as boilerplate encloses a story; else 0.
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
    is_enclosed = min(before, after) >= max(AT_ENDS, int(own[-1]) // 10)
    return -1 if is_enclosed and 2 * (before + after) > own[-1] else 0


def share_header_and_footer(a: HashedText, b: HashedText, common: Hashes) -> bool:
    """Tell whether two texts agree at their beginning and end, around different long middles.

    These are one outlet's header and footer around two stories. Copies of a story, in contrast,
    differ at their ends, or all over, or in a passage that only one of them has.

    Args:
        a: one text.
        b: the other text.
        common: the shingles of both, without boilerplate that is known already.
    """
    if not may_share_header_and_footer(len(a.shingles), len(b.shingles), len(common)):
        return False
    return all(
        is_shared_at_both_ends(within(text.sequence, common), len(text.words), MIN_RUNS_AT_ENDS)
        for text in (a, b)
    )


def may_share_header_and_footer(size_a: int, size_b: int, shared: int) -> bool:
    """Tell whether two texts share too little to be an update of each other.

    Args:
        size_a: shingles of one text.
        size_b: shingles of the other text.
        shared: shingles of both.
    """
    return shared < HEADER_FOOTER_JACCARD * (size_a + size_b - shared)


def is_shared_at_both_ends(held: npt.NDArray[np.bool_], words: int, ends: int) -> bool:
    """Tell whether a text shares its beginning and its end, but not a long middle.

    Args:
        held: for each shingle of the text, in order, whether the other text has it.
        words: number of words of the text.
        ends: shared runs of ``RUN_SHINGLES`` shingles needed before and after the middle.
    """
    count = max(0, len(held) - RUN_SHINGLES + 1)
    runs = np.logical_and.reduce([held[at : at + count] for at in range(RUN_SHINGLES)])
    starts = np.flatnonzero(runs)
    if len(starts) < 2:
        return False
    gaps = np.diff(starts)
    widest = int(gaps.argmax())
    return bool(
        gaps[widest] - RUN_SHINGLES >= max(OWN_MIDDLE_WORDS, OWN_MIDDLE_SHARE * words)
        and min(widest + 1, len(starts) - widest - 1) >= ends
    )


ITEM_WORDS = 12
"""Least length of an item above a footer; a headline or a credit is shorter."""
CONTENT_LETTERS, MIN_CONTENT = 5, 3
"""Letters of a word that says what an item is about, and how many such words it takes to tell."""
ALIEN = 0.2
"""Most of an item's content words that stand in the footer or in the other item, as its town does.
Two leads of one story share their subject."""


def share_only_an_end(a: HashedText, b: HashedText, common: Hashes) -> bool:
    """Tell whether two texts of one outlet are different items above one footer or below a header.

    Two sentences on a whale and two on a choir may stand above the same eighty words on how to
    support the paper. Then all that they share is in one piece, which does not mention what either
    item is about.

    Args:
        a: one text.
        b: the other text.
        common: the shingles of both, without boilerplate that is known already.
    """
    if a.source is None or a.source != b.source:
        return False
    held_a, held_b = within(a.sequence, common), within(b.sequence, common)
    for step in (1, -1):
        own_a, own_b = _own_beginning(held_a[::step]), _own_beginning(held_b[::step])
        if min(own_a, own_b) >= ITEM_WORDS:
            words = words_of(a.text)[::step]
            item = words_of(b.text)[::step][:own_b]
            return _are_unrelated(words[:own_a], item, words[own_a:])
    return False


def _own_beginning(held: npt.NDArray[np.bool_]) -> int:
    """Return the number of own shingles at the beginning if all others are shared, else 0."""
    first = int(held.argmax())
    return first if held[first:].all() else 0


def _are_unrelated(one: list[str], two: list[str], shared: list[str]) -> bool:
    """Tell whether two items are about different things, and the shared part about another."""
    item, other, rest = (
        {word for word in part if len(word) >= CONTENT_LETTERS} for part in (one, two, shared)
    )
    return min(len(item), len(other)) >= MIN_CONTENT and all(
        len(words & (others | rest)) <= ALIEN * len(words)
        for words, others in ((item, other), (other, item))
    )


MIN_WORDS = 40
"""Texts of fewer words are copies only if all their words are equal."""
MIN_SHARED = 30
"""Shingles that related texts share at least; two stories of one line each agree by chance."""
SAME_TEXT = 0.5
"""Jaccard from which two texts are duplicates, rather than one a part of the other."""
CONTAINED = 0.6
"""Containment from which a text is part of another. Without boilerplate, no unrelated pair of
``data/dedup`` reaches 0.54."""
SAME_STORY = 0.25
"""Jaccard from which two texts that were both cut and edited are duplicates. No unrelated pair
reaches 0.20; the lowest related pair has 0.14, and half a per cent of them are below 0.20."""
PARTIAL = 0.2
"""Containment from which a relation is ``partial``."""
PARTIAL_WORDS = 50
"""Shared shingles needed for ``partial`` and for ``SAME_STORY``. Two match reports of one desk
share 20 to 45 shingles of set phrases; pairs of ``data/dedup`` that only ``SAME_STORY`` joins share
at least 64."""


def relate(a: HashedText, b: HashedText) -> Match | None:
    """Return how ``a`` relates to ``b``, or None if they share too little.

    ``relate(b, a)`` is the same match with the sides exchanged. ``shared_words`` of the match is
    the number of shared shingles: one starts at each shared word.
    """
    if np.array_equal(a.words, b.words):
        return _identical(a, b)
    if min(len(a.words), len(b.words)) < MIN_WORDS:
        return None
    common = shared_shingles(a, b)
    if len(common) < MIN_SHARED:
        return None
    is_boilerplate = boilerplate_of_pair(a, b, common)
    dropped, common = common[is_boilerplate], common[~is_boilerplate]
    shared = len(common)
    if shared < MIN_SHARED:
        return None
    size_a, size_b = _story_size(a, common, dropped), _story_size(b, common, dropped)
    jaccard = shared / (size_a + size_b - shared)
    in_a, in_b = shared / size_a, shared / size_b
    relation = _relation(jaccard, in_a, in_b, shared)
    if relation and (share_header_and_footer(a, b, common) or share_only_an_end(a, b, common)):
        relation = _partial(in_a, in_b, shared)
    if relation and relation != "partial" and share_template(a, b, common):
        relation = "partial"
    return relation and Match(a.id, b.id, relation, jaccard, in_a, in_b, shared)


def may_relate(a: HashedText, b: HashedText) -> bool:
    """Tell, before the boilerplate of ``b`` is known, whether ``relate`` could return a match.

    Most pairs of one outlet's pages are excluded here, so that the boilerplate of only one of them
    has to be found.
    """
    if np.array_equal(a.words, b.words):
        return True
    common = shared_shingles(a, b)
    if len(common) >= MIN_SHARED and have_own_parts(a, b, len(common)):
        common = common[~within(common, a.boilerplate)]
    return len(common) >= MIN_SHARED


def _story_size(text: HashedText, common: Hashes, dropped: Hashes) -> int:
    """Count the shingles of a text's story.

    Shared shingles that were kept belong to it even if they are marked as boilerplate of this text
    alone, and those that were dropped do not even if they are not marked.
    """
    kept_marked = int(within(common, text.boilerplate).sum())
    dropped_unmarked = int((~within(dropped, text.boilerplate)).sum())
    return len(text.shingles) - len(text.boilerplate) + kept_marked - dropped_unmarked


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


def _identical(a: HashedText, b: HashedText) -> Match | None:
    if not len(a.words):
        return None
    return Match(a.id, b.id, "duplicate", 1.0, 1.0, 1.0, len(a.shingles))
