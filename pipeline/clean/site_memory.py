"""Site memory: which blocks of text a host has shown before, page by page in the order of loading.

A page is remembered as the marks of its blocks: 64-bit fingerprints, no words. Knows nothing of
what makes a block furniture (``recurrence``) and of where pages are stored: the warehouse keeps
them in Postgres, ``MemorySiteMemory`` in process for the filters and the tests.

What a host showed, page by page: how many stories held a block while the block was alive.

Two things make the count honest. Pages that tell one story (a wire copy twice, an AMP twin, a
running text under a new URL) count once. And a block has *lives*: where it stayed away for much
longer than its habit was, it died (a redesign, the end of a campaign), and what comes later is
counted anew. So furniture of an old design fades, and a page is always judged by the design of its
own time, also when it is cleaned again years later. Knows only fingerprints; pure.

Decides by site memory which blocks of an article are furniture of its host.

A block that ``LEAST_STORIES`` different stories of a host hold is furniture, with three cares
(``Demand``; measured by ``benchmarks/memory/site_memory.py``):

* between the first and the last sentence that the article has for itself a short line may be a
  subhead ("What happens next?"), so more stories are asked for, and a share of the host's pages;
* a sentence must be on most of the host's pages, or on several that speak of different people and
  places: newsrooms repeat background, and close many a story alike ("The trial continues.");
* a sentence between others, or one that names the people and places of the article around it, is
  the article's own unless most of the host's pages hold it.

And never most of a text: of sentences that are more than half of its words those go that stand in
several stories with more sentences of their own, and no more (``_spare_the_text``). Short
copies, notices of one form and weather reports have little else.

What counts as one story, and for how long a block lives, is ``history``'s to say.
"""

import hashlib
import re
import zlib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Protocol

from pipeline import urls
from pipeline.clean.blocks import Block
from pipeline.errors import UsageError
from pipeline.models import Article
from pipeline.text import normalise, storable, word_count

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


NAMELESS = ""
"""The host of texts without a URL, and of local files: it may be several sites in truth."""
_FOLDED_WORDS = 12
_TEMPLATE_WORDS = 10
_FACE = re.compile(r"^(www\d?|m|mobile|amp)\.(?=[^.:]+\.)")
_NUMBER = re.compile(r"(?<![^\W_])\d+(?:[.,:/]\d+)*(?:st|nd|rd|th|[ap]m|[kmh])?\b")
_CALENDAR = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|[ap]\.?m)\b\.?"
)
_PLURAL = re.compile(r"(?<=0 )(\w{2,})s\b")
_NAME = r"[^\W\d_a-z][\w'’.-]*"
_NAMES = re.compile(rf"{_NAME}(?:\s+{_NAME})+|(?<=\s){_NAME}")
"""Capitalised words; one that opens the line is none by itself."""
_MIDDLE_NAME = re.compile(r"(?<=[\w,;:’'”\"] )[“\"‘'(]?([^\W\d_a-z]\w{2,})")
_NAMES_KEPT = 12
_FULL_STOP = re.compile(r"[^.…!?\s][.。][”\"’')\]»]*$")
_CHUNK = 200
_CACHED_PAGES = 30_000
"""Pages in indexed histories kept at hand, about 4 kB each."""


def fingerprint(block: str) -> int:
    """Return a block's signed 64-bit fingerprint (blake2b of its normalised text).

    Stable for ever: it is a key of stored rows. 64 bits give one accidental collision in about
    5e9 blocks (birthday bound), and a collision needs the same host to matter.
    """
    return _signed(hashlib.blake2b(normalise(block).encode(), digest_size=8).digest())


def mark(block: str) -> int:
    """Return the fingerprint under which a block is counted.

    Of a short line its numbers, months and weekdays are folded first, so that "12 comments" and
    "1 comment" count as one block that varies. Sentences and longer lines keep their numbers.

    >>> mark("Page 2 of 9") == mark("Page 3 of 9")
    True
    """
    return fingerprint(_folded(block))


def is_sentence(block: str) -> bool:
    """Tell "The trial continues." from "Subscribe now!", "Loading ..." and "What happens now?"."""
    return bool(_FULL_STOP.search(block))


def template_mark(block: str) -> int | None:
    """Return the fingerprint of a short line without its names, or None where little is left.

    >>> template_mark("By Ida Marlow · 4 min read") == template_mark("By Jon Ash · 12 min read")
    True
    """
    if word_count(block) > _TEMPLATE_WORDS or is_sentence(block):
        return None
    without = _NAMES.sub("¤", block)
    literal = re.findall(r"[^\W\d_]{2,}", without)
    return fingerprint(f"¤ {_folded(without)}") if without != block and len(literal) > 1 else None


