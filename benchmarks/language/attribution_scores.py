"""AttributionScore attributions: an attribution is found where its content overlaps gold's by half.

Overlap is intersection over union, in characters. (PolNeAR's annotators agree on .877 of their
attributions by more than half of the shorter content, which is a softer measure.) Every found
attribution is matched with one gold attribution at most. Where sources are scored, attributions
without a source, in gold or found, do not count; the figure ``strict`` counts them.
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
"""The figures of a group with their definitions."""
# The suffixes under which ``_count`` counts all attributions and the right ones of a figure.
_MET = {"content": ("", " met"), "source": (" sourced", " source met"), "strict": ("", " strict")}
_RECALLS = {"found": "content", "found_with_source": "source"}


@dataclass(frozen=True, slots=True)
class Parts:
    """The spans of one attribution, [start, end) in characters."""

    content: tuple[Span, ...]
    source: tuple[Span, ...] = ()


@dataclass(slots=True)
class AttributionScore:
    """Counts by article, for all attributions and for those between quotation marks."""

    articles: list[Counts] = field(default_factory=list)

    def add(self, text: str, gold: Sequence[Parts], found: Sequence[Parts]) -> None:
        """Count the attributions of one article, in gold and found."""
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
        """Return the 95 % interval of a figure, resampled over articles."""
        articles = [
            Counter({key: number for key, number in counts.items() if key[0].startswith(group)})
            for counts in self.articles
        ]
        return interval(articles, figure_of(group, name))


def figure_of(group: str, name: str) -> Callable[[Counts], float]:
    """Return the function that computes one of ``FIGURES`` from counts."""
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
    """Match gold and found one to one, the largest overlap first, then the most similar sources.

    A second copy of a right answer therefore counts as a mistake, and one answer that covers two
    gold attributions finds one of them.
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


def matched(gold: Sequence[Parts], found: Sequence[Parts]) -> dict[int, Parts]:
    """Return the gold attribution of each found one that has one, by the number of the latter."""
    return {right: gold[left] for left, right in _pairs(gold, found)}


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
