"""Groups of texts that tell one story in nearly the same words, made from their matches.

The groups depend only on the set of texts and matches, not on their order. Connected components
are found with a union-find that keeps pairs apart which somebody declared different
("cannot-link" constraints in the literature on clustering).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.dedupe.compare import CONTAINED
from pipeline.models import Group, Match

Pair = tuple[int, int]


def components(matches: Iterable[Match], apart: Collection[Pair] = ()) -> dict[int, int]:
    """Map each matched id to the smallest id of its connected component.

    A pair in ``apart`` is never in one component: matches are taken from the strongest to the
    weakest, and one that would connect such a pair is skipped (Kruskal's algorithm). So only the
    weakest match of the strongest chain between the two is dropped.

    Args:
        matches: the edges of the graph.
        apart: pairs of ids, in any order; those that no chain connects have no effect.
    """
    union = _UnionFind(apart)
    for match in sorted(matches, key=strength, reverse=True):
        union.join(match.a, match.b)
    return union.smallest()


def strength(match: Match) -> tuple[float, float, int, int]:
    """Return the sort key of a match: containment of the smaller text, Jaccard, the older pair.

    A brief that a long story contains whole (Jaccard 0.3, containment 1.0) is stronger than two
    rewrites (0.4, 0.6).
    """
    low, high = sorted((match.a, match.b))
    return max(match.containment_a, match.containment_b), match.jaccard, -low, -high


class _UnionFind:
    """Union-find in which every tree has a set of trees that it must not be joined with."""

    def __init__(self, apart: Collection[Pair]) -> None:
        self._parent: dict[int, int] = {}
        self._apart: defaultdict[int, set[int]] = defaultdict(set)
        for one, two in apart:
            self._apart[one].add(two)
            self._apart[two].add(one)

    def join(self, one: int, two: int) -> None:
        """Join the trees of two ids, unless that would connect a pair that must stay apart."""
        low, high = sorted((self._root(one), self._root(two)))
        if low == high or high in self._apart.get(low, ()):
            return
        self._parent[high] = low
        for other in self._apart.pop(high, ()):
            self._apart[other].discard(high)
            self._apart[other].add(low)
            self._apart[low].add(other)

    def smallest(self) -> dict[int, int]:
        """Return the root of each id, which is the smallest id of its tree."""
        return {each: self._root(each) for each in list(self._parent)}

    def _root(self, each: int) -> int:
        self._parent.setdefault(each, each)
        while self._parent[each] != each:
            self._parent[each] = self._parent[self._parent[each]]
            each = self._parent[each]
        return each


SAME_PART = 0.3
"""Two texts inside a third are the same part of it if they share this much of the smaller one."""
BEYOND_CONTAINED = 1.3
"""Two texts that contain a third tell one story if they share this many times what the third shares
with them."""
MAIN_PART = 0.35
"""Jaccard from which a contained text is the main part of the other, as a story is of its page, and
not a note in it. Pages of two outlets with one story have nothing else in common either."""


@dataclass(frozen=True, slots=True)
class GroupText:
    """The facts of a text that grouping uses; its times are aware."""

    id: int
    words: int
    published_at: datetime | None = None
    first_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A group with the id it keeps; ``group_id`` is None if it needs a new one."""

    group_id: int | None
    original: int
    members: tuple[int, ...]


def group(
    texts: Iterable[GroupText], matches: Iterable[Match], apart: Collection[Pair] = ()
) -> list[Group]:
    """Return the groups of two and more texts, ordered by their smallest member.

    Duplicates are grouped, and so is a text with one that contains it, if the longer text tells one
    story: a text that contains two unrelated ones (round-up, live blog) is grouped with neither,
    and a text that two unrelated ones contain (a stub of boilerplate, a shared background note)
    is grouped with neither. ``partial`` matches do not group texts; they only tell which contained
    texts overlap.

    Args:
        texts: all texts that may be grouped.
        matches: how they relate; matches with other texts are ignored.
        apart: pairs that somebody declared different; no group has both (see ``components``).
    """
    known = {text.id: text for text in texts}
    usable = [match for match in matches if match.a in known and match.b in known]
    roots = components(_grouping_matches(usable), apart)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for each in sorted(roots):
        members[roots[each]].append(each)
    return [
        Group(original_of([known[each] for each in ids]), tuple(ids))
        for _, ids in sorted(members.items())
        if len(ids) > 1
    ]


def original_of(texts: Sequence[GroupText]) -> int:
    """Return the id of the text published (or else seen) first; without times, of the longest."""
    return min(texts, key=_seniority).id


def connected_matches(
    start: Collection[int], matches_of: Callable[[Collection[int]], Iterable[Match]]
) -> list[Match]:
    """Return all matches that decide the groups of the texts ``start``.

    Every relation but ``partial`` is followed, so that ``group`` of the result gives whole groups.

    Args:
        start: ids of the texts whose matches changed.
        matches_of: returns all matches of any of the given texts.
    """
    found: dict[Pair, Match] = {}
    seen: set[int] = set()
    todo = set(start)
    while todo:
        seen |= todo
        reached: set[int] = set()
        for match in matches_of(sorted(todo)):
            found[match.a, match.b] = match
            if match.relation != "partial":
                reached.update((match.a, match.b))
        todo = reached - seen
    return [found[pair] for pair in sorted(found)]


def regroup(groups: Sequence[Group], existing: Mapping[int, int]) -> list[Membership]:
    """Return the groups with the ids they keep: the smallest id that their members had before.

    Of a group that was split, the part with most of the old members keeps the id.

    Args:
        groups: the new groups.
        existing: text ids to their group ids before.
    """
    claims: Counter[Pair] = Counter()
    for number, found in enumerate(groups):
        claims.update((existing[each], number) for each in found.members if each in existing)
    kept: dict[int, int] = {}
    taken: set[int] = set()
    for (group_id, number), _ in sorted(claims.items(), key=lambda item: (item[0][0], -item[1])):
        if number not in kept and group_id not in taken:
            kept[number] = group_id
            taken.add(group_id)
    return [
        Membership(kept.get(number), found.original, found.members)
        for number, found in enumerate(groups)
    ]


def _grouping_matches(matches: Sequence[Match]) -> list[Match]:
    """Return the matches that group texts: without those of round-ups and of shared fragments."""
    shared = {frozenset((match.a, match.b)): match.shared_words for match in matches}
    edges = [match for match in matches if match.relation != "partial"]
    round_ups = _round_ups(edges, shared)
    edges = [match for match in edges if not _joins_a_round_up(match, round_ups)]
    fragments = _shared_fragments(edges, shared)
    return [
        match
        for match in edges
        if match.relation == "duplicate"
        or match.jaccard >= MAIN_PART
        or _inner_and_outer(match)[0] not in fragments
    ]


def _joins_a_round_up(match: Match, round_ups: Collection[int]) -> bool:
    """Tell whether the match is between a round-up and anything but its duplicate."""
    return (match.a in round_ups) != (match.b in round_ups) or (
        match.a in round_ups and match.relation != "duplicate"
    )


def _round_ups(edges: Iterable[Match], shared: Mapping[frozenset[int], int]) -> set[int]:
    """Return the texts that contain two others which are different parts of them.

    A round-up inside another text does not connect the parts of that one, so the search is
    repeated without the round-ups found until there are no more.
    """
    inside: defaultdict[int, set[int]] = defaultdict(set)
    for match in edges:
        if max(match.containment_a, match.containment_b) >= CONTAINED:
            inner, outer = _inner_and_outer(match)
            inside[outer].add(inner)

    def same_part(one: int, two: int, outer: int) -> bool:
        smaller = min(shared[frozenset((one, outer))], shared[frozenset((two, outer))])
        return shared.get(frozenset((one, two)), 0) >= SAME_PART * smaller

    round_ups: set[int] = set()
    while more := {
        outer
        for outer, inner in inside.items()
        if outer not in round_ups and _is_disconnected(inner - round_ups, outer, same_part)
    }:
        round_ups |= more
    return round_ups


def _shared_fragments(edges: Iterable[Match], shared: Mapping[frozenset[int], int]) -> set[int]:
    """Return the texts that two others contain which have nothing else in common."""
    around: defaultdict[int, set[int]] = defaultdict(set)
    matched = {frozenset((match.a, match.b)) for match in edges}
    for match in edges:
        if match.relation != "duplicate" and match.jaccard < MAIN_PART:
            inner, outer = _inner_and_outer(match)
            around[inner].add(outer)

    def same_story(one: int, two: int, inner: int) -> bool:
        held = max(shared[frozenset((one, inner))], shared[frozenset((two, inner))])
        both = frozenset((one, two))
        return both in matched or shared.get(both, 0) >= BEYOND_CONTAINED * held

    return {inner for inner, outer in around.items() if _is_disconnected(outer, inner, same_story)}


def _is_disconnected(
    texts: Collection[int], about: int, belong: Callable[[int, int, int], bool]
) -> bool:
    """Tell whether the relation ``belong`` leaves the texts in more than one component."""
    left = set(texts)
    todo = [left.pop()] if left else []
    while todo and left:
        each = todo.pop()
        near = {other for other in left if belong(each, other, about)}
        left -= near
        todo.extend(near)
    return bool(left)


def _inner_and_outer(match: Match) -> Pair:
    """Return the text that the other contains more of, and the other."""
    if match.containment_a >= match.containment_b:
        return match.a, match.b
    return match.b, match.a


def _seniority(text: GroupText) -> tuple[float, int, int]:
    moment = text.published_at or text.first_seen_at
    return (moment.timestamp() if moment else math.inf, -text.words, text.id)
