"""Scores for attributions: found where the contents overlap by half, right with the source too.

Overlap is intersection over union of characters (PolNeAR's annotators agree on .877 of their
attributions at more than half of the shorter content, a softer measure).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Span = tuple[int, int]
OPENING = '“"'


@dataclass(frozen=True, slots=True)
class Parts:
    """The places of one attribution."""

    content: tuple[Span, ...]
    source: tuple[Span, ...] = ()


@dataclass(slots=True)
class Score:
    """Counts over articles, for all attributions and for those between marks."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, text: str, gold: Sequence[Parts], found: Sequence[Parts]) -> None:
        """Count one article."""
        for group in ("all", "direct"):
            wanted = [g for g in gold if group == "all" or is_marked(text, g)]
            got = [f for f in found if group == "all" or is_marked(text, f)]
            self._count(group, "gold", wanted, found)
            self._count(group, "found", got, gold)

    def _count(self, group: str, side: str, ones: Iterable[Parts], others: Sequence[Parts]) -> None:
        for one in ones:
            alike = [other for other in others if overlap(one.content, other.content) >= 0.5]
            self.counts[group, side] += 1
            self.counts[group, f"{side} met"] += bool(alike)
            if one.source:
                self.counts[group, f"{side} sourced"] += 1
                self.counts[group, f"{side} source met"] += any(
                    overlap(one.source, other.source) >= 0.5 for other in alike
                )

    def figures(self) -> dict[str, float]:
        """Return F1 with content, F1 with content and source, and for marked ones the recalls."""
        result: dict[str, float] = {}
        for group in ("all", "direct"):
            result[f"{group}.n"] = float(self.counts[group, "gold"])
            result[f"{group}.content"] = self._f1(group, "", " met")
            result[f"{group}.source"] = self._f1(group, " sourced", " source met")
            result[f"{group}.found"] = self._share(group, "gold", "", " met")
            result[f"{group}.found_with_source"] = self._share(
                group, "gold", " sourced", " source met"
            )
        return result

    def _share(self, group: str, side: str, of: str, met: str) -> float:
        return self.counts[group, side + met] / max(1, self.counts[group, side + of])

    def _f1(self, group: str, of: str, met: str) -> float:
        precision = self._share(group, "found", of, met)
        recall = self._share(group, "gold", of, met)
        return 2 * precision * recall / max(precision + recall, 1e-9)


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
