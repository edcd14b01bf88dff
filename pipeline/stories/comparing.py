"""How alike two articles are: by telling words, by names, and by the days between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from math import exp, sqrt

from pipeline.stories.terms import Weighted

WINDOW_DAYS = 10
"""Articles that are further apart are not compared."""
_UNDATED_DAYS = 5.0
"""Days that two articles count as apart at most where one states no time: it may be of any day."""
_DECAY_DAYS = 6.0
"""Days after which two articles with the same words count a third of what they count at once."""
_NAMES_SHARE = 0.4
"""What names count beside words."""
_KEY_WORDS = 14
_KEY_NAMES = 6
"""Of the words and names of an article, those by which others find it."""
_DAY = 86_400.0


@dataclass(frozen=True)
class Compared:
    """An article ready to be compared."""

    article_id: int
    told_at: datetime
    """Time of its publication, else when it was first seen."""
    terms: Weighted
    is_dated: bool = True
    """Whether its page states that time."""

    @cached_property
    def names_length(self) -> float:
        """How long the vector of its names is."""
        return sqrt(sum(weight * weight for weight in self.terms.names.values()))


def likeness(one: Compared, other: Compared) -> float:
    """Return how alike two articles are, 0 to 1; 0 where more than WINDOW_DAYS are between them.

    An article that states no time is near its day of arrival, and five days from all others: old
    pages come at any time, and then need more words in common.

    Names count as far as the store knows which are common; articles without any are compared by
    their words.
    """
    days = abs((one.told_at - other.told_at).total_seconds()) / _DAY
    if not (one.is_dated and other.is_dated):
        days = min(days, _UNDATED_DAYS)
    if days > WINDOW_DAYS:
        return 0.0
    words = _product(one.terms.words, other.terms.words)
    names = _product(one.terms.names, other.terms.names)
    share = _NAMES_SHARE * one.names_length * other.names_length
    return ((1 - share) * words + _NAMES_SHARE * names) * exp(-days / _DECAY_DAYS)


def keys(terms: Weighted) -> list[int]:
    """Return the words and names by which articles on the same event find this one."""
    return [*islice(terms.words, _KEY_WORDS), *islice(terms.names, _KEY_NAMES)]


def _product(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(weight * other.get(term, 0.0) for term, weight in one.items())
