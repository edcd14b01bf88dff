"""Fit the thresholds of duplicate detection on one half of ``dedup`` and score them on the other.

This shows how far our figures depend on thresholds that were chosen on the same rows. The halves
share no story: negatives are in the half of the story they were made from.
"""

import io
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any

from pipeline.dedupe import compare
from pipeline.dedupe.candidates import OnDiskCandidates
from pipeline.dedupe.groups import GroupText, Pair, group
from pipeline.dedupe.matching import find_matches
from pipeline.models import Match

SAME_TEXT = (0.4, 0.5, 0.6)
CONTAINED = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
SAME_STORY = (0.15, 0.2, 0.25, 0.3, 0.35)
Thresholds = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Half:
    """One half: its texts, and every pair that the loosest thresholds would relate."""

    clusters: list[Any]
    texts: list[GroupText]
    matches: list[Match]


def cross_validated(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Fit on each half and score on the other.

    Returns:
        ``cross.precision|recall`` of groups and ``cross.edges`` (recall with containment), pooled
        over both halves, ``cross.n`` (true pairs), and the thresholds chosen:
        ``cross.<half>.same_text|contained|same_story``.
    """
    halves = [_read(half) for half in halved(rows)]
    figures: dict[str, float] = {}
    right = found = true = edges = 0
    for number, half in enumerate(halves):
        chosen = _fitted(halves[1 - number])
        names = ("same_text", "contained", "same_story")
        figures |= {
            f"cross.{number}.{name}": each for name, each in zip(names, chosen, strict=True)
        }
        gold = _pairs(half.clusters)
        groups, tied = _judged(half, chosen)
        right, found, true = right + len(groups & gold), found + len(groups), true + len(gold)
        edges += len((groups | tied) & gold)
    return figures | {
        "cross.precision": right / found,
        "cross.recall": right / true,
        "cross.edges": edges / true,
        "cross.n": true,
    }


def halved(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Split rows into halves that share no cluster, and no negative with its story."""
    near = {row["cluster_id"]: row.get("near_cluster", row["cluster_id"]) for row in rows}
    draw = random.Random(4)
    side = {story: draw.randrange(2) for story in sorted({*near, *near.values()})}
    return [[row for row in rows if side[near[row["cluster_id"]]] == half] for half in (0, 1)]


def _read(rows: Sequence[Mapping[str, Any]]) -> Half:
    store = OnDiskCandidates(io.BytesIO())
    for row in rows:
        store.add(row["text"])
    with _thresholds((min(SAME_TEXT), min(CONTAINED), min(SAME_STORY))):
        matches = list(find_matches(range(len(rows)), store).matches)
    texts = [GroupText(number, len(row["text"].split())) for number, row in enumerate(rows)]
    return Half([row["cluster_id"] for row in rows], texts, matches)


@contextmanager
def _thresholds(values: Thresholds) -> Iterator[None]:
    names = ("SAME_TEXT", "CONTAINED", "SAME_STORY")
    before = [getattr(compare, name) for name in names]
    for name, value in zip(names, values, strict=True):
        setattr(compare, name, value)
    try:
        yield
    finally:
        for name, value in zip(names, before, strict=True):
            setattr(compare, name, value)


def _judged(half: Half, values: Thresholds) -> tuple[set[Pair], set[Pair]]:
    """Return the pairs in one group and the pairs with a joining relation, by these thresholds."""
    same_text, contained, same_story = values

    def with_thresholds(match: Match) -> Match:
        held = max(match.containment_a, match.containment_b)
        weak = match.jaccard >= same_story and match.shared_words >= compare.PARTIAL_WORDS
        if (
            match.relation == "partial"
        ):  # even under the loosest thresholds, or only boilerplate is shared
            return match
        if match.jaccard >= same_text:
            return replace(match, relation="duplicate")
        if held >= contained:
            turned = "a_in_b" if match.containment_a >= match.containment_b else "b_in_a"
            return replace(match, relation=turned)  # type: ignore[arg-type]
        return replace(match, relation="duplicate" if weak else "partial")

    matches = [with_thresholds(match) for match in half.matches]
    groups = {
        pair for found in group(half.texts, matches) for pair in combinations(found.members, 2)
    }
    return groups, {(each.a, each.b) for each in matches if each.relation != "partial"}


def _fitted(half: Half) -> Thresholds:
    """Return the thresholds with the best F1 of groups; of equals those in the grid's middle."""
    gold = _pairs(half.clusters)

    def merit(values: Thresholds) -> tuple[float, float]:
        groups, _ = _judged(half, values)
        off = sum(abs(a - b) for a, b in zip(values, (0.5, 0.575, 0.25), strict=True))
        return 2 * len(groups & gold) / (len(groups) + len(gold)), -off

    return max(product(SAME_TEXT, CONTAINED, SAME_STORY), key=merit)


def _pairs(clusters: Sequence[Any]) -> set[Pair]:
    return {(a, b) for a, b in combinations(range(len(clusters)), 2) if clusters[a] == clusters[b]}
