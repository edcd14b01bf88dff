"""What a host showed, page by page: how many stories held a block while the block was alive.

Two things make the count honest. Pages that tell one story (a wire copy twice, an AMP twin, a
running text under a new URL) count once. And a block has *lives*: where it stayed away for much
longer than its habit was, it died (a redesign, the end of a campaign), and what comes later is
counted anew. So furniture of an old design fades, and a page is always judged by the design of its
own time, also when it is cleaned again years later. Knows only fingerprints; pure.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

WINDOW = 300
"""Pages of a host looked at before a page, and after it."""
_LEAST_GAP = 10
_GAP_FACTOR = 8
"""A block on every tenth page stays away for 80 pages once in 4,600 lives (0.9 ** 80)."""
_LONGEST_GAP = timedelta(days=365)
_LEAST_SPAN = 10
_COMMON_PAGES = 8
_COMMON_SHARE = 0.4
_SAME_STORY = 0.5
_SAME_SENTENCES = 2
_KIN_NAMES = 2
_KIN_SHARE = 0.5
_KIN_LIFT = 2
_LEAST_OTHERS = 3
_LEAST_ELSEWHERE = 2
_HOLDERS = 6


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page as the fingerprints of its blocks."""

    host: str
    key: int
    lines: tuple[int, ...]
    """Marks of headlines, promos, subheads, stray lines."""
    sentences: tuple[int, ...]
    """Marks of blocks of prose."""
    names: tuple[int, ...] = ()
    """What the page speaks of most: hashes of names, to tell pages on one matter."""
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sightings:
    """How often a block was seen in the life that holds the page that asks."""

    stories: int = 0
    """Different articles that held it."""
    share: float = 0.0
    """Share of the host's pages, from its first sighting to its last, that held it."""
    is_one_matter: bool = False
    """Whether most of the other pages that held it speak of the same people and places."""


class History:
    """Consecutive pages of one host, oldest first."""

    def __init__(self, pages: Sequence[SeenPage]) -> None:
        self._pages = pages
        self._places = {page.key: place for place, page in enumerate(pages)}
        self._held: dict[int, list[int]] = defaultdict(list)
        self._named: dict[int, list[int]] = defaultdict(list)
        for place, page in enumerate(pages):
            for block in (*page.lines, *page.sentences):
                self._held[block].append(place)
            for name in page.names:
                self._named[name].append(place)
        self._stories = list(self._told())

    def __len__(self) -> int:
        """Count the pages."""
        return len(self._pages)

    def __contains__(self, key: object) -> bool:
        """Tell whether the page of this key is among them."""
        return key in self._places

    def sightings(self, block: int, key: int) -> Sightings:
        """Return how often the block (its mark) was seen around the page of that key."""
        held = self._held.get(block)
        if not held:
            return Sightings()
        life = self._life(held, self._places.get(key, len(self._pages)))
        if not life:
            return Sightings()
        span = max(life[-1] - life[0] + 1, min(_LEAST_SPAN, len(self._pages)))
        stories = len({self._stories[place] for place in life})
        return Sightings(stories, len(life) / span, self._is_one_matter(key, life))

    def _is_one_matter(self, key: int, life: list[int]) -> bool:
        """Whether the pages of a life are kin to this one, and much more so than its other pages.

        Two names in common make kin. On a host that writes of one thing only all pages are kin,
        which says nothing: hence the comparison, and no verdict where there is none to compare.
        """
        place = self._places.get(key)
        others = len(self._pages) - len(life)
        if place is None or len(life) < 2 or others < _LEAST_OTHERS:
            return False
        shared = Counter(at for name in self._pages[place].names for at in self._named[name])
        kin = {at for at, count in shared.items() if count >= _KIN_NAMES} - {place}
        inside = len(kin.intersection(life)) / (len(life) - (place in life))
        outside = len(kin.difference(life)) / others
        return inside >= _KIN_SHARE and inside >= _KIN_LIFT * outside

    def _life(self, held: list[int], place: int) -> list[int]:
        """Return the sightings that reach this place without a gap out of the block's habit."""
        habit = median(after - before for before, after in pairwise(held)) if held[1:] else 1
        longest = max(_LEAST_GAP, _GAP_FACTOR * habit)
        first = last = bisect_left(held, place)
        at = place
        while first and self._is_habit(held[first - 1], at, longest):
            first -= 1
            at = held[first]
        at = place
        while last < len(held) and self._is_habit(at, held[last], longest):
            at = held[last]
            last += 1
        return held[first:last]

    def _is_habit(self, before: int, after: int, longest: float) -> bool:
        if after - before > longest:
            return False
        start = self._pages[before].seen_at
        end = self._pages[after].seen_at if after < len(self._pages) else None
        return start is None or end is None or end - start <= _LONGEST_GAP

    def stands_elsewhere(
        self, block: int, key: int, among: Set[int], *, with_lines: bool = False
    ) -> bool:
        """Whether most stories with this block, and several, have more sentences of their own.

        Tells the host's own words, under whatever article, from words that only copies of one
        story, or the reports of one form, have in common: those hold little else.

        Args:
            block: the mark of a block of the page that asks.
            key: that page's.
            among: marks of the blocks that recur with it there.
            with_lines: lines that no other page has count as sentences, which may be short.
        """
        held = self._held.get(block, [])
        unit = {each for each in among if self._go_together(held, self._held.get(each, []))}
        is_elsewhere: dict[int, bool] = {}
        for place in self._life(held, self._places.get(key, len(self._pages))):
            page = self._pages[place]
            own = len(set(page.sentences) - among)
            if with_lines or block not in page.sentences:
                own += sum(len(self._held[line]) == 1 for line in page.lines)
            known = len(unit & {*page.lines, *page.sentences})
            is_elsewhere[self._stories[place]] = page.key != key and known < own
        count = sum(is_elsewhere.values())
        return count >= _LEAST_ELSEWHERE and 2 * count >= len(is_elsewhere) - 1

    @staticmethod
    def _go_together(held: list[int], other: list[int]) -> bool:
        return 2 * len({*held} & {*other}) > max(len(held), len(other))

    def _told(self) -> Iterator[int]:
        """Yield a story's number for each page: that of a page with half of its sentences, or new.

        So that furniture does not make stories of one, the commonest sentences are left out; but
        where they are most of a page, the host has little else than copies of one story. Short
        texts without sentences of some length are not the same for one blurb: lines count there.
        """
        stories: list[int] = []
        sizes: list[int] = []
        holders: dict[int, list[int]] = defaultdict(list)
        common = max(_COMMON_PAGES, _COMMON_SHARE * len(self._pages))
        for place, page in enumerate(self._pages):
            own = self._own(page, common)
            shared = Counter(at for block in own for at in holders[block][-_HOLDERS:])
            story = place
            for at, count in shared.most_common(1):
                least = min(len(own), sizes[at])
                is_same = count >= max(_SAME_STORY * least, min(_SAME_SENTENCES, least))
                story = stories[at] if is_same else place
            for block in own:
                holders[block].append(place)
            stories.append(story)
            sizes.append(max(len(own), len(page.sentences)))
            yield story

    def _own(self, page: SeenPage, common: float) -> tuple[int, ...]:
        """Return the blocks by which a page's story is told from others."""
        rare = tuple(block for block in page.sentences if len(self._held[block]) < common)
        if len(page.sentences) - len(rare) <= len(rare):
            return rare
        if len(page.sentences) - len(rare) >= _SAME_SENTENCES:
            return page.sentences
        lines = (block for block in page.lines if len(self._held[block]) < common)
        return (*page.sentences, *lines)
