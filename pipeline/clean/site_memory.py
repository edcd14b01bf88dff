"""Site memory: recognise the boilerplate of a host by what its pages have in common.

Every cleaned page is remembered as fingerprints of its blocks (64-bit hashes, no words), in the
order in which pages are loaded. The warehouse keeps these pages in Postgres;
``MemorySiteMemory`` keeps them in the process, for ``dateline extract`` and for tests.

**Counting** (``History``). A block is counted by the different stories that hold it:

* Pages that tell one story (an agency report twice, an AMP page, a live blog under a new URL) count
  once.
* A block has an *active period*. Where it is absent for much longer than its usual gap, the period
  ends (a redesign, the end of a campaign) and a later appearance starts a new count. So the
  boilerplate of an old design fades, and a page is compared with pages of its own time, also when
  it is cleaned again years later.

**Deciding** (``cut_recurring``). A block that ``MIN_STORIES`` different stories of a host hold is
boilerplate, with three exceptions (``Threshold``), which ``benchmarks/memory/site_memory.py``
measures:

* A short line between the first and the last sentence that only this article holds may be a
  subhead ("What happens next?"). It needs more stories, and a share of the host's pages.
* A sentence must be on most of the host's pages, or on several that name different people and
  places: newsrooms repeat background, and end many a story alike ("The trial continues.").
* A sentence between others, or one that names the people and places of the article around it, is
  the article's own unless most of the host's pages hold it.

If the sentences to remove make up more than half of a text's words, only those are removed that
also occur in several stories with more sentences of their own (``_keep_most_of_the_text``). Short
copies of one story, notices of one form and weather reports consist of little else.
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
from pipeline.line_rules.calendar_words import AM_PM, ENGLISH_MONTH, ENGLISH_WEEKDAY
from pipeline.models import Article
from pipeline.text import normalise, storable, word_count

NO_HOST = ""
"""The host of texts without a URL and of local files; they may come from several sites."""
WINDOW = 300
"""How many pages of a host are compared before a page, and how many after it."""
MIN_STORIES = 3
"""Different stories that must hold a block before it is boilerplate."""
MIN_STORIES_STRICT = 6
"""The same for a block that may be the article's own, such as a subhead."""
MIN_SHARE = 0.3
"""Share of the host's pages that must hold a short line that may be a subhead."""

# Which form of a block is counted (block_fingerprint, template_fingerprint, host_of).
_FOLDED_WORDS = 12
"""Numbers are folded in lines up to this length; longer lines are rarely counters or dates."""
_TEMPLATE_WORDS = 10
_HOST_VARIANT = re.compile(r"^(www\d?|m|mobile|amp)\.(?=[^.:]+\.)")
_NUMBER = re.compile(r"(?<![^\W_])\d+(?:[.,:/]\d+)*(?:st|nd|rd|th|[ap]m|[kmh])?\b")
_CALENDAR = re.compile(rf"\b(?:{ENGLISH_MONTH.lower()}|{ENGLISH_WEEKDAY.lower()}|{AM_PM})(?!\w)\.?")
_PLURAL = re.compile(r"(?<=0 )(\w{2,})s\b")
_NAME = r"[^\W\d_a-z][\w'’.-]*"
_NAMES = re.compile(rf"{_NAME}(?:\s+{_NAME})+|(?<=\s){_NAME}")
"""Capitalised words; a single one at the start of the line does not count."""
_MIDDLE_NAME = re.compile(r"(?<=[\w,;:’'”\"] )[“\"‘'(]?([^\W\d_a-z]\w{2,})")
_NAMES_KEPT = 12
"""Names remembered for a page: its most frequent ones."""
_FULL_STOP = re.compile(r"[^.…!?\s][.。][”\"’')\]»]*$")

