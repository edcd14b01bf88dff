"""Fit the confidence of quotes: ``python -m training.quote_confidence``.

A logistic regression with an L2 penalty, fitted by Newton's method on one half of PolNeAR's dev
articles, chosen by the digest of their ids. An attribution is right where content and source
overlap those of a gold attribution by half (``benchmarks.language.attribution_scores``). The other
half is for ``benchmarks.language.calibration`` and is not read here. The train part cannot serve:
the tagger learned it, so its scores are too high there.

Writes ``pipeline/annotate/quotes/confidence.tsv``.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.data import data_folder
from benchmarks.language.calibration import Half, read_half
from pipeline.annotate.quotes.confidence import Features

TABLE = Path(__file__).parents[1] / "pipeline" / "annotate" / "quotes" / "confidence.tsv"
PENALTY = 3.0
"""Weight of the squared weights; the bias has none."""
STEPS = 30
_HEAD = """\
# Weights of the confidence of quotes, written by `python -m training.quote_confidence`.
#
# One row per feature, three columns between tabs:
#   feature   its name in confidence.py
#   weight    in the logistic regression
#   count     fitted attributions with the feature
"""


def fit(found: Sequence[Features], right: Sequence[bool]) -> dict[str, tuple[float, int]]:
    """Return weight and count of every feature, sorted by name.

    Args:
        found: the features of each attribution.
        right: whether it is right.
    """
    names = sorted({name for each in found for name, value in each.items() if value})
    inputs = np.array([[each.get(name, 0.0) for name in names] for each in found])
    wanted = np.array(right, dtype=float)
    penalty = np.array([0.0 if name == "bias" else PENALTY for name in names])
    weights = np.zeros(len(names))
    for _ in range(STEPS):
        chance = 1.0 / (1.0 + np.exp(-inputs @ weights))
        slope = inputs.T @ (wanted - chance) - penalty * weights
        curve = (inputs.T * (chance * (1.0 - chance))) @ inputs + np.diag(penalty + 1e-6)
        weights = weights + np.linalg.solve(curve, slope)
    counts = (inputs != 0).sum(axis=0)
    return {
        name: (float(weight), int(count))
        for name, weight, count in zip(names, weights, counts, strict=True)
    }


def main() -> None:
    """Fit the regression and write its table."""
    read = read_half(data_folder(), Half.FITTED)
    fitted = fit([each.features for each in read], [each.is_right for each in read])
    rows = (f"{name}\t{weight:.3f}\t{count}\n" for name, (weight, count) in fitted.items())
    TABLE.write_text(_HEAD + "".join(rows), encoding="utf-8")
    sys.stdout.write(f"{TABLE.name}: {len(fitted)} weights from {len(read)} attributions\n")


if __name__ == "__main__":
    main()
