"""Boilerplate of an outlet's pages, recognised by the other texts that share it.

Boilerplate is a set of shingles (the *core*) that many texts share, any two of which share nothing
else (what Erdős and Rado, 1960, call a delta system, with the core as its kernel). Copies of one
story are none: two of them share more than the third has, or one of them has no part of its own
besides. Only shingles are compared, so nothing needs to be known about HTML.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.dedupe.compare import (
    MIN_OWN_SHARE,
    MIN_OWN_SHINGLES,
    is_shared_at_both_ends,
    may_share_header_and_footer,
    side_of_shared,
)
from pipeline.dedupe.fingerprints import Hashes, within
from pipeline.dedupe.hashed_text import HashedText

TEXTS_OF_ONE_OUTLET = 5
TEXTS_OF_UNKNOWN_OUTLETS = 7
TEXTS_OF_SEVERAL_OUTLETS = 12
"""Least number of independent texts that share a core for it to be boilerplate. A story that
several outlets print, each between its own header and footer, forms such a core too. So texts of
different known outlets must be more, and texts of one known outlet may be fewer."""
MAX_COMPARED = 48
"""Texts that are compared, those that share most first; 48 x 48 comparisons take about 10 ms."""
SAME_CORE = 0.75
"""Two texts share the same core with a third if the core is this share of all that any two of them
share."""
MIN_CORE = 20
"""Least shingles of a core."""
MIN_STORY = 0.1
"""Least share of a text that is left as its story."""
HEADER_FOOTER_SHARE = 0.25
"""Least share of a text that a header and footer take; less may be two shared quotes, and does no
harm."""

RUNS_AT_ENDS_OF_PAIR = 20
"""Shared runs before and after the middle, for a header and footer that only one other page has."""
FULL_STORY_FACTOR = 1.15
"""A third text that shares this many times as much with both texts is the full story, and they are
copies that lack different parts of it."""
STORY_SIDE = 0.5
"""A core is a story if the mean of ``side_of_shared``, summed over both texts, is at most minus
this. The mean is -2 if all texts have words of their own before and after the core."""
SIDE_TEXTS = 12
"""Texts whose ``side_of_shared`` is computed, those that share most first. With all 48 a look-up
takes a tenth longer."""

_Counts = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The boilerplate of one text."""

    shingles: Hashes
    """A subset of the text's shingles, ascending."""
    shares_core: bool
    """Whether the text shares a core with other texts and so may decide their boilerplate."""


def find_boilerplate(text: HashedText, others: Sequence[HashedText]) -> Boilerplate:
    """Return the boilerplate of a text: the cores that it shares with enough other texts.

    Cores of more texts come first; one that would leave no story in the text is skipped.

    Args:
        text: the text.
        others: other texts that share something with it, those that share most first.
    """
    if not others or len(text.shingles) < MIN_CORE:
        return Boilerplate(text.shingles[:0], shares_core=False)
    sharing = _SharingTexts.of(text, others[:MAX_COMPARED])
    rows = sharing.same_header_and_footer()
    cores = {*sharing.cores(), *((2, sharing.header_and_footer(row).tobytes()) for row in rows)}
    marked = np.zeros(len(text.shingles), dtype=np.bool_)
    least = max(MIN_OWN_SHINGLES, MIN_STORY * len(text.shingles))
    decoded = [(size, np.frombuffer(core, dtype=np.bool_)) for size, core in cores]
    for _, core in sorted(decoded, key=lambda each: (-each[0], each[1].sum(), each[1].tobytes())):
        if np.count_nonzero(~(marked | core)) >= least:
            marked |= core
    return Boilerplate(text.shingles[marked], bool(rows or sharing.shares_core.any()))