# How occurrences are counted (History).
_MIN_GAP = 10
"""A block's active period never ends at an absence of fewer pages."""
_GAP_FACTOR = 8
"""Its active period ends at an absence of 8 usual gaps. By chance alone a block on every tenth page
is absent for 80 pages once in 4,600 times (0.9 ** 80)."""
_MAX_GAP = timedelta(days=365)
_MIN_SPAN = 10
"""A share is computed over at least this many pages, if the host has them."""
_COMMON_PAGES, _COMMON_SHARE = 8, 0.4
"""A sentence on this many pages and this share of them does not identify a story."""
_SAME_STORY_SHARE = 0.5
_SAME_STORY_SENTENCES = 2
_RELATED_NAMES = 2
"""Names that two pages must have in common to be on one topic."""
_TOPIC_SHARE = 0.5
_TOPIC_LIFT = 2
"""A block belongs to one topic if at least half of the other pages that hold it are on the topic of
the page in question, and twice the share of the pages that do not hold it."""
_MIN_OTHER_PAGES = 3
_MIN_OTHER_STORIES = 2
_RECENT_HOLDERS = 6
"""Latest pages with a block that are compared for the same story; bounds the work a page."""

# When a block is boilerplate (cut_recurring).
_SENTENCE_SHARE = 0.1
_MOST_PAGES = 0.6
_NO_HOST_FACTOR = 2
"""Texts without a URL may come from several sites, so twice the stories are required."""
_SUBHEAD_WORDS = 4
_LOOSE_END = re.compile(r"[-–—|»›>→•*]$")

# What MemorySiteMemory keeps indexed.
_CHUNK = 200
_CACHED_PAGES = 30_000
"""Pages in the indexed histories that are kept, about 4 kB each."""


def fingerprint(block: str) -> int:
    """Return a block's signed 64-bit fingerprint (blake2b of its normalised text).

    It must never change, since it is a key of stored rows. 64 bits give one accidental collision in
    about 5e9 blocks (birthday bound), and a collision matters only within one host.
    """
    return _signed(hashlib.blake2b(normalise(block).encode(), digest_size=8).digest())


def block_fingerprint(block: str) -> int:
    """Return the fingerprint under which a block is counted.

    In a short line numbers, months and weekdays are folded first, so that "12 comments" and
    "1 comment" count as one block that varies. Sentences and longer lines keep their numbers.

    >>> block_fingerprint("Page 2 of 9") == block_fingerprint("Page 3 of 9")
    True
    """
    return fingerprint(_folded(block))


def template_fingerprint(block: str) -> int | None:
    """Return the fingerprint of a short line without its names, or None where little is left.

    >>> one, two = "By Ida Marlow · 4 min read", "By Jon Ash · 12 min read"
    >>> template_fingerprint(one) == template_fingerprint(two)
    True
    """
    if word_count(block) > _TEMPLATE_WORDS or ends_with_full_stop(block):
        return None
    without = _NAMES.sub("¤", block)
    literal = re.findall(r"[^\W\d_]{2,}", without)
    return fingerprint(f"¤ {_folded(without)}") if without != block and len(literal) > 1 else None


def ends_with_full_stop(block: str) -> bool:
    """Return True for "The trial continues.", False for "Subscribe now!" and "Loading ..."."""
    return bool(_FULL_STOP.search(block))


