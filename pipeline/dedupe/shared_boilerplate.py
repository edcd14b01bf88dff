"""Which part of a text is its outlet's page furniture, told from the texts that share it.

Furniture is the kernel of a sunflower (Erdős and Rado 1960): many texts, any two of which share
the same words and nothing else. Copies of one story are no sunflower: two of them share more than
the third holds, or one of them has no petal of its own. Knows nothing of HTML and of positions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.dedupe.compare import (
    MIN_PETAL,
    MIN_PETAL_SHINGLES,
    Prepared,
    is_hollow,
    may_frame,
    place_of_shared,
    within,
)
from pipeline.dedupe.fingerprints import Hashes

TEXTS_OF_ONE_OUTLET = 5
TEXTS_OF_UNKNOWN_OUTLETS = 7
TEXTS_OF_SEVERAL_OUTLETS = 12
"""Independent texts that make a kernel furniture. A story that some outlets wrap each in its own
furniture, with no clean copy among them, makes a sunflower too: so known outlets that differ need
more witnesses, and one outlet that repeats itself needs fewer."""
MAX_WITNESSES = 48
"""Texts looked at, those that share most first: 48 x 48 comparisons take about 10 ms."""
SAME_KERNEL = 0.75
MIN_KERNEL = 20
MIN_STORY = 0.1
"""Share of a text that is never furniture: what is left must be worth comparing."""
FRAME_SHARE = 0.25
"""Share of a text below which a frame is too thin to disturb, and may be two shared quotes."""

WIDE_FRAME = 20
"""Shingles before and after the gap of a frame that is believed on the word of one other page."""
BEYOND_FRAME = 1.15
"""A full story shares this much more with each of two copies that lack different parts of it."""
WITHIN = 0.5
"""Mean of ``place_of_shared``, over both texts, at which a kernel counts as a story: -2 where all
the texts have words of their own before and after it, 0 where they have them in between."""
VOTERS = 12
"""Texts asked for their place, those that share most first: with all 48 a look-up takes a tenth
longer."""

_Counts = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Furniture:
    """The furniture of one text."""

    shingles: Hashes
    """A part of the text's shingles, ascending."""
    is_evidence: bool
    """Whether the text belongs to any sunflower: then it may tip the scales for others."""


def find_furniture(text: Prepared, others: Sequence[Prepared]) -> Furniture:
    """Return the kernels of all sunflowers that are large enough and hold the text.

    Kernels with more witnesses come first, and a kernel that would leave no story is passed over.

    Args:
        text: the text in question.
        others: the texts that share something with it, in order of how much; the text itself is
            not among them.
    """
    if not others or len(text.shingles) < MIN_KERNEL:
        return Furniture(text.shingles[:0], is_evidence=False)
    witnesses = _Witnesses.of(text, others[:MAX_WITNESSES])
    framed = witnesses.framed()
    kernels = {*witnesses.kernels(), *((2, witnesses.frame(row).tobytes()) for row in framed)}
    marked = np.zeros(len(text.shingles), dtype=np.bool_)
    least = max(MIN_PETAL_SHINGLES, MIN_STORY * len(text.shingles))
    decoded = [(size, np.frombuffer(kernel, dtype=np.bool_)) for size, kernel in kernels]
    for _, kernel in sorted(decoded, key=lambda each: (-each[0], each[1].sum(), each[1].tobytes())):
        if np.count_nonzero(~(marked | kernel)) >= least:
            marked |= kernel
    return Furniture(text.shingles[marked], bool(framed or witnesses.sunflower.any()))


