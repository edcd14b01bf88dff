"""Tags no stretch of text twice: what was found in it is remembered, and given again.

A stretch is the least that is tagged on its own: the windows of whole paragraphs, one as a rule,
several where a paragraph is longer than a window. Its spans depend on nothing but its pieces and
shapes (one window a run of the encoder, see ``tagger.feed``; one paragraph a path of the decoder),
so what is remembered is what would be found again, to the last bit: copies under another headline,
the untouched part of an edited story. One memory serves one model. Knows nothing of labels and
texts.
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

Place = tuple[int, int, str, float]
"""First unit and unit after the last, label, score of a span."""
Reading = tuple[tuple[Place, ...], ...]
"""What was found in a stretch, whose units count from 0: the spans of each head of the model."""
LIMIT = 16_000_000
"""Bytes remembered: about 4,000 windows, the last thousand articles."""
_ENTRY, _SPAN = 400, 180
"""Bytes of an entry and of each of its spans, as Python keeps them."""


class Memory(Protocol):
    """Readings by key."""

    def recall(self, keys: Collection[bytes]) -> dict[bytes, Reading]:
        """Return those that are known."""

    def keep(self, readings: Mapping[bytes, Reading]) -> None:
        """Remember these, for as long as the memory sees fit."""


@dataclass
class WindowMemory:
    """The memory of a process: what was not asked for longest goes first."""

    limit: int = LIMIT
    size: int = 0
    _known: OrderedDict[bytes, Reading] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def recall(self, keys: Collection[bytes]) -> dict[bytes, Reading]:
        """Return those that are known."""
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
            for key in found:
                self._known.move_to_end(key)
        return found

    def keep(self, readings: Mapping[bytes, Reading]) -> None:
        """Remember these; those unused for longest make room."""
        with self._lock:
            for key, reading in readings.items():
                if key not in self._known:
                    self._known[key] = reading
                    self.size += _bytes(reading)
            while self.size > self.limit:
                self.size -= _bytes(self._known.popitem(last=False)[1])


@dataclass(frozen=True, slots=True)
class Stretch:
    """Windows that are tagged together, as a document of their own whose tokens are its units."""

    key: bytes
    document: Encoded
    first_unit: int
    """Its place in the document that it was cut from."""


def tag_once(
    documents: Sequence[Encoded],
    memory: Memory,
    read: Callable[[list[Encoded]], list[Reading]],
    counts: Counter[str],
) -> list[Reading]:
    """Return what is found in each document, in tokens of the document.

    Args:
        documents: in any number; what they have in common is read once.
        memory: what was read before; gets what is read now.
        read: tags stretches, each as if it were a document, its tokens being its units.
        counts: ``windows_read`` and ``windows_reused`` are added to.
    """
    cut = [list(stretches(document)) for document in documents]
    asked = {stretch.key: stretch for each in cut for stretch in each}
    known = memory.recall(asked.keys())
    new = [stretch for key, stretch in asked.items() if key not in known]
    readings = read([stretch.document for stretch in new])
    found = {stretch.key: reading for stretch, reading in zip(new, readings, strict=True)}
    memory.keep(found)
    windows = sum(len(stretch.document.windows) for stretch in new)
    counts["windows_read"] += windows
    counts["windows_reused"] += sum(len(document.windows) for document in documents) - windows
    known |= found
    return [
        _joined(document, [(stretch.first_unit, known[stretch.key]) for stretch in each])
        for document, each in zip(documents, cut, strict=True)
    ]


def stretches(document: Encoded) -> Iterator[Stretch]:
    """Cut a document wherever a window begins with a paragraph."""
    beginnings = set(document.bounds)
    together: list[Window] = []
    for window in document.windows:
        if together and window.first_unit in beginnings:
            yield _stretch(document, together)
            together = []
        together.append(window)
    if together:
        yield _stretch(document, together)


def _stretch(document: Encoded, windows: list[Window]) -> Stretch:
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
    return Stretch(_key(windows), alone, first)


def _key(windows: list[Window]) -> bytes:
    """Return a digest of all that a reading depends on.

    With the places of the units, since "..." as one token and as three have the same pieces; the
    paragraphs' bounds show in the shapes.
    """
    digest = hashlib.blake2b(digest_size=16)
    for window in windows:
        numbers = [len(window.pieces), *window.pieces, *window.shapes, *window.firsts]
        digest.update(array("I", numbers).tobytes())
    return digest.digest()


def _joined(document: Encoded, readings: list[tuple[int, Reading]]) -> Reading:
    heads: list[list[Place]] = []
    for first, reading in readings:
        heads = heads or [[] for _ in reading]
        for spans, head in zip(reading, heads, strict=True):
            for start, end, label, score in spans:
                begin, last = document.tokens[first + start], document.tokens[first + end - 1]
                head.append((begin, last + 1, label, score))
    return tuple(tuple(head) for head in heads)


def _bytes(reading: Reading) -> int:
    return _ENTRY + _SPAN * sum(len(spans) for spans in reading)
