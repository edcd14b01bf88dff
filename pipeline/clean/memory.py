"""Site memory: which blocks of text a host has shown before, page by page in the order of loading.

A page is remembered as the marks of its blocks: 64-bit fingerprints, no words. Knows nothing of
what makes a block furniture (``recurrence``) and of where pages are stored: the warehouse keeps
them in Postgres, ``MemorySiteMemory`` in process for the filters and the tests.
"""

import hashlib
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Protocol

from pipeline import urls
from pipeline.clean.blocks import Block
from pipeline.clean.history import WINDOW, History, SeenPage
from pipeline.errors import UsageError
from pipeline.records import Article
from pipeline.words import normalise, storable, word_count

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