@dataclass(frozen=True, slots=True)
class _SharingTexts:
    """A text and the others (the rows) that share at least ``MIN_CORE`` shingles with it."""

    text: HashedText
    others: Sequence[HashedText]
    held: _Mask
    """Rows x shingles of the text: True where the other text has the shingle."""
    shares_core: _Mask
    """Rows x rows: True where the text and both others share one core and nothing else."""
    shared: _Counts
    """Rows x rows: how many shingles two of the others share; the diagonal has no meaning."""
    places: _Counts
    """For each shingle of the text in order, its column in ``held``."""
    same_outlet: _Mask
    """Rows of the text's own outlet, where both are known."""
    other_outlet: _Mask
    """Rows of another outlet, where both are known."""

    @classmethod
    def of(cls, text: HashedText, others: Sequence[HashedText]) -> "_SharingTexts":
        held, shared = _table(text, others)
        near = np.flatnonzero(held.sum(axis=1) >= MIN_CORE)
        held, shared = held[near], shared[np.ix_(near, near)]
        chosen = [others[row] for row in near.tolist()]
        lengths = np.array([len(each.shingles) for each in (text, *chosen)])
        shares_core = _sharing_one_core(held, shared, lengths)
        sources = [other.source for other in chosen]
        known = np.array([text.source is not None and each is not None for each in sources], bool)
        same = np.array([each == text.source for each in sources], bool)
        places = np.searchsorted(text.shingles, text.sequence)
        return cls(text, chosen, held, shares_core, shared, places, known & same, known & ~same)

    def same_header_and_footer(self) -> list[int]:
        """Return the rows that agree with the text at its beginning and end, not in the middle."""
        size = len(self.text.shingles)
        return [
            row
            for row, shared in enumerate(self.held.sum(axis=1).tolist())
            if shared >= HEADER_FOOTER_SHARE * min(size, len(self.others[row].shingles))
            and may_share_header_and_footer(size, len(self.others[row].shingles), shared)
            and self._has_ends_of(row)
        ]

    def _has_ends_of(self, row: int) -> bool:
        text, other = self.text, self.others[row]
        return is_shared_at_both_ends(
            self.held[row][self.places], len(text.words), RUNS_AT_ENDS_OF_PAIR
        ) and is_shared_at_both_ends(
            within(other.sequence, text.shingles), len(other.words), RUNS_AT_ENDS_OF_PAIR
        )

    def cores(self) -> Iterator[tuple[int, bytes]]:
        """Yield each core that enough texts share: their number, and its mask as bytes."""
        side_of = self._side_of_row()
        independent = self._independent()
        for row in np.flatnonzero(self.shares_core.any(axis=1)).tolist():
            together = self.shares_core[row]
            size = independent(together) + 2
            if self._are_enough(row, size, independent) and _encloses_stories(together, side_of):
                votes = self.held[together].view(np.uint8).sum(axis=0, dtype=np.uint8)
                most_hold = 2 * votes >= np.count_nonzero(together)
                yield size, (self.held[row] & most_hold).tobytes()

    def header_and_footer(self, row: int) -> _Mask:
        """Return what text and row share, or nothing if a third text shares more with both."""
        core: _Mask = self.held[row]
        beyond = FULL_STORY_FACTOR * np.count_nonzero(core)
        shared = self.shared[row].copy()
        shared[row] = 0
        full = (self.held.sum(axis=1) >= beyond) & (shared >= beyond)
        return np.zeros_like(core) if full.any() else core

    def _are_enough(self, row: int, size: int, independent: Callable[[_Mask], int]) -> bool:
        """Tell whether ``size`` independent texts that share the core of a row are enough."""
        if self.same_outlet[row]:
            of_outlet = self.shares_core[row] & self.same_outlet
            if independent(of_outlet) + 2 >= TEXTS_OF_ONE_OUTLET:
                return True
        needed = TEXTS_OF_SEVERAL_OUTLETS if self.other_outlet[row] else TEXTS_OF_UNKNOWN_OUTLETS
        return size >= needed

    def _side_of_row(self) -> Callable[[int], int]:
        """Return a cached function of a row: the sum of ``side_of_shared`` over both texts.

        The sum is from -2 to 2.
        """

        @cache
        def side_of(row: int) -> int:
            here = side_of_shared(self.held[row][self.places])
            other = within(self.others[row].sequence, self.text.shingles)
            return here + side_of_shared(other)

        return side_of

    def _independent(self) -> Callable[[_Mask], int]:
        """Return a function that counts chosen rows, of which related ones count as one.

        Rows are related if they share more than one core, as copies of a story do.
        """
        related: _Mask = ~self.shares_core
        np.fill_diagonal(related, False)
        is_related = np.asarray(related.any(axis=1))

        def count(chosen: _Mask) -> int:
            if not is_related[chosen].any():
                return int(np.count_nonzero(chosen))
            rows = np.flatnonzero(chosen)
            within_chosen = related[np.ix_(rows, rows)]
            return _count_components(within_chosen) if within_chosen.any() else len(rows)

        return count


