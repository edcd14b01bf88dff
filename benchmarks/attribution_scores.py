"""Scores for attributions: found where the contents overlap by half, right with the source too.

Overlap is intersection over union of characters (PolNeAR's annotators agree on .877 of their
attributions at more than half of the shorter content, a softer measure). An attribution without a
source, in gold or found, does not count where sources are scored; ``strict`` counts it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.resampling import Interval, added, interval

Span = tuple[int, int]
Counts = Counter[tuple[str, str]]
OPENING = '“"'
GROUPS = ("all", "direct")
FIGURES = {
    "content": "F1: contents overlap by half",
    "source": "F1: contents and sources overlap by half, among those with a source",
    "strict": "F1: contents overlap by half, sources too or both without one; all count",
    "found": "recall: share of gold's whose content is found",
    "found_with_source": "recall: share of gold's with a source whose content and source are found",
}
"""The figures of a group, in words."""
_MET = {"content": ("", " met"), "source": (" sourced", " source met"), "strict": ("", " strict")}
_RECALLS = {"found": "content", "found_with_source": "source"}


@dataclass(frozen=True, slots=True)
class Parts:
    """The places of one attribution."""

    content: tuple[Span, ...]
    source: tuple[Span, ...] = ()


@dataclass(slots=True)
class Score:
    """Counts of each article, for all attributions and for those between marks."""

    articles: list[Counts] = field(default_factory=list)

    def add(self, text: str, gold: Sequence[Parts], found: Sequence[Parts]) -> None:
        """Count one article."""
        counts: Counts = Counter()
        for group in GROUPS:
            wanted = [g for g in gold if group == "all" or is_marked(text, g)]
            got = [f for f in found if group == "all" or is_marked(text, f)]
            _count(counts, f"{group} gold", wanted, found)
            _count(counts, f"{group} found", got, gold)
        self.articles.append(counts)

    def figures(self) -> dict[str, float]:
        """Return ``group.figure`` for both groups and all of ``FIGURES``, and ``group.n``."""
        total = added(self.articles)
        result: dict[str, float] = {}
        for group in GROUPS:
            result[f"{group}.n"] = float(total[f"{group} gold", ""])
            result |= {f"{group}.{name}": figure_of(group, name)(total) for name in FIGURES}
        return result

    def interval(self, group: str, name: str) -> Interval:
        """Return the 95 % interval of a figure over articles."""
        articles = [
            Counter({key: number for key, number in counts.items() if key[0].startswith(group)})
            for counts in self.articles
        ]
        return interval(articles, figure_of(group, name))


def figure_of(group: str, name: str) -> Callable[[Counts], float]:
    """Return the function from counts to one of ``FIGURES``."""
    of, met = _MET[_RECALLS.get(name, name)]

    def share(counts: Counts, side: str) -> float:
        return counts[f"{group} {side}", met] / max(1, counts[f"{group} {side}", of])

    def f1(counts: Counts) -> float:
        precision, recall = share(counts, "found"), share(counts, "gold")
        return 2 * precision * recall / max(precision + recall, 1e-9)

    return (lambda counts: share(counts, "gold")) if name in _RECALLS else f1


def _count(counts: Counts, key: str, ones: Iterable[Parts], others: Sequence[Parts]) -> None:
    for one in ones:
        alike = [other for other in others if overlap(one.content, other.content) >= 0.5]
        same_source = any(overlap(one.source, other.source) >= 0.5 for other in alike)
        counts[key, ""] += 1
        counts[key, " met"] += bool(alike)
        counts[key, " strict"] += same_source or any(not one.source and not o.source for o in alike)
        counts[key, " sourced"] += bool(one.source)
        counts[key, " source met"] += same_source


def overlap(one: Sequence[Span], other: Sequence[Span]) -> float:
    """Return intersection over union, in characters, of two sets of disjoint spans."""
    shared = sum(max(0, min(b, d) - max(a, c)) for a, b in one for c, d in other)
    union = sum(b - a for a, b in one) + sum(d - c for c, d in other) - shared
    return shared / union if union else 0.0


def is_marked(text: str, parts: Parts) -> bool:
    """Tell whether some content begins with a double quotation mark, or right behind one."""
    return any(
        text[start : start + 1] in OPENING or (start and text[start - 1] in OPENING)
        for start, _ in parts.content
        if text[start : start + 1]
    )
