"""Score exact spans: count gold, found and right spans by article, label and group of articles.

A span is right where both ends and the label are gold's. A span given twice counts once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from benchmarks.language.resampling import Interval, added, interval

LabelledSpan = tuple[int, int, str]
Counts = Counter[tuple[str, str]]
"""Number of spans by (side, label); the sides are those of ``SIDES``."""
SIDES = ("gold", "found", "right")


@dataclass(slots=True)
class SpanScore:
    """Counts of every article, each with the group it belongs to (a region of the world)."""

    articles: list[Counts] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def add(
        self, gold: Iterable[LabelledSpan], found: Iterable[LabelledSpan], group: str = ""
    ) -> None:
        """Count the spans of one article.

        Args:
            gold: the annotated spans.
            found: the spans of the system under test.
            group: the group of the article, for example its region.
        """
        wanted, got = set(gold), set(found)
        counts: Counts = Counter()
        for side, spans in zip(SIDES, (wanted, got, wanted & got), strict=True):
            counts.update((side, label) for _, _, label in spans)
        self.articles.append(counts)
        self.groups.append(group)

    def f1(self, *labels: str, group: str | None = None) -> float:
        """Return F1 over these labels together (all without any), in one group or in all."""
        return f1_of(*labels)(added(self._chosen(group)))

    def number(self, *labels: str, group: str | None = None) -> int:
        """Return the number of gold spans with these labels, in one group or in all."""
        return _sum(added(self._chosen(group)), "gold", labels)

    def interval(self, *labels: str, group: str | None = None) -> Interval:
        """Return the 95 % interval of that F1 over articles."""
        # Three sums an article instead of a count for every label: 1,000 resamples add them up.
        articles = [
            Counter({(side, ""): _sum(counts, side, labels) for side in SIDES})
            for counts in self._chosen(group)
        ]
        return interval(articles, f1_of())

    def f1_without_worst(self, group: str) -> float:
        """Return F1 of a group without the article that lowers it most."""
        chosen = self._chosen(group)
        rests = (chosen[:place] + chosen[place + 1 :] for place in range(len(chosen)))
        return max(f1_of()(added(rest)) for rest in rests)

    def labels(self) -> list[str]:
        """Return gold's labels, the most frequent first."""
        total = added(self.articles)
        named = {label for side, label in total if side == "gold"}
        return sorted(named, key=lambda label: -total["gold", label])

    def regions(self) -> list[str]:
        """Return the names of the groups, in alphabetical order."""
        return sorted(set(self.groups))

    def _chosen(self, group: str | None) -> list[Counts]:
        pairs = zip(self.articles, self.groups, strict=True)
        return [counts for counts, name in pairs if group is None or name == group]


def f1_of(*labels: str) -> Callable[[Counts], float]:
    """Return the function that computes F1 over these labels (all without any) from counts."""

    def figure(counts: Counts) -> float:
        gold, found, right = (_sum(counts, side, labels) for side in SIDES)
        return 2 * right / (gold + found) if gold + found else 0.0

    return figure


def _sum(counts: Counts, side: str, labels: tuple[str, ...]) -> int:
    return sum(
        number
        for (which, label), number in counts.items()
        if which == side and (not labels or label in labels)
    )
