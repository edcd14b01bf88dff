"""Confidence intervals of figures by a percentile bootstrap over articles (Efron 1979).

Articles are drawn with replacement and the figure is computed from the drawn ones, 1,000 times.
Whole articles are drawn because mistakes cluster within articles. The interval covers the choice of
articles, not that of the training seed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple, TypeVar

ROUNDS = 1_000
"""Resamples for an interval."""
SEED = 20_161_108
Key = TypeVar("Key", bound=Hashable)


class Interval(NamedTuple):
    """The middle 95 % of the resampled figures."""

    low: float
    high: float


def interval(
    articles: Sequence[Counter[Key]],
    figure: Callable[[Counter[Key]], float],
    rounds: int = ROUNDS,
    seed: int = SEED,
) -> Interval:
    """Return the 95 % interval of a figure that is computed from counts.

    Args:
        articles: the counts of each article; at least one.
        figure: computes the figure from the counts of all articles together.
        rounds: the number of resamples.
        seed: of the random draws.
    """
    chance = random.Random(seed)
    figures = sorted(
        figure(added(chance.choices(articles, k=len(articles)))) for _ in range(rounds)
    )
    return Interval(figures[round(0.025 * (rounds - 1))], figures[round(0.975 * (rounds - 1))])


def added(articles: Sequence[Counter[Key]]) -> Counter[Key]:
    """Return the sum of the counts of several articles."""
    total: Counter[Key] = Counter()
    for counts in articles:
        total.update(counts)
    return total
