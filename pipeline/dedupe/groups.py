"""From relations to groups: which texts tell one story in near-identical words.

Pure functions of the set of texts and matches, so that the order of arrival does not count.
Knows nothing of how a relation was found.

From links to the parts that they tie together, with pairs that must stay apart.

Knows nothing of what a link means, but for how strong it is. Pure functions of sets.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.dedupe.compare import CONTAINED
from pipeline.models import Group, Match

Pair = tuple[int, int]


def parts(links: Iterable[Match], apart: Collection[Pair] = ()) -> dict[int, int]:
    """Map each linked id to the smallest id of its part.

    Without ``apart`` two ids share a part where a chain of links leads from one to the other. A
    pair in ``apart`` never shares one: links are taken from the strongest to the weakest, and a
    link that would bring such a pair together is passed over (Kruskal's algorithm). So of the
    strongest chain between the two its weakest link is cut, and every other link stays.

    Args:
        links: what ties two ids together.
        apart: pairs of ids, in any order; those that no chain connects have no effect.
    """
    forest = _Forest(apart)
    for link in sorted(links, key=strength, reverse=True):
        forest.join(link.a, link.b)
    return forest.smallest()


def strength(link: Match) -> tuple[float, float, int, int]:
    """Return what orders links: containment of the smaller text, Jaccard, then the older pair.

    A brief that lies whole in a long story (0.3, 1.0) is surer than two rewrites (0.4, 0.6).
    """
    low, high = sorted((link.a, link.b))
    return max(link.containment_a, link.containment_b), link.jaccard, -low, -high


class _Forest:
    """Union-find whose trees know which trees they must not grow into."""

    def __init__(self, apart: Collection[Pair]) -> None:
        self._parent: dict[int, int] = {}
        self._foes: defaultdict[int, set[int]] = defaultdict(set)
        for one, two in apart:
            self._foes[one].add(two)
            self._foes[two].add(one)

    def join(self, one: int, two: int) -> None:
        """Bring two trees together, unless a pair would be that must stay apart."""
        low, high = sorted((self._root(one), self._root(two)))
        if low == high or high in self._foes.get(low, ()):
            return
        self._parent[high] = low
        for foe in self._foes.pop(high, ()):
            self._foes[foe].discard(high)
            self._foes[foe].add(low)
            self._foes[low].add(foe)

    def smallest(self) -> dict[int, int]:
        """Return the root of each id, which is the smallest of its tree."""
        return {each: self._root(each) for each in list(self._parent)}

    def _root(self, each: int) -> int:
        self._parent.setdefault(each, each)
        while self._parent[each] != each:
            self._parent[each] = self._parent[self._parent[each]]
            each = self._parent[each]
        return each


SAME_PART = 0.3
"""Two texts inside a third tell the same part of it if they share this much of the smaller one."""
BEYOND_CONTAINED = 1.3
"""Two texts around a third tell one story if they share this many times what it holds of them."""
LARGELY = 0.35
"""Jaccard from which a text lies in another as a story between lines of furniture does, not as a
note: two outlets' pages around one story have nothing else in common either."""


@dataclass(frozen=True, slots=True)
class GroupText:
    """What grouping needs to know of a text; its times are aware."""

    id: int
    words: int
    published_at: datetime | None = None
    first_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A group with the identity it keeps; ``group_id`` is None where a new one is needed."""

    group_id: int | None
    original: int
    members: tuple[int, ...]


def group(
    texts: Iterable[GroupText], matches: Iterable[Match], apart: Collection[Pair] = ()
) -> list[Group]:
    """Join texts into groups of two and more, ordered by their smallest member.

    ``duplicate`` joins, and so does containment where one single story explains the longer text:
    a text that contains two unrelated ones (round-up, live blog) joins neither, and a text that two
    unrelated ones contain (a stub of page furniture, a shared background note) joins neither.
    ``partial`` never joins; it only tells which contained texts overlap.

    Args:
        texts: all that may be joined.
        matches: how they relate; those with other texts are passed over.
        apart: pairs that somebody declared different; no group holds both (see ``joining.parts``).
    """
    known = {text.id: text for text in texts}
    usable = [match for match in matches if match.a in known and match.b in known]
    roots = parts(_joining(usable), apart)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for each in sorted(roots):
        members[roots[each]].append(each)
    return [
        Group(original_of([known[each] for each in ids]), tuple(ids))
        for _, ids in sorted(members.items())
        if len(ids) > 1
    ]


def original_of(texts: Sequence[GroupText]) -> int:
    """Return the id of the earliest published, else first seen, else longest text."""
    return min(texts, key=_seniority).id


def component(
    start: Collection[int], matches_of: Callable[[Collection[int]], Iterable[Match]]
) -> list[Match]:
    """Collect all matches that decide the groups of the texts ``start``.

    Follows every relation but ``partial``, so that ``group`` over the outcome gives whole groups.

    Args:
        start: ids of the texts whose matches changed.
        matches_of: returns all matches that one of the given texts takes part in.
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
    """Give groups the ids they keep: the smallest id that their members already bear.

    ``existing`` maps text ids to group ids. Where a group was split, the part that holds most of
    its old members keeps the id.
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


def _joining(matches: Sequence[Match]) -> list[Match]:
    """Return the matches that may join: those of mixed and of torn texts are left out."""
    shared = {frozenset((match.a, match.b)): match.shared_words for match in matches}
    edges = [match for match in matches if match.relation != "partial"]
    mixed = _mixed(edges, shared)
    edges = [match for match in edges if not _joins_a_mixed_text(match, mixed)]
    torn = _torn(edges, shared)
    return [
        match
        for match in edges
        if match.relation == "duplicate"
        or match.jaccard >= LARGELY
        or _inner_and_outer(match)[0] not in torn
    ]


def _joins_a_mixed_text(match: Match, mixed: Collection[int]) -> bool:
    """Tell whether the match ties a round-up to anything but its like."""
    return (match.a in mixed) != (match.b in mixed) or (
        match.a in mixed and match.relation != "duplicate"
    )


def _mixed(edges: Iterable[Match], shared: Mapping[frozenset[int], int]) -> set[int]:
    """Return the texts that contain two others which tell different parts of them.

    A mixed text inside another ties nothing together there: hence the rounds.
    """
    inside: defaultdict[int, set[int]] = defaultdict(set)
    for match in edges:
        if max(match.containment_a, match.containment_b) >= CONTAINED:
            inner, outer = _inner_and_outer(match)
            inside[outer].add(inner)

    def same_part(one: int, two: int, outer: int) -> bool:
        smaller = min(shared[frozenset((one, outer))], shared[frozenset((two, outer))])
        return shared.get(frozenset((one, two)), 0) >= SAME_PART * smaller

    mixed: set[int] = set()
    while more := {
        outer
        for outer, inner in inside.items()
        if outer not in mixed and _falls_apart(inner - mixed, outer, same_part)
    }:
        mixed |= more
    return mixed


def _torn(edges: Iterable[Match], shared: Mapping[frozenset[int], int]) -> set[int]:
    """Return the texts that lie inside two others which have nothing else in common."""
    around: defaultdict[int, set[int]] = defaultdict(set)
    tied = {frozenset((match.a, match.b)) for match in edges}
    for match in edges:
        if match.relation != "duplicate" and match.jaccard < LARGELY:
            inner, outer = _inner_and_outer(match)
            around[inner].add(outer)

    def same_story(one: int, two: int, inner: int) -> bool:
        held = max(shared[frozenset((one, inner))], shared[frozenset((two, inner))])
        both = frozenset((one, two))
        return both in tied or shared.get(both, 0) >= BEYOND_CONTAINED * held

    return {inner for inner, outer in around.items() if _falls_apart(outer, inner, same_story)}


def _falls_apart(
    texts: Collection[int], about: int, belong: Callable[[int, int, int], bool]
) -> bool:
    """Tell whether the texts fall into two parts or more that do not belong together."""
    left = set(texts)
    todo = [left.pop()] if left else []
    while todo and left:
        each = todo.pop()
        near = {other for other in left if belong(each, other, about)}
        left -= near
        todo.extend(near)
    return bool(left)


def _inner_and_outer(match: Match) -> Pair:
    """Return the text that lies more in the other, and the other."""
    if match.containment_a >= match.containment_b:
        return match.a, match.b
    return match.b, match.a


def _seniority(text: GroupText) -> tuple[float, int, int]:
    moment = text.published_at or text.first_seen_at
    return (moment.timestamp() if moment else math.inf, -text.words, text.id)
