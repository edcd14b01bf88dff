"""Scores for attributions: found where the contents overlap by half, right with the source too.

Overlap is intersection over union of characters (PolNeAR's annotators agree on .877 of their
attributions at more than half of the shorter content, a softer measure). Each attribution found is
held against one of gold at most. An attribution without a
source, in gold or found, does not count where sources are scored; ``strict`` counts it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.language.resampling import Interval, added, interval

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
        pairs = _pairs(gold, found)
        of_gold = {left: found[right] for left, right in pairs}
        of_found = {right: gold[left] for left, right in pairs}
        for group in GROUPS:
            for side, ones, partners in (("gold", gold, of_gold), ("found", found, of_found)):
                _count(
                    counts,
                    f"{group} {side}",
                    (
                        (one, partners.get(number))
                        for number, one in enumerate(ones)
                        if group == "all" or is_marked(text, one)
                    ),
                )
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


def _count(counts: Counts, key: str, ones: Iterable[tuple[Parts, Parts | None]]) -> None:
    for one, other in ones:
        same_source = other is not None and overlap(one.source, other.source) >= 0.5
        both_without = other is not None and not one.source and not other.source
        counts[key, ""] += 1
        counts[key, " met"] += other is not None
        counts[key, " strict"] += same_source or both_without
        counts[key, " sourced"] += bool(one.source)
        counts[key, " source met"] += same_source


def _pairs(gold: Sequence[Parts], found: Sequence[Parts]) -> list[tuple[int, int]]:
    """Match one to one: contents that overlap most first, of equals those with alike sources.

    So a second copy of a right answer is a mistake, and one answer over two of gold finds one.
    """
    alike = sorted(
        (-overlap(one.content, other.content), -overlap(one.source, other.source), left, right)
        for left, one in enumerate(gold)
        for right, other in enumerate(found)
        if overlap(one.content, other.content) >= 0.5
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for *_, left, right in alike:
        if left not in pairs and right not in taken:
            pairs[left] = right
            taken.add(right)
    return list(pairs.items())


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