def page_key(url: str) -> int:
    """Return a page's key: the first 8 bytes of its canonical URL's MD5, as SQL can index it."""
    known = storable(url)
    with suppress(UsageError):  # not a URL: the words of a text that came without one
        known = urls.canonical_url(known)
    return _signed(hashlib.md5(known.encode(), usedforsecurity=False).digest()[:8])


def host_of(url: str | None) -> str:
    """Return the name under which a page's host is remembered.

    Host and port without "www.", "m." or "amp.", which show the same furniture. Not the registrable
    domain: the blogs of one provider, and the desks of one house, have templates of their own.
    """
    return _FACE.sub("", urls.authority(url)) if url else NAMELESS


def seen_page(article: Article, blocks: Iterable[Block]) -> SeenPage:
    """Return the page to remember; a text without a URL is known by its words."""
    url = article.canonical_url or article.url
    kept = [block for block in blocks if block.kept]
    lines = [block.text for block in kept if not block.is_prose]
    marks = {mark(line) for line in lines}
    marks |= {found for line in lines if (found := template_mark(line)) is not None}
    return SeenPage(
        host=storable(host_of(url)),
        key=page_key(url or normalise(article.text or "")),
        lines=tuple(sorted(marks)),
        sentences=tuple(sorted({mark(block.text) for block in kept if block.is_prose})),
        names=_commonest_names(kept),
    )