@dataclass(frozen=True, slots=True)
class _Witnesses:
    """The others that share a kernel's worth, as rows, and which pairs make sunflowers with it."""

    text: Prepared
    others: Sequence[Prepared]
    held: _Mask
    """True where the other (row) holds the text's shingle (column)."""
    sunflower: _Mask
    """True where text, row and column share one kernel and nothing else."""
    shared: _Counts
    """Rows x rows: how many shingles two of the others share; the diagonal counts for nothing."""
    places: _Counts
    """For each shingle of the text in order, its column."""
    same_outlet: _Mask
    other_outlet: _Mask

    @classmethod
    def of(cls, text: Prepared, others: Sequence[Prepared]) -> "_Witnesses":
        held, shared = _table(text, others)
        near = np.flatnonzero(held.sum(axis=1) >= MIN_KERNEL)
        held, shared = held[near], shared[np.ix_(near, near)]
        chosen = [others[row] for row in near.tolist()]
        lengths = np.array([len(each.shingles) for each in (text, *chosen)])
        sunflower = _sunflower(held, shared, lengths)
        sources = [other.source for other in chosen]
        known = np.array([text.source is not None and each is not None for each in sources], bool)
        same = np.array([each == text.source for each in sources], bool)
        places = np.searchsorted(text.shingles, text.sequence)
        return cls(text, chosen, held, sunflower, shared, places, known & same, known & ~same)

    def framed(self) -> list[int]:
        """Return the rows that agree with the text before and after a long middle."""
        size = len(self.text.shingles)
        return [
            row
            for row, shared in enumerate(self.held.sum(axis=1).tolist())
            if shared >= FRAME_SHARE * min(size, len(self.others[row].shingles))
            and may_frame(size, len(self.others[row].shingles), shared)
            and self._is_framed_by(row)
        ]

    def _is_framed_by(self, row: int) -> bool:
        text, other = self.text, self.others[row]
        return is_hollow(self.held[row][self.places], len(text.words), WIDE_FRAME) and is_hollow(
            within(other.sequence, text.shingles), len(other.words), WIDE_FRAME
        )

    def kernels(self) -> Iterator[tuple[int, bytes]]:
        """Give the kernels of sunflowers that are large enough, as bytes of a mask."""
        place_of = self._places()
        independent = self._independent()
        for row in np.flatnonzero(self.sunflower.any(axis=1)).tolist():
            together = self.sunflower[row]
            size = independent(together) + 2
            if self._suffice(row, size, independent) and _lies_around(together, place_of):
                votes = self.held[together].view(np.uint8).sum(axis=0, dtype=np.uint8)
                most_hold = 2 * votes >= np.count_nonzero(together)
                yield size, (self.held[row] & most_hold).tobytes()

    def frame(self, row: int) -> _Mask:
        """Give what the text and this row share, if no third text shares more with both."""
        kernel: _Mask = self.held[row]
        beyond = BEYOND_FRAME * np.count_nonzero(kernel)
        shared = self.shared[row].copy()
        shared[row] = 0
        full = (self.held.sum(axis=1) >= beyond) & (shared >= beyond)
        return np.zeros_like(kernel) if full.any() else kernel

    def _suffice(self, row: int, size: int, independent: Callable[[_Mask], int]) -> bool:
        if self.same_outlet[row]:
            mates = self.sunflower[row] & self.same_outlet
            if independent(mates) + 2 >= TEXTS_OF_ONE_OUTLET:
                return True
        needed = TEXTS_OF_SEVERAL_OUTLETS if self.other_outlet[row] else TEXTS_OF_UNKNOWN_OUTLETS
        return size >= needed

    def _places(self) -> Callable[[int], int]:
        """Return what tells, and remembers, where the text and a row have what they share.

        From -2 to 2, the sum of ``place_of_shared`` over both texts.
        """

        @cache
        def place_of(row: int) -> int:
            here = place_of_shared(self.held[row][self.places])
            other = within(self.others[row].sequence, self.text.shingles)
            return here + place_of_shared(other)

        return place_of

    def _independent(self) -> Callable[[_Mask], int]:
        """Return what counts chosen rows, those that share more than the kernel once."""
        related: _Mask = ~self.sunflower
        np.fill_diagonal(related, False)
        is_related = np.asarray(related.any(axis=1))

        def count(chosen: _Mask) -> int:
            if not is_related[chosen].any():
                return int(np.count_nonzero(chosen))
            rows = np.flatnonzero(chosen)
            within_chosen = related[np.ix_(rows, rows)]
            return _parts(within_chosen) if within_chosen.any() else len(rows)

        return count


def _lies_around(together: _Mask, place_of: Callable[[int], int]) -> bool:
    """Tell whether the kernel stands around the texts' own parts rather than within them.

    Or among them, as the set phrases of a weather report do.
    """
    rows = np.flatnonzero(together)[:VOTERS].tolist()
    return sum(map(place_of, rows)) > -WITHIN * len(rows)


def _parts(related: _Mask) -> int:
    """Count the parts into which rows fall that are not related through others."""
    labels = np.arange(len(related))
    related = related | np.eye(len(related), dtype=np.bool_)
    while True:
        least = np.where(related, labels, len(labels)).min(axis=1)
        if np.array_equal(least, labels):
            return len(np.unique(labels))
        labels = least


def _table(text: Prepared, others: Sequence[Prepared]) -> tuple[_Mask, _Counts]:
    """Return which of the text's shingles each other holds, and how many any two of them share.

    Shingles that only one of all texts holds say nothing and are left out of the comparison.
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


def _sunflower(held: _Mask, shared: _Counts, lengths: _Counts) -> _Mask:
    """Return which pairs of rows form a sunflower with the text (symmetric, False on the diagonal).

    Args:
        held: rows x the text's shingles.
        shared: rows x rows, shingles that two rows share.
        lengths: shingles of the text, then of each row.
    """
    kernel = _overlaps(held)
    in_text = np.diagonal(kernel)
    widest = np.maximum(np.maximum(in_text[:, None], in_text[None, :]), shared)
    petal = np.maximum(MIN_PETAL_SHINGLES, MIN_PETAL * lengths)
    has_petals = (
        (lengths[0] - kernel >= petal[0])
        & (lengths[1:, None] - kernel >= petal[1:, None])
        & (lengths[None, 1:] - kernel >= petal[None, 1:])
    )
    found = (kernel >= MIN_KERNEL) & (kernel >= SAME_KERNEL * widest) & has_petals
    np.fill_diagonal(found, False)
    return np.asarray(found, dtype=np.bool_)


def _overlaps(rows: _Mask) -> _Counts:
    """Count for each two rows the columns that are True in both.

    By population count: a matrix product would spread over all cores and wait for them.
    """
    width = -(-rows.shape[1] // 64) * 8
    bits = np.zeros((len(rows), width), dtype=np.uint8)
    bits[:, : -(-rows.shape[1] // 8)] = np.packbits(rows, axis=1)
    padded = bits.view(np.uint64)
    counts = [np.bitwise_count(padded & row).sum(axis=1, dtype=np.int64) for row in padded]
    return np.array(counts, dtype=np.int64).reshape(len(rows), len(rows))
