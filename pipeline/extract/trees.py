"""Read a file of boosted decision trees and apply them to rows of features, with numpy alone.

The files are in ``models/``; ``make train-text`` grows the trees (``training/text/boosting.py``)
and writes them as JSON, see ``TreeFile``. A row goes left where its feature is at most the
threshold. A child below zero is a leaf, -1 the first. Tree i votes for class i modulo the number
of classes; in a file of one class the sum of the leaves is the log odds of it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

MODELS = Path(__file__).parent / "models"


class Tree(TypedDict):
    """One tree of a file, a list item for each split; the first split is the root."""

    columns: list[int]
    thresholds: list[float]
    children: list[tuple[int, int]]
    leaves: list[float]


class TreeFile(TypedDict):
    """What a file holds."""

    features: list[str]
    classes: list[str]
    cut: float
    trees: list[Tree]


@dataclass(frozen=True, slots=True)
class Trees:
    """The trees of a file as arrays over all their nodes; a leaf is its own child."""

    features: tuple[str, ...]
    """Names of the columns of a row, in order."""
    classes: tuple[str, ...]
    cut: float
    """The score at which the decision turns, chosen in training."""
    roots: NDArray[np.intp]
    columns: NDArray[np.intp]
    thresholds: NDArray[np.float64]
    children: NDArray[np.intp]
    values: NDArray[np.float64]

    def scores(self, rows: Sequence[Sequence[float]] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums of the trees' leaves, a line for each row, a column for each class."""
        table = np.asarray(rows, dtype=np.float64).reshape(-1, len(self.features))
        lines = np.arange(len(table))[:, None]
        nodes, before = np.tile(self.roots, (len(table), 1)), None
        while before is None or (nodes != before).any():
            before = nodes
            is_right = table[lines, self.columns[nodes]] > self.thresholds[nodes]
            nodes = self.children[nodes, is_right.astype(np.intp)]
        count = len(self.classes)
        votes = self.values[nodes].reshape(len(table), len(self.roots) // count, count)
        total: NDArray[np.float64] = votes.sum(axis=1)
        return total


@cache
def read_trees(path: Path) -> Trees:
    """Return the trees of a file; it is read once a process."""
    return trees_of(json.loads(path.read_text(encoding="utf-8")))


def trees_of(file: TreeFile) -> Trees:
    """Return the trees of a file's content."""
    roots: list[int] = []
    columns: list[int] = []
    thresholds: list[float] = []
    children: list[tuple[int, int]] = []
    values: list[float] = []
    for tree in file["trees"]:
        # A tree without a split is one leaf, and its own root.
        root, splits, leaves = len(values), len(tree["columns"]), len(tree["leaves"])
        places = [*range(root, root + splits + leaves)]
        roots.append(root)
        columns += [*tree["columns"], *[0] * leaves]
        thresholds += [*tree["thresholds"], *[np.inf] * leaves]
        values += [*[0.0] * splits, *tree["leaves"]]
        for left, right in tree["children"]:
            # Child -1 is at the place after the last split.
            children.append((places[_place(left, splits)], places[_place(right, splits)]))
        children += [(place, place) for place in places[splits:]]
    return Trees(
        features=tuple(file["features"]),
        classes=tuple(file["classes"]),
        cut=file["cut"],
        roots=np.array(roots, dtype=np.intp),
        columns=np.array(columns, dtype=np.intp),
        thresholds=np.array(thresholds, dtype=np.float64),
        children=np.array(children, dtype=np.intp).reshape(-1, 2),
        values=np.array(values, dtype=np.float64),
    )


def _place(child: int, splits: int) -> int:
    """Return the place of a child in its tree, whose leaves follow its splits."""
    return child if child >= 0 else splits - 1 - child
