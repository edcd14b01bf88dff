"""How sure a figure is: the articles are drawn again, with replacement, and it is counted anew.

Percentile bootstrap (Efron 1979) over whole articles, since mistakes come in clusters of one
article. It knows the chance of the articles drawn, not that of the training seed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple, TypeVar

ROUNDS = 1_000
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
    """Return the 95 % interval of a figure that is made of counts.

    Args:
        articles: the counts of each article; at least one.
        figure: the figure, from the counts of all articles together.
        rounds: how often to draw.
        seed: of the draws.
    """
    chance = random.Random(seed)
    figures = sorted(
        figure(added(chance.choices(articles, k=len(articles)))) for _ in range(rounds)
    )
    return Interval(figures[round(0.025 * (rounds - 1))], figures[round(0.975 * (rounds - 1))])


def added(articles: Sequence[Counter[Key]]) -> Counter[Key]:
    """Return the counts of several articles together."""
    total: Counter[Key] = Counter()
    for counts in articles:
        total.update(counts)
    return total
