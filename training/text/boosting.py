"""Grow boosted trees with LightGBM, and write them as ``pipeline/extract/trees.py`` reads them.

The seed is fixed and one thread is used, so that the same data give the same file.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from pipeline.extract.trees import Tree, TreeFile, Trees, trees_of

Array = NDArray[np.float64]
SEED = 1


def grow(
    rows: Array,
    labels: NDArray[Any],
    features: Sequence[str],
    classes: Sequence[str],
    *,
    rounds: int,
    weights: Array | None = None,
    **options: Any,
) -> TreeFile:
    """Return trees grown on these rows; the cut is 0 until the caller sets it.

    Args:
        rows: a line for each example.
        labels: truth values for one class, else the number of each line's class.
        features: names of the columns.
        classes: names of the classes; one for a decision between yes and no.
        rounds: trees for each class.
        weights: of the examples; all the same where None.
        options: LightGBM's parameters, in place of those given here.
    """
    several = len(classes) > 1
    parameters = {
        "objective": "multiclass" if several else "binary",
        **({"num_class": len(classes)} if several else {}),
        "learning_rate": 0.05,
        "num_leaves": 15,
        "min_data_in_leaf": 15,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 3.0,
        "boost_from_average": False,
        "num_threads": 1,
        "deterministic": True,
        "force_col_wise": True,
        "seed": SEED,
        "verbose": -1,
        **options,
    }
    data = lightgbm.Dataset(rows, labels.astype(float), weight=weights)
    dumped = lightgbm.train(parameters, data, rounds).dump_model()
    trees = [_tree(each["tree_structure"]) for each in dumped["tree_info"]]
    return {"features": [*features], "classes": [*classes], "cut": 0.0, "trees": trees}


def _tree(root: dict[str, Any]) -> Tree:
    """Return one of LightGBM's trees with its splits in the order of a walk from the root."""
    tree: Tree = {"columns": [], "thresholds": [], "children": [], "leaves": []}

    def number(node: dict[str, Any]) -> int:
        if "split_feature" not in node:
            tree["leaves"].append(_short(node["leaf_value"]))
            return -len(tree["leaves"])
        place = len(tree["columns"])
        tree["columns"].append(node["split_feature"])
        tree["thresholds"].append(_short(node["threshold"]))
        tree["children"].append((0, 0))
        tree["children"][place] = (number(node["left_child"]), number(node["right_child"]))
        return place

    number(root)
    return tree


def _short(number: float) -> float:
    """Return a number with the digits that a file needs: half of a size, and none of an effect."""
    return float(f"{number:.5g}")


def out_of_fold(
    folds: NDArray[np.intp], grown_on: Callable[[NDArray[np.bool_]], Trees], rows: Array
) -> Array:
    """Return the scores of all rows, each by trees that saw no page of its fold.

    Args:
        folds: the fold of each row.
        grown_on: returns the trees grown on the rows that a mask names.
        rows: the rows.
    """
    scores: Array | None = None
    for fold in np.unique(folds):
        held = folds == fold
        found = grown_on(~held).scores(rows[held].tolist())
        if scores is None:
            scores = np.zeros((len(rows), found.shape[1]))
        scores[held] = found
    assert scores is not None
    return scores


def write(file: TreeFile, place: Path) -> Trees:
    """Write a file of trees, a line for each tree, and return them."""
    trees = [json.dumps(tree, separators=(",", ":")) for tree in file["trees"]]
    head = {key: value for key, value in file.items() if key != "trees"}
    text = f'{json.dumps(head)[:-1]}, "trees": [\n' + ",\n".join(trees) + "\n]}\n"
    place.write_text(text, encoding="utf-8")
    return trees_of(file)
