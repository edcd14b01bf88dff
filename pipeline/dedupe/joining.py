"""From links to the parts that they tie together, with pairs that must stay apart.

Knows nothing of what a link means, but for how strong it is. Pure functions of sets.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from pipeline.records import Match

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