def names(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the capitalised words that open no sentence; of German every noun, which does too."""
    for block in blocks:
        yield from _MIDDLE_NAME.findall(block.text)


class SiteMemory(Protocol):
    """Pages by host, in the order in which they were seen."""

    def remember(self, pages: Sequence[SeenPage]) -> None:
        """Keep these pages; a page that is known keeps its place and gets its new blocks."""

    def history(self, host: str, key: int) -> History:
        """Return what the host showed around a page: ``WINDOW`` pages before it and after it.

        A page that was never remembered stands behind all others.
        """


class MemorySiteMemory:
    """A site memory that lives as long as its process."""

    def __init__(self) -> None:
        self._pages: dict[str, list[SeenPage]] = defaultdict(list)
        self._places: dict[tuple[str, int], int] = {}
        self._indexed: dict[tuple[str, int], History] = {}

    def remember(self, pages: Sequence[SeenPage]) -> None:
        """Keep these pages; a page that is known keeps its place and gets its new blocks."""
        for page in pages:
            known = self._pages[page.host]
            place = self._places.setdefault((page.host, page.key), len(known))
            known[place : place + 1] = [page]
        self._indexed.clear()

    def history(self, host: str, key: int) -> History:
        """Return what the host showed around a page: ``WINDOW`` pages before it and after it."""
        pages = self._pages.get(host, [])
        chunk = self._places.get((host, key), len(pages)) // _CHUNK
        found = self._indexed.pop((host, chunk), None)
        if found is None:
            start = chunk * _CHUNK
            found = History(pages[max(0, start - WINDOW) : start + _CHUNK + WINDOW])
            self._make_room(len(found))
        self._indexed[host, chunk] = found
        return found

    def _make_room(self, pages: int) -> None:
        """Let go of the histories that were asked for longest ago."""
        held = sum(map(len, self._indexed.values())) + pages
        while held > _CACHED_PAGES and self._indexed:
            held -= len(self._indexed.pop(next(iter(self._indexed))))


def _commonest_names(blocks: Iterable[Block]) -> tuple[int, ...]:
    counts = Counter(names(blocks))
    top = sorted(counts, key=lambda name: (-counts[name], name))[:_NAMES_KEPT]
    return tuple(sorted({zlib.crc32(name.encode()) - 2**31 for name in top}))


def _folded(block: str) -> str:
    plain = normalise(block)
    is_short = word_count(plain) <= _FOLDED_WORDS and not is_sentence(block)
    if not is_short or not _NUMBER.search(plain):
        return plain
    return _PLURAL.sub(r"\1", _CALENDAR.sub("0", _NUMBER.sub("0", plain)))


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest, "big", signed=True)


LEAST_STORIES = 3
LEAST_STORIES_WARY = 6
LEAST_SHARE = 0.3
_SENTENCE_SHARE = 0.1
_MOST = 0.6
_NAMELESS_FACTOR = 2
"""Texts without a URL may come from several sites, so twice the stories are asked for."""
_SUBHEAD_WORDS = 4
_LOOSE_END = re.compile(r"[-–—|»›>→•*]$")


@dataclass(frozen=True, slots=True)
class Demand:
    """What a block must have been seen on to be furniture."""

    stories: int
    share: float = 0.0
    on_several_matters: bool = False

    def is_met(self, seen: Sightings, factor: int = 1) -> bool:
        """Whether the sightings suffice, also where ``factor`` times the stories are asked for."""
        if self.on_several_matters and seen.is_one_matter:
            return False
        return seen.stories >= factor * self.stories and seen.share >= self.share


def cut_recurring(history: History, page: SeenPage, blocks: list[Block]) -> None:
    """Take out the kept blocks that are furniture of the host; the page is remembered before."""
    if len(history) < LEAST_STORIES:
        return
    kept = [block for block in blocks if block.kept]
    seen = [history.sightings(mark(block.text), page.key) for block in kept]
    factor = _NAMELESS_FACTOR if page.host == NAMELESS else 1
    first, last = _own_sentences(kept, seen)
    own = {*names(b for b, s in zip(kept, seen, strict=True) if s.stories < LEAST_STORIES)}
    going: dict[int, Sightings] = {}
    for place, (block, found) in enumerate(zip(kept, seen, strict=True)):
        inside = first < place < last
        demands = _demands(block, inside, own)
        if not inside and found.stories < LEAST_STORIES and not _is_sentence(block):
            template = template_mark(block.text)
            found = history.sightings(template, page.key) if template is not None else found
            demands = (Demand(LEAST_STORIES_WARY, LEAST_SHARE),)
        elif inside and not _is_sentence(block) and _is_no_subhead(kept, seen, place):
            demands = (Demand(LEAST_STORIES, LEAST_SHARE),)
        if any(demand.is_met(found, factor) for demand in demands):
            going[place] = found
    _spare_the_text(history, page, kept, going)
    for place, found in going.items():
        kept[place].reason, kept[place].article_count = "site_memory", found.stories


def _spare_the_text(
    history: History, page: SeenPage, blocks: list[Block], going: dict[int, Sightings]
) -> None:
    """Leave sentences in their text that would cost it more than half of its words."""
    words = {n: word_count(block.text) for n, block in enumerate(blocks) if _is_sentence(block)}
    lost = {n: mark(blocks[n].text) for n in words.keys() & going.keys()}
    if 2 * sum(words[n] for n in lost) <= sum(words.values()):
        return
    among = {*lost.values()}
    is_text_left = len(lost) < len(words)
    for place, block in lost.items():
        if not history.stands_elsewhere(block, page.key, among, with_lines=is_text_left):
            del going[place]


def _demands(block: Block, inside: bool, own_names: set[str]) -> tuple[Demand, ...]:
    """Return what a block must meet, one of them."""
    if _is_sentence(block):
        if inside or not own_names.isdisjoint(names([block])):
            return (Demand(LEAST_STORIES_WARY, _MOST, True),)
        if not block.is_prose:
            return (Demand(LEAST_STORIES_WARY, LEAST_SHARE, True),)
        return (Demand(LEAST_STORIES, _MOST), Demand(LEAST_STORIES_WARY, _SENTENCE_SHARE, True))
    if not inside:
        return (Demand(LEAST_STORIES),)
    is_subhead = word_count(block.text) <= _SUBHEAD_WORDS
    return (Demand(LEAST_STORIES_WARY if is_subhead else LEAST_STORIES, LEAST_SHARE),)


def _is_sentence(block: Block) -> bool:
    return block.is_prose or is_sentence(block.text)


def _is_no_subhead(blocks: list[Block], seen: list[Sightings], place: int) -> bool:
    """Whether a line among sentences is none that parts them, as subheads do.

    It stands in the text several times, closes with a dash or an arrow ("Advertisement -"), or a
    neighbour recurs as well: under a subhead stands a sentence of the article.
    """
    text = blocks[place].text
    if _LOOSE_END.search(text) or sum(block.plain == blocks[place].plain for block in blocks) > 1:
        return True
    beside = seen[max(0, place - 1) : place] + seen[place + 1 : place + 2]
    return any(Demand(LEAST_STORIES, LEAST_SHARE).is_met(other) for other in beside)


def _own_sentences(blocks: list[Block], seen: list[Sightings]) -> tuple[int, int]:
    """Return the places of the first and the last sentence that no other story holds."""
    own = [
        place
        for place, (block, found) in enumerate(zip(blocks, seen, strict=True))
        if block.is_prose and found.stories < LEAST_STORIES
    ]
    return (own[0], own[-1]) if own else (len(blocks), -1)
