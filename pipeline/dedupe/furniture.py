"""Which part of a text is its outlet's page furniture, told from the texts that share it.

Furniture is the kernel of a sunflower (Erdős and Rado 1960): many texts, any two of which share
the same words and nothing else. Copies of one story are no sunflower: two of them share more than
the third holds, or one of them has no petal of its own. Knows nothing of HTML and of positions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.dedupe.fingerprints import Hashes
from pipeline.dedupe.frames import share_a_frame
from pipeline.dedupe.prepared import Prepared, shared_shingles

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
FRAME_SHARE = 0.25
"""Share of a text below which a frame is too thin to disturb, and may be two shared quotes."""

_Matrix = npt.NDArray[np.float32]
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

    Args:
        text: the text in question.
        others: the texts that share something with it, in order of how much; the text itself is
            not among them.
    """
    witnesses = _Witnesses.of(text, others[:MAX_WITNESSES])
    sunflower = witnesses.sunflower
    kernel = np.zeros(len(text.shingles), dtype=np.bool_)
    for row in np.flatnonzero(sunflower.any(axis=1)).tolist():
        if witnesses.suffice(row):
            held_by = witnesses.held[sunflower[row]]
            kernel |= (witnesses.held[row] > 0) & (held_by.mean(axis=0) >= 0.5)
    framed = [row for row, other in enumerate(others[:MAX_WITNESSES]) if _wide_frame(text, other)]
    for row in framed:
        kernel |= witnesses.held[row] > 0
    return Furniture(text.shingles[kernel], bool(framed or sunflower.any()))


def _wide_frame(a: Prepared, b: Prepared) -> bool:
    common = shared_shingles(a, b)
    smaller = min(len(a.shingles), len(b.shingles))
    return len(common) >= max(MIN_KERNEL, FRAME_SHARE * smaller) and share_a_frame(a, b, common)


@dataclass(frozen=True, slots=True)
class _Witnesses:
    """The others, as rows: what each holds of the text, and which pairs make sunflowers with it."""

    held: _Matrix
    """1 where the other (row) holds the text's shingle (column)."""
    sunflower: _Mask
    """True where text, row and column share one kernel and nothing else."""
    same_outlet: _Mask
    other_outlet: _Mask

    @classmethod
    def of(cls, text: Prepared, others: Sequence[Prepared]) -> "_Witnesses":
        sets = [text.shingles, *(other.shingles for other in others)]
        universe, columns = np.unique(np.concatenate(sets), return_inverse=True)
        lengths = np.array([len(each) for each in sets])
        holds = np.zeros((len(sets), len(universe)), dtype=np.float32)
        holds[np.repeat(np.arange(len(sets)), lengths), columns] = 1
        held = holds[1:, holds[0] > 0]
        shared = holds[1:] @ holds[1:].T
        sources = [other.source for other in others]
        known = np.array([text.source is not None and each is not None for each in sources], bool)
        same = np.array([each == text.source for each in sources], bool)
        sunflower = _sunflower(held, shared, lengths)
        return cls(held, sunflower, known & same, known & ~same)

    def suffice(self, row: int) -> bool:
        """Tell whether enough independent texts share the kernel of the text and this row."""
        together = self.sunflower[row]
        if self.same_outlet[row]:
            mates = together & self.same_outlet
            if self._independent(mates) + 2 >= TEXTS_OF_ONE_OUTLET:
                return True
        needed = TEXTS_OF_SEVERAL_OUTLETS if self.other_outlet[row] else TEXTS_OF_UNKNOWN_OUTLETS
        return self._independent(together) + 2 >= needed

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


def _sunflower(held: _Matrix, shared: _Matrix, lengths: npt.NDArray[np.int_]) -> _Mask:
    """Return which pairs of rows form a sunflower with the text (symmetric, False on the diagonal).

    Args:
        held: rows x the text's shingles.
        shared: rows x rows, shingles that two rows share.
        lengths: shingles of the text, then of each row.
    """
    kernel = held @ held.T
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