def names_in(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield the capitalised words that do not start a sentence.

    In German these include every noun, which still tells one topic from another.
    """
    for block in blocks:
        yield from _MIDDLE_NAME.findall(block.text)


def page_key(url: str) -> int:
    """Return a page's key: the first 8 bytes of its canonical URL's MD5, as SQL can index it."""
    known = storable(url)
    with suppress(UsageError):  # not a URL: the words of a text that came without one
        known = urls.canonical_url(known)
    return _signed(hashlib.md5(known.encode(), usedforsecurity=False).digest()[:8])


def host_of(url: str | None) -> str:
    """Return the name under which a page's host is remembered.

    This is host and port without "www.", "m." or "amp.", which show the same boilerplate. It is not
    the registrable domain: the blogs of one provider, and the sections of one publisher that have
    subdomains, use templates of their own.
    """
    return _HOST_VARIANT.sub("", urls.authority(url)) if url else NO_HOST


def _folded(block: str) -> str:
    plain = normalise(block)
    is_short = word_count(plain) <= _FOLDED_WORDS and not ends_with_full_stop(block)
    if not is_short or not _NUMBER.search(plain):
        return plain
    return _PLURAL.sub(r"\1", _CALENDAR.sub("0", _NUMBER.sub("0", plain)))


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest, "big", signed=True)


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page as site memory keeps it: the fingerprints of its blocks."""

    host: str
    key: int
    """See ``page_key``."""
    lines: tuple[int, ...]
    """Fingerprints of headlines, promos, subheads and stray lines."""
    sentences: tuple[int, ...]
    """Fingerprints of blocks of prose."""
    names: tuple[int, ...] = ()
    """Hashes of the most frequent names, by which pages on one topic are recognised."""
    seen_at: datetime | None = None


def seen_page(article: Article, blocks: Iterable[Block]) -> SeenPage:
    """Return the page to remember; the key of a text without a URL is made from its words.

    Args:
        article: for its URL.
        blocks: its blocks after the patterns were applied; only those kept are remembered.
    """
    url = article.canonical_url or article.url
    kept = [block for block in blocks if block.kept]
    lines = [block.text for block in kept if not block.is_prose]
    counted = {block_fingerprint(line) for line in lines}
    counted |= {found for line in lines if (found := template_fingerprint(line)) is not None}
    return SeenPage(
        host=storable(host_of(url)),
        key=page_key(url or normalise(article.text or "")),
        lines=tuple(sorted(counted)),
        sentences=tuple(sorted({block_fingerprint(b.text) for b in kept if b.is_prose})),
        names=_most_frequent_names(kept),
    )


def _most_frequent_names(blocks: Iterable[Block]) -> tuple[int, ...]:
    counts = Counter(names_in(blocks))
    top = sorted(counts, key=lambda name: (-counts[name], name))[:_NAMES_KEPT]
    return tuple(sorted({zlib.crc32(name.encode()) - 2**31 for name in top}))


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How often a block occurs in the active period around a page."""

    stories: int = 0
    """Different stories that hold it."""
    share: float = 0.0
    """Share of the host's pages, from its first occurrence to its last, that hold it."""
    is_one_topic: bool = False
    """Whether most of the other pages that hold it name the same people and places."""


class History:
    """Consecutive pages of one host, oldest first, indexed by their blocks.

    Args:
        pages: in the order of loading; a page's index here is called its position.
    """

    def __init__(self, pages: Sequence[SeenPage]) -> None:
        self._pages = pages
        self._positions = {page.key: position for position, page in enumerate(pages)}
        self._by_block: dict[int, list[int]] = defaultdict(list)
        self._by_name: dict[int, list[int]] = defaultdict(list)
        for position, page in enumerate(pages):
            for block in (*page.lines, *page.sentences):
                self._by_block[block].append(position)
            for name in page.names:
                self._by_name[name].append(position)
        self._stories = list(self._story_numbers())

    def __len__(self) -> int:
        """Count the pages."""
        return len(self._pages)

    def __contains__(self, key: object) -> bool:
        """Return whether the page of this key is among them."""
        return key in self._positions

    def occurrences(self, block: int, key: int) -> Occurrences:
        """Return how often a block occurs around a page.

        Args:
            block: its fingerprint.
            key: the page's key; a page that is not in the history comes after all others.
        """
        holders = self._by_block.get(block)
        if not holders:
            return Occurrences()
        period = self._active_period(holders, self._positions.get(key, len(self._pages)))
        if not period:
            return Occurrences()
        span = max(period[-1] - period[0] + 1, min(_MIN_SPAN, len(self._pages)))
        stories = len({self._stories[position] for position in period})
        return Occurrences(stories, len(period) / span, self._is_one_topic(key, period))

    def _is_one_topic(self, key: int, period: list[int]) -> bool:
        """Return whether the pages with a block are on this page's topic, more than others are.

        Two pages with two names in common are on one topic. On a host that covers a single topic
        this holds for all pages and means nothing, hence the comparison with the pages that do not
        hold the block; with fewer than three of those the answer is False.
        """
        position = self._positions.get(key)
        others = len(self._pages) - len(period)
        if position is None or len(period) < 2 or others < _MIN_OTHER_PAGES:
            return False
        shared = Counter(at for name in self._pages[position].names for at in self._by_name[name])
        related = {at for at, count in shared.items() if count >= _RELATED_NAMES} - {position}
        inside = len(related.intersection(period)) / (len(period) - (position in period))
        outside = len(related.difference(period)) / others
        return inside >= _TOPIC_SHARE and inside >= _TOPIC_LIFT * outside

    def _active_period(self, holders: list[int], position: int) -> list[int]:
        """Return the positions that are linked to this one without an unusually long gap."""
        gap = median(after - before for before, after in pairwise(holders)) if holders[1:] else 1
        longest = max(_MIN_GAP, _GAP_FACTOR * gap)
        first = last = bisect_left(holders, position)
        at = position
        while first and self._is_usual_gap(holders[first - 1], at, longest):
            first -= 1
            at = holders[first]
        at = position
        while last < len(holders) and self._is_usual_gap(at, holders[last], longest):
            at = holders[last]
            last += 1
        return holders[first:last]

    def _is_usual_gap(self, before: int, after: int, longest: float) -> bool:
        if after - before > longest:
            return False
        start = self._pages[before].seen_at
        end = self._pages[after].seen_at if after < len(self._pages) else None
        return start is None or end is None or end - start <= _MAX_GAP

    def occurs_in_longer_stories(
        self, block: int, key: int, recurring: Set[int], *, with_lines: bool = False
    ) -> bool:
        """Return whether most stories with a block, and several, have more text of their own.

        True for the host's own wording, which stands under any article. False for sentences that
        only copies of one story, or reports of one form, share: these hold little else.

        Args:
            block: the fingerprint of a block of the page in question.
            key: that page's key.
            recurring: fingerprints of the blocks of that page that recur, this one included.
            with_lines: count lines that no other page has as sentences; the text's own sentences
                may be too short to count as prose.
        """
        holders = self._by_block.get(block, [])
        together = {
            each
            for each in recurring
            if self._occur_together(holders, self._by_block.get(each, []))
        }
        has_own_text: dict[int, bool] = {}
        for position in self._active_period(holders, self._positions.get(key, len(self._pages))):
            page = self._pages[position]
            own = len(set(page.sentences) - recurring)
            if with_lines or block not in page.sentences:
                own += sum(len(self._by_block[line]) == 1 for line in page.lines)
            shared = len(together & {*page.lines, *page.sentences})
            has_own_text[self._stories[position]] = page.key != key and shared < own
        count = sum(has_own_text.values())
        return count >= _MIN_OTHER_STORIES and 2 * count >= len(has_own_text) - 1

    @staticmethod
    def _occur_together(holders: list[int], others: list[int]) -> bool:
        return 2 * len({*holders} & {*others}) > max(len(holders), len(others))

    def _story_numbers(self) -> Iterator[int]:
        """Yield for each page the number of its story.

        A page tells the story of an earlier page if they share half of the sentences of the shorter
        one, and at least two; otherwise it starts a new story. The most common sentences are left
        out, because boilerplate would join different stories.
        """
        stories: list[int] = []
        sizes: list[int] = []
        holders: dict[int, list[int]] = defaultdict(list)
        common = max(_COMMON_PAGES, _COMMON_SHARE * len(self._pages))
        for position, page in enumerate(self._pages):
            own = self._identifying_blocks(page, common)
            shared = Counter(at for block in own for at in holders[block][-_RECENT_HOLDERS:])
            story = position
            for at, count in shared.most_common(1):
                smaller = min(len(own), sizes[at])
                required = max(_SAME_STORY_SHARE * smaller, min(_SAME_STORY_SENTENCES, smaller))
                story = stories[at] if count >= required else position
            for block in own:
                holders[block].append(position)
            stories.append(story)
            sizes.append(max(len(own), len(page.sentences)))
            yield story

    def _identifying_blocks(self, page: SeenPage, common: float) -> tuple[int, ...]:
        """Return the blocks by which the page's story is recognised on other pages of its host.

        As a rule these are the sentences that fewer than ``common`` pages of the host share. If
        most sentences are shared by more pages, the host shows one story many times, and all
        sentences are taken; if there are fewer than ``_SAME_STORY_SENTENCES`` of those, they may be
        a note below every text, and the rare lines are taken as well.
        """
        rare = tuple(block for block in page.sentences if len(self._by_block[block]) < common)
        if len(page.sentences) - len(rare) <= len(rare):
            return rare
        if len(page.sentences) - len(rare) >= _SAME_STORY_SENTENCES:
            return page.sentences
        lines = (block for block in page.lines if len(self._by_block[block]) < common)
        return (*page.sentences, *lines)


class PageHistory(Protocol):
    """What the cleaner asks about the blocks of one page: ``History``, or a part of it."""

    def __len__(self) -> int:
        """Count the pages of the host."""

    def occurrences(self, block: int, key: int) -> Occurrences:
        """Return how often a block occurs around the page of this key."""

    def occurs_in_longer_stories(
        self, block: int, key: int, recurring: Set[int], *, with_lines: bool = False
    ) -> bool:
        """Return whether most stories with a block, and several, have more text of their own."""


class SiteMemory(Protocol):
    """Pages by host, in the order in which they were first seen."""

    def remember(self, pages: Sequence[SeenPage]) -> None:
        """Store these pages; a known page keeps its position and gets its new blocks."""

    def history(self, host: str, key: int) -> PageHistory:
        """Return at least the ``WINDOW`` pages of the host before a page, and those after it.

        A page that was never remembered comes after all others.
        """


class MemorySiteMemory:
    """A site memory that lasts as long as its process."""

    def __init__(self) -> None:
        self._pages: dict[str, list[SeenPage]] = defaultdict(list)
        self._positions: dict[tuple[str, int], int] = {}
        self._indexed: dict[tuple[str, int], History] = {}

    def remember(self, pages: Sequence[SeenPage]) -> None:
        """Store these pages; a known page keeps its position and gets its new blocks."""
        for page in pages:
            known = self._pages[page.host]
            position = self._positions.setdefault((page.host, page.key), len(known))
            known[position : position + 1] = [page]
        self._indexed.clear()

    def history(self, host: str, key: int) -> History:
        """Return at least the ``WINDOW`` pages of the host before a page, and those after it."""
        pages = self._pages.get(host, [])
        chunk = self._positions.get((host, key), len(pages)) // _CHUNK
        found = self._indexed.pop((host, chunk), None)
        if found is None:
            start = chunk * _CHUNK
            found = History(pages[max(0, start - WINDOW) : start + _CHUNK + WINDOW])
            self._evict(len(found))
        self._indexed[host, chunk] = found
        return found

    def _evict(self, pages: int) -> None:
        """Drop the least recently used histories until this many pages fit."""
        held = sum(map(len, self._indexed.values())) + pages
        while held > _CACHED_PAGES and self._indexed:
            held -= len(self._indexed.pop(next(iter(self._indexed))))


@dataclass(frozen=True, slots=True)
class Threshold:
    """What the occurrences of a block must reach for the block to be boilerplate."""

    stories: int
    share: float = 0.0
    on_several_topics: bool = False
    """Whether pages that are all on one topic do not suffice."""

    def is_met(self, found: Occurrences, factor: int = 1) -> bool:
        """Return whether the occurrences suffice.

        Args:
            found: the block's occurrences.
            factor: how many times the stories are required.
        """
        if self.on_several_topics and found.is_one_topic:
            return False
        return found.stories >= factor * self.stories and found.share >= self.share


def cut_recurring(history: PageHistory, page: SeenPage, blocks: list[Block]) -> None:
    """Take out the kept blocks that are boilerplate of the host, with reason ``site_memory``.

    Args:
        history: the pages around the page, this one included where it was remembered.
        page: the page that is cleaned.
        blocks: its blocks; changed in place.
    """
    if len(history) < MIN_STORIES:
        return
    kept = [block for block in blocks if block.kept]
    found = [history.occurrences(block_fingerprint(block.text), page.key) for block in kept]
    factor = _NO_HOST_FACTOR if page.host == NO_HOST else 1
    first, last = _own_sentences(kept, found)
    own = {*names_in(b for b, f in zip(kept, found, strict=True) if f.stories < MIN_STORIES)}
    going: dict[int, Occurrences] = {}
    for place, (block, occurrences) in enumerate(zip(kept, found, strict=True)):
        inside = first < place < last
        thresholds = _thresholds(block, inside, own)
        if not inside and occurrences.stories < MIN_STORIES and not _is_sentence(block):
            template = template_fingerprint(block.text)
            if template is not None:
                occurrences = history.occurrences(template, page.key)
            thresholds = (Threshold(MIN_STORIES_STRICT, MIN_SHARE),)
        elif inside and not _is_sentence(block) and _cannot_be_subhead(kept, found, place):
            thresholds = (Threshold(MIN_STORIES, MIN_SHARE),)
        if any(threshold.is_met(occurrences, factor) for threshold in thresholds):
            going[place] = occurrences
    _keep_most_of_the_text(history, page, kept, going)
    for place, occurrences in going.items():
        kept[place].reason, kept[place].article_count = "site_memory", occurrences.stories


def _keep_most_of_the_text(
    history: PageHistory, page: SeenPage, blocks: list[Block], going: dict[int, Occurrences]
) -> None:
    """Where sentences with over half of a text's words are to go, keep the text's own."""
    words = {n: word_count(block.text) for n, block in enumerate(blocks) if _is_sentence(block)}
    lost = {n: block_fingerprint(blocks[n].text) for n in words.keys() & going.keys()}
    if 2 * sum(words[n] for n in lost) <= sum(words.values()):
        return
    recurring = {*lost.values()}
    is_text_left = len(lost) < len(words)
    for place, block in lost.items():
        if not history.occurs_in_longer_stories(
            block, page.key, recurring, with_lines=is_text_left
        ):
            del going[place]


def _thresholds(block: Block, inside: bool, own_names: set[str]) -> tuple[Threshold, ...]:
    """Return the thresholds for a block; meeting one of them is enough.

    Args:
        block: a kept block.
        inside: whether it stands between sentences of the article's own.
        own_names: names that the article's own blocks mention.
    """
    if _is_sentence(block):
        if inside or not own_names.isdisjoint(names_in([block])):
            return (Threshold(MIN_STORIES_STRICT, _MOST_PAGES, True),)
        if not block.is_prose:
            return (Threshold(MIN_STORIES_STRICT, MIN_SHARE, True),)
        return (
            Threshold(MIN_STORIES, _MOST_PAGES),
            Threshold(MIN_STORIES_STRICT, _SENTENCE_SHARE, True),
        )
    if not inside:
        return (Threshold(MIN_STORIES),)
    is_subhead = word_count(block.text) <= _SUBHEAD_WORDS
    return (Threshold(MIN_STORIES_STRICT if is_subhead else MIN_STORIES, MIN_SHARE),)


def _is_sentence(block: Block) -> bool:
    return block.is_prose or ends_with_full_stop(block.text)


def _cannot_be_subhead(blocks: list[Block], found: list[Occurrences], place: int) -> bool:
    """Return whether a line among sentences does not divide them as a subhead does.

    That is so where the text holds it several times, where it ends with a dash or an arrow
    ("Advertisement -"), and where a neighbour recurs as well: below a subhead there is a sentence
    of the article.
    """
    text = blocks[place].text
    if _LOOSE_END.search(text) or sum(block.plain == blocks[place].plain for block in blocks) > 1:
        return True
    neighbours = found[max(0, place - 1) : place] + found[place + 1 : place + 2]
    return any(Threshold(MIN_STORIES, MIN_SHARE).is_met(other) for other in neighbours)


def _own_sentences(blocks: list[Block], found: list[Occurrences]) -> tuple[int, int]:
    """Return the places of the first and the last sentence that no other story holds."""
    own = [
        place
        for place, (block, occurrences) in enumerate(zip(blocks, found, strict=True))
        if block.is_prose and occurrences.stories < MIN_STORIES
    ]
    return (own[0], own[-1]) if own else (len(blocks), -1)
