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

from pipeline.dedupe.fingerprints import Hashes
from pipeline.dedupe.frames import place_of_shared, share_a_frame
from pipeline.dedupe.prepared import Prepared, shared_shingles, within

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
MIN_PETAL = 0.2
MIN_PETAL_SHINGLES = 30
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
_Kernel = tuple[int, _Mask]
"""How many texts share a part of the text, and which of its shingles that is."""


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
    seen = others[:MAX_WITNESSES]
    witnesses = _Witnesses.of(text, seen)
    framed = [row for row, other in enumerate(seen) if _wide_frame(text, other)]
    kernels = [*witnesses.kernels(), *(witnesses.frame(row) for row in framed)]
    marked = np.zeros(len(text.shingles), dtype=np.bool_)
    least = max(MIN_PETAL_SHINGLES, MIN_STORY * len(text.shingles))
    for _, kernel in sorted(kernels, key=lambda each: (-each[0], each[1].sum(), each[1].tobytes())):
        if np.count_nonzero(~(marked | kernel)) >= least:
            marked |= kernel
    return Furniture(text.shingles[marked], bool(framed or witnesses.sunflower.any()))


def _wide_frame(a: Prepared, b: Prepared) -> bool:
    common = shared_shingles(a, b)
    smaller = min(len(a.shingles), len(b.shingles))
    return len(common) >= max(MIN_KERNEL, FRAME_SHARE * smaller) and share_a_frame(
        a, b, common, WIDE_FRAME
    )


@dataclass(frozen=True, slots=True)
class _Witnesses:
    """The others, as rows: what each holds of the text, and which pairs make sunflowers with it."""

    held: _Mask
    """True where the other (row) holds the text's shingle (column)."""
    sunflower: _Mask
    """True where text, row and column share one kernel and nothing else."""
    shared: _Counts
    """Rows x rows: how many shingles two of the others share."""
    same_outlet: _Mask
    other_outlet: _Mask
    place_of: Callable[[int], int]
    """Where text and row have what they share: -2 to 2, the sum of ``place_of_shared``."""

    @classmethod
    def of(cls, text: Prepared, others: Sequence[Prepared]) -> "_Witnesses":
        sets = [text.shingles, *(other.shingles for other in others)]
        universe, columns = np.unique(np.concatenate(sets), return_inverse=True)
        lengths = np.array([len(each) for each in sets])
        holds = np.zeros((len(sets), len(universe)), dtype=np.bool_)
        holds[np.repeat(np.arange(len(sets)), lengths), columns] = True
        held = holds[1:, holds[0]]
        shared = _overlaps(holds[1:])
        sources = [other.source for other in others]
        known = np.array([text.source is not None and each is not None for each in sources], bool)
        same = np.array([each == text.source for each in sources], bool)
        sunflower = _sunflower(held, shared, lengths)
        return cls(held, sunflower, shared, known & same, known & ~same, _places(text, others))

    def kernels(self) -> Iterator[_Kernel]:
        """Give the kernels of sunflowers that are large enough."""
        for row in np.flatnonzero(self.sunflower.any(axis=1)).tolist():
            together = self.sunflower[row]
            size = self._independent(together) + 2
            if self._suffice(row, size) and self._lies_around(together):
                most_hold = self.held[together].mean(axis=0) >= 0.5
                yield size, self.held[row] & most_hold

    def frame(self, row: int) -> _Kernel:
        """Give what the text and this row share, if no third text shares more with both."""
        kernel = self.held[row]
        beyond = BEYOND_FRAME * np.count_nonzero(kernel)
        in_text = self.held.sum(axis=1)
        if np.any((in_text >= beyond) & (self.shared[row] >= beyond)):
            kernel = np.zeros_like(kernel)
        return 2, kernel

    def _suffice(self, row: int, size: int) -> bool:
        if self.same_outlet[row]:
            mates = self.sunflower[row] & self.same_outlet
            if self._independent(mates) + 2 >= TEXTS_OF_ONE_OUTLET:
                return True
        needed = TEXTS_OF_SEVERAL_OUTLETS if self.other_outlet[row] else TEXTS_OF_UNKNOWN_OUTLETS
        return size >= needed

    def _lies_around(self, together: _Mask) -> bool:
        """Tell whether the kernel stands around the texts' own parts rather than within them.

        Or among them, as the set phrases of a weather report do.
        """
        rows = np.flatnonzero(together)[:VOTERS].tolist()
        return sum(map(self.place_of, rows)) > -WITHIN * len(rows)

    def _independent(self, chosen: _Mask) -> int:
        """Count the chosen rows, those that share more than the kernel with each other once."""
        rows = np.flatnonzero(chosen)
        related = ~self.sunflower[np.ix_(rows, rows)]
        labels = np.arange(len(rows))
        while len(rows):
            least = np.where(related, labels, len(rows)).min(axis=1)
            if np.array_equal(least, labels):
                break
            labels = least
        return len(np.unique(labels))


def _places(text: Prepared, others: Sequence[Prepared]) -> Callable[[int], int]:
    """Return what tells, and remembers, where the text and a row have what they share."""

    @cache
    def place_of(row: int) -> int:
        other = others[row]
        here = place_of_shared(within(text.sequence, other.shingles))
        return here + place_of_shared(within(other.sequence, text.shingles))

    return place_of


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
