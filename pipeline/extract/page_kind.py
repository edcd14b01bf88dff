"""Tell articles from other pages by a small trained model over what a page consists of.

The trees in ``models/page_kind.json`` give each page the odds of being an article and, where it is
none, name its likeliest kind. ``training/text/page_kind.py`` grows them, chooses the cut so that at
most one article in a hundred is refused, and prints what that gives on domains it did not see;
``training/text/page_kind.md`` is the model's card.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.extract.page_sums import ExaminedPage, page_sums
from pipeline.extract.trees import MODELS, read_trees
from pipeline.models import ArticleKind

MODEL = MODELS / "page_kind.json"
CLASSES: tuple[ArticleKind, ...] = (
    "article",
    "forum",
    "product",
    "listing",
    "service",
    "documentation",
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the model makes of a page."""

    odds: float
    """Log odds of an article."""
    is_article: bool
    """Whether the odds are above the cut."""
    other_kind: ArticleKind
    """The likeliest kind if it is none."""


def judge_page(page: ExaminedPage) -> Judgement:
    """Return what the shipped model makes of a page."""
    trees = read_trees(MODEL)
    sums = page_sums(page)
    scores = trees.scores([[sums[name] for name in trees.features]])
    odds = float(odds_of_article(scores)[0])
    other = CLASSES[1 + int(np.argmax(scores[0, 1:]))]
    return Judgement(odds, odds >= trees.cut, other)


def odds_of_article(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log odds of the first class against all others, a number for each row."""
    largest = scores[:, 1:].max(axis=1, keepdims=True)
    others = largest[:, 0] + np.log(np.exp(scores[:, 1:] - largest).sum(axis=1))
    odds: NDArray[np.float64] = scores[:, 0] - others
    return odds
