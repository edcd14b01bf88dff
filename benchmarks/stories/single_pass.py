"""The baseline: an article joins the cluster whose mean TF-IDF vector is near enough."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from math import log, sqrt

from pipeline.text import tokens

NEAR_ENOUGH = 0.20
"""Least cosine to a cluster's centre; chosen on the tuned half."""
_WINDOW_DAYS = 10


def single_pass(articles: Iterable[tuple[date, str]]) -> list[int]:
    """Return the cluster of each article, given by its day and its text with the headline.

    The articles come in the order of their days. Document frequencies are those of all of them.
    """
    days, texts = zip(*articles, strict=True)
    counts = [Counter(tokens(text)) for text in texts]
    frequencies = Counter(word for each in counts for word in each)
    vectors = [
        _unit({word: (1 + log(n)) * log(len(texts) / frequencies[word]) for word, n in c.items()})
        for c in counts
    ]
    centres: list[dict[str, float]] = []
    lengths: list[float] = []
    latest: list[date] = []
    found = []
    for day, vector in zip(days, vectors, strict=True):
        near = [
            (sum(x * centres[at].get(word, 0.0) for word, x in vector.items()) / lengths[at], -at)
            for at in range(len(centres))
            if (day - latest[at]).days <= _WINDOW_DAYS
        ]
        best, place = max(near, default=(0.0, 0))
        if best >= NEAR_ENOUGH:
            at = -place
            for word, x in vector.items():
                centres[at][word] = centres[at].get(word, 0.0) + x
        else:
            at = len(centres)
            centres.append(dict(vector))
            lengths.append(1.0)
            latest.append(day)
        lengths[at] = sqrt(sum(x * x for x in centres[at].values()))
        latest[at] = day
        found.append(at)
    return found


def _unit(vector: Mapping[str, float]) -> dict[str, float]:
    length = sqrt(sum(x * x for x in vector.values())) or 1.0
    return {word: x / length for word, x in vector.items()}
