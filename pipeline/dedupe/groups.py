"""From relations to groups: which texts tell one story in near-identical words.

Pure functions of the set of texts and matches, so that the order of arrival does not count.
Knows nothing of how a relation was found.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.records import Group, Match


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


def group(texts: Iterable[GroupText], matches: Iterable[Match]) -> list[Group]:
    """Join texts into groups of two and more, ordered by their smallest member.

    ``duplicate`` joins; containment joins where one single story explains the longer text; a text
    that contains two unrelated groups joins none.
    """
    known = {text.id: text for text in texts}
    parent = {each: each for each in known}
    for match in matches:
        if match.relation != "partial" and match.a in known and match.b in known:
            a, b = _root(parent, match.a), _root(parent, match.b)
            parent[max(a, b)] = min(a, b)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for each in sorted(known):
        members[_root(parent, each)].append(each)
    return [
        Group(original_of([known[each] for each in ids]), tuple(ids))
        for _, ids in sorted(members.items())
        if len(ids) > 1
    ]


def original_of(texts: Sequence[GroupText]) -> int:
    """Return the id of the earliest published, else first seen, else longest text."""
    return min(texts, key=_seniority).id


def regroup(groups: Sequence[Group], existing: Mapping[int, int]) -> list[Membership]:
    """Give groups the ids they keep: the smallest id that their members already bear.

    ``existing`` maps text ids to group ids. Where a group was split, the part that holds most of
    its old members keeps the id.
    """
    claims: Counter[tuple[int, int]] = Counter()
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


def _seniority(text: GroupText) -> tuple[float, int, int]:
    moment = text.published_at or text.first_seen_at
    return (moment.timestamp() if moment else math.inf, -text.words, text.id)


def _root(parent: dict[int, int], each: int) -> int:
    while parent[each] != each:
        parent[each] = parent[parent[each]]
        each = parent[each]
    return each