def _encloses_stories(together: _Mask, side_of: Callable[[int], int]) -> bool:
    """Tell whether the core encloses the texts' own parts, or lies between them.

    The set phrases of a weather report lie between. A core inside the own parts is a story.
    """
    rows = np.flatnonzero(together)[:SIDE_TEXTS].tolist()
    return sum(map(side_of, rows)) > -STORY_SIDE * len(rows)


def _count_components(related: _Mask) -> int:
    """Count the connected components of a symmetric relation between rows."""
    labels = np.arange(len(related))
    related = related | np.eye(len(related), dtype=np.bool_)
    while True:
        least = np.where(related, labels, len(labels)).min(axis=1)
        if np.array_equal(least, labels):
            return len(np.unique(labels))
        labels = least


def _table(text: HashedText, others: Sequence[HashedText]) -> tuple[_Mask, _Counts]:
    """Return which of the text's shingles each other text has, and how many any two of them share.

    Shingles that only one of all texts has are left out of the comparison.
    """
    sets = [text.shingles, *(other.shingles for other in others)]
    every = np.concatenate(sets)
    order = np.argsort(every)
    ordered = every[order]
    same = ordered[1:] == ordered[:-1]
    again = np.concatenate((same, [False])) | np.concatenate(([False], same))
    rows = np.repeat(np.arange(len(sets)), [len(each) for each in sets])[order[again]]
    keys = ordered[again]
    columns = np.cumsum(np.concatenate(([False], keys[1:] != keys[:-1]))) if len(keys) else rows
    holds = np.zeros((len(sets), int(columns[-1]) + 1 if len(keys) else 0), dtype=np.bool_)
    holds[rows, columns] = True
    held = np.zeros((len(others), len(text.shingles)), dtype=np.bool_)
    held[:, within(text.shingles, keys[rows == 0])] = holds[1:, holds[0]]
    return held, _overlaps(holds[1:])


def _sharing_one_core(held: _Mask, shared: _Counts, lengths: _Counts) -> _Mask:
    """Return which pairs of rows share one core with the text and nothing else with each other.

    The result is symmetric and False on the diagonal.

    Args:
        held: rows x shingles of the text, True where the row has the shingle.
        shared: rows x rows, the number of shingles that two rows share.
        lengths: the number of shingles of the text, then of each row.
    """
    core = _overlaps(held)
    in_text = np.diagonal(core)
    widest = np.maximum(np.maximum(in_text[:, None], in_text[None, :]), shared)
    least_own = np.maximum(MIN_OWN_SHINGLES, MIN_OWN_SHARE * lengths)
    has_own_parts = (
        (lengths[0] - core >= least_own[0])
        & (lengths[1:, None] - core >= least_own[1:, None])
        & (lengths[None, 1:] - core >= least_own[None, 1:])
    )
    found = (core >= MIN_CORE) & (core >= SAME_CORE * widest) & has_own_parts
    np.fill_diagonal(found, False)
    return np.asarray(found, dtype=np.bool_)


def _overlaps(rows: _Mask) -> _Counts:
    """Count, for each two rows, the columns that are True in both.

    Bits are counted in packed rows; a matrix product would start a thread on every CPU and wait for
    all of them.
    """
    width = -(-rows.shape[1] // 64) * 8
    bits = np.zeros((len(rows), width), dtype=np.uint8)
    bits[:, : -(-rows.shape[1] // 8)] = np.packbits(rows, axis=1)
    padded = bits.view(np.uint64)
    counts = [np.bitwise_count(padded & row).sum(axis=1, dtype=np.int64) for row in padded]
    return np.array(counts, dtype=np.int64).reshape(len(rows), len(rows))
