"""Group examples into batches of one corpus, padded, with the targets of the loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from pipeline.annotate.tagging import word_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from torch import Tensor

    from training.examples import Example

JITTER = 16
"""Pieces of random noise added to a window's length before sorting, so that batches differ between
epochs."""


@dataclass(frozen=True, slots=True)
class Targets:
    """The runs of a batch, longest first: where the scores of their units are, and their labels.

    A run is the part of a paragraph that is in one window.
    """

    rows: Tensor
    """The window of each unit, shape (runs, longest)."""
    columns: Tensor
    """The position of each unit's first piece in its window, shape (runs, longest)."""
    labels: dict[str, Tensor]
    """Label numbers for each head that the batch has labels for, shape (runs, longest)."""
    lengths: Tensor
    """Units of each run, shape (runs,)."""
    opens: Tensor
    """1.0 if a run begins its paragraph, else 0.0; shape (runs,)."""

    def inside(self) -> Tensor:
        """Return which positions are units and not padding, shape (runs, longest)."""
        return torch.arange(self.rows.shape[1])[None] < self.lengths[:, None]


def batches(items: Sequence[Example], pieces: int, random: Random) -> Iterator[list[Example]]:
    """Yield batches of one task with windows of similar length, in random order.

    A batch has at most `pieces` pieces, padding included.
    """
    grouped: list[list[Example]] = []
    for task in dict.fromkeys(item.task for item in items):
        of_task = [item for item in items if item.task == task]
        of_task.sort(key=lambda item: len(item.window.pieces) + JITTER * random.random())
        grouped += _filled(of_task, pieces)
    random.shuffle(grouped)
    yield from grouped


def _filled(items: Sequence[Example], pieces: int) -> list[list[Example]]:
    filled: list[list[Example]] = []
    batch: list[Example] = []
    for item in items:
        if batch and (len(batch) + 1) * len(item.window.pieces) > pieces:
            filled.append(batch)
            batch = []
        batch.append(item)
    return [*filled, batch] if batch else filled


def padded(batch: Sequence[Example]) -> dict[str, Tensor]:
    """Return the network's inputs and the mask of pieces that are no padding.

    Each has the shape (windows, pieces of the longest window).
    """
    shape = (len(batch), max(len(item.window.pieces) for item in batch))
    pieces = torch.zeros(shape, dtype=torch.long)
    shapes = torch.full(shape, word_pieces.SYMBOL)
    mask = torch.zeros(shape, dtype=torch.long)
    for row, item in enumerate(batch):
        length = len(item.window.pieces)
        pieces[row, :length] = torch.tensor(item.window.pieces)
        shapes[row, :length] = torch.tensor(item.window.shapes)
        mask[row, :length] = 1
    return {"pieces": pieces, "shapes": shapes, "mask": mask}


def targets(batch: Sequence[Example]) -> Targets:
    """Return the targets of a batch, from the runs of all its windows."""
    runs = [(row, *run) for row, item in enumerate(batch) for run in item.runs]
    runs.sort(key=lambda run: run[1] - run[2])
    lengths = torch.tensor([end - start for _, start, end, _ in runs])
    rows = torch.zeros(len(runs), int(lengths[0]), dtype=torch.long)
    columns = rows.clone()
    labels = {head: rows.clone() for head in batch[0].labels}
    for number, (row, start, end, _) in enumerate(runs):
        rows[number] = row
        columns[number, : end - start] = torch.tensor(batch[row].window.firsts[start:end])
        for head, given in labels.items():
            given[number, : end - start] = torch.tensor(batch[row].labels[head][start:end])
    return Targets(rows, columns, labels, lengths, torch.tensor([float(run[3]) for run in runs]))
