"""Tag each segment of text once: remember the spans found in it and reuse them.

A segment is the smallest part of a document that is tagged on its own: the windows of whole
paragraphs, as a rule one window, several where a paragraph is longer than a window. The spans of a
segment depend only on its word pieces and shapes, because the encoder runs on one window at a time
(see ``tagger.feed``) and the decoder on one paragraph. So the remembered spans are, to the last
bit, those that tagging again would find. Copies of a text under another headline and the unchanged
part of an edited story are therefore tagged only once. A cache must serve one model only.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from pipeline.annotate.tagging.windows import Encoded, Window

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

UnitSpan = tuple[int, int, str, float]
"""First unit, unit after the last, label and score of a span."""
FoundSpans = tuple[tuple[UnitSpan, ...], ...]
"""The spans of each head of the model; in a segment, units are counted from its first."""
LIMIT = 16_000_000
"""Bytes remembered: about 4,000 windows, the last thousand articles."""
_ENTRY, _SPAN = 400, 180
"""Bytes that Python needs for an entry and for each of its spans."""


class SpanCache(Protocol):
    """Spans of segments by key."""

    def get_many(self, keys: Collection[bytes]) -> dict[bytes, FoundSpans]:
        """Return the spans of those keys that are in the cache."""

    def put(self, spans: Mapping[bytes, FoundSpans]) -> None:
        """Store spans by key; the cache decides for how long."""


@dataclass
class WindowCache:
    """The cache of one process, in memory; it drops the least recently used entries."""

    limit: int = LIMIT
    size: int = 0
    """Bytes, estimated."""
    _known: OrderedDict[bytes, FoundSpans] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def get_many(self, keys: Collection[bytes]) -> dict[bytes, FoundSpans]:
        """Return the spans of those keys that are in the cache."""
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
            for key in found:
                self._known.move_to_end(key)
        return found

    def put(self, spans: Mapping[bytes, FoundSpans]) -> None:
        """Store spans by key, and drop the least recently used ones above the limit."""
        with self._lock:
            for key, found in spans.items():
                if key not in self._known:
                    self._known[key] = found
                    self.size += _bytes(found)
            while self.size > self.limit:
                self.size -= _bytes(self._known.popitem(last=False)[1])


@dataclass(frozen=True, slots=True)
class Segment:
    """Windows that are tagged together, as a document of their own whose tokens are its units."""

    key: bytes
    document: Encoded
    first_unit: int
    """The unit of the whole document at which the segment begins."""


def tag_with_cache(
    documents: Sequence[Encoded],
    cache: SpanCache,
    tag: Callable[[list[Encoded]], list[FoundSpans]],
    counts: Counter[str],
) -> list[FoundSpans]:
    """Return the spans of each document, as token numbers of the document.

    Args:
        documents: any number; a segment that several of them have is tagged once.
        cache: spans found earlier; the new ones are added.
        tag: tags segments, each as a document of its own whose tokens are its units.
        counts: ``windows_read`` and ``windows_reused`` are increased.
    """
    cut = [list(segments(document)) for document in documents]
    wanted = {segment.key: segment for each in cut for segment in each}
    known = cache.get_many(wanted.keys())
    new = [segment for key, segment in wanted.items() if key not in known]
    tagged = tag([segment.document for segment in new])
    found = {segment.key: spans for segment, spans in zip(new, tagged, strict=True)}
    cache.put(found)
    windows = sum(len(segment.document.windows) for segment in new)
    counts["windows_read"] += windows
    counts["windows_reused"] += sum(len(document.windows) for document in documents) - windows
    known |= found
    return [
        _joined(document, [(segment.first_unit, known[segment.key]) for segment in each])
        for document, each in zip(documents, cut, strict=True)
    ]


def segments(document: Encoded) -> Iterator[Segment]:
    """Cut a document wherever a window begins with a paragraph."""
    beginnings = set(document.bounds)
    together: list[Window] = []
    for window in document.windows:
        if together and window.first_unit in beginnings:
            yield _segment(document, together)
            together = []
        together.append(window)
    if together:
        yield _segment(document, together)


def _segment(document: Encoded, windows: list[Window]) -> Segment:
    first = windows[0].first_unit
    last = windows[-1].first_unit + len(windows[-1].firsts)
    alone = Encoded(
        [
            Window(each.pieces, each.shapes, each.firsts, each.first_unit - first)
            for each in windows
        ],
        list(range(last - first)),
        [bound - first for bound in document.bounds if first <= bound <= last],
    )
    return Segment(_key(windows), alone, first)


def _key(windows: list[Window]) -> bytes:
    """Return a digest of everything that the spans depend on.

    The positions of the units belong to it, since "..." as one token and as three tokens has the
    same pieces. The bounds of paragraphs are contained in the shapes.
    """
    digest = hashlib.blake2b(digest_size=16)
    for window in windows:
        numbers = [len(window.pieces), *window.pieces, *window.shapes, *window.firsts]
        digest.update(array("I", numbers).tobytes())
    return digest.digest()


def _joined(document: Encoded, parts: list[tuple[int, FoundSpans]]) -> FoundSpans:
    """Join the spans of segments, given with their first units, as token numbers."""
    heads: list[list[UnitSpan]] = []
    for first, found in parts:
        heads = heads or [[] for _ in found]
        for spans, head in zip(found, heads, strict=True):
            for start, end, label, score in spans:
                begin, last = document.tokens[first + start], document.tokens[first + end - 1]
                head.append((begin, last + 1, label, score))
    return tuple(tuple(head) for head in heads)


def _bytes(found: FoundSpans) -> int:
    return _ENTRY + _SPAN * sum(len(spans) for spans in found)
