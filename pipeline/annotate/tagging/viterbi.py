"""Find the best label sequence of each paragraph under the rules of BIO tagging.

The algorithm is Viterbi's (1967), over the encoder's scores and a transition matrix in which I-X
may follow only B-X or I-X and may not begin a paragraph. Many paragraphs are decoded in parallel
as arrays of numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Labels = NDArray[np.int64]

FORBIDDEN = -1e4
"""A score so low that no sum of log-probabilities of a paragraph can outweigh it."""
AREA = 32_768
"""Units, padding included, that are decoded in parallel: about 128 paragraphs of a long article,
5 MB of back pointers."""


@dataclass(frozen=True, slots=True)
class Transitions:
    """The scores of label sequences, beside those of single labels."""

    start: Floats
    """Scores of the first label, shape (labels,)."""
    step: Floats
    """Scores of going from the label of the row to that of the column, shape (labels, labels)."""

    @classmethod
    def of(
        cls,
        labels: Sequence[str],
        start: Sequence[float] | None = None,
        step: Sequence[Sequence[float]] | None = None,
    ) -> Transitions:
        """Make transitions that forbid what BIO forbids among labels such as O, B-Person, I-Person.

        Args:
            labels: the names of the labels in the order of their numbers.
            start: learned scores of the first label; None for 0 everywhere.
            step: learned scores of each step, rows to columns; None for 0 everywhere.
        """
        size = len(labels)
        first = np.array(start if start is not None else np.zeros(size), dtype=np.float32)
        scores = np.array(step if step is not None else np.zeros((size, size)), dtype=np.float32)
        for column, label in enumerate(labels):
            if not label.startswith("I-"):
                continue
            first[column] = FORBIDDEN
            for row, before in enumerate(labels):
                if before[2:] != label[2:]:
                    scores[row, column] = FORBIDDEN
        return cls(first, scores)


def best_labels(scores: Floats, bounds: Sequence[int], transitions: Transitions) -> Labels:
    """Return the number of the best label of each unit, shape (units,).

    Args:
        scores: log-probabilities, shape (units, labels).
        bounds: paragraph p has the rows from `bounds[p]` to `bounds[p + 1]` (exclusive); its labels
            depend on no other paragraph.
        transitions: what the model has learned about sequences.
    """
    found = np.zeros(len(scores), dtype=np.int64)
    starts = np.asarray(bounds[:-1], dtype=np.int64)
    lengths = np.asarray(bounds[1:], dtype=np.int64) - starts
    for chunk in _by_length(lengths):
        rows = starts[chunk, None] + np.arange(lengths[chunk[0]])
        inside = np.arange(lengths[chunk[0]]) < lengths[chunk, None]
        padded = scores[np.where(inside, rows, starts[chunk, None])]
        labels = _decode(padded, lengths[chunk], transitions)
        found[rows[inside]] = labels[inside]
    return found


def _by_length(lengths: Labels) -> Iterator[Labels]:
    """Yield chunks of paragraph numbers, longest first; the first of a chunk gives its width.

    Paragraphs without units are left out.
    """
    order = np.argsort(-lengths, kind="stable")
    order = order[lengths[order] > 0]
    start = 0
    while start < len(order):
        count = max(1, AREA // int(lengths[order[start]]))
        yield order[start : start + count]
        start += count


def _decode(scores: Floats, lengths: Labels, transitions: Transitions) -> Labels:
    """Return labels, shape (paragraphs, width), of padded scores (paragraphs, width, labels).

    The lengths must fall from the first to the last paragraph.
    """
    count, width, size = scores.shape
    running = scores[:, 0] + transitions.start
    back = np.zeros((width, count, size), dtype=np.int8)
    for position in range(1, width):
        alive = int(np.searchsorted(-lengths, -position, side="left"))
        paths = running[:alive, :, None] + transitions.step
        back[position, :alive] = paths.argmax(axis=1)
        running[:alive] = paths.max(axis=1) + scores[:alive, position]
    labels = np.zeros((count, width), dtype=np.int64)
    labels[np.arange(count), lengths - 1] = running.argmax(axis=1)
    for position in range(width - 1, 0, -1):
        alive = int(np.searchsorted(-lengths, -position, side="left"))
        rows = np.arange(alive)
        labels[rows, position - 1] = back[position, rows, labels[rows, position]]
    return labels
