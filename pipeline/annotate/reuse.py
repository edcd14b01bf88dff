"""Remembers what the encoder said of the windows it has read, so that a process reads none twice.

A window's scores depend on nothing but its own pieces and shapes (one window a run: see
``tagger.feed``), so what is remembered is what would be read again, bit for bit: copies under
another headline, silent edits, a story's standing paragraphs. One memory serves one model. Knows
nothing of labels, of texts and of what came before in another process.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.annotate.windows import Window

    Scores = tuple[NDArray[np.float32], ...]

LIMIT = 16_000_000
"""Bytes remembered: 700 full windows, the last 170 articles or so."""
_OVERHEAD = 500
"""Bytes of an entry beside key and scores: the dictionary's link, two array headers, a tuple."""


@dataclass
class WindowMemory:
    """The scores of the windows used last; the one that was not asked for longest goes first.

    `read` and `reused` count windows since the process began: runs of the encoder, and runs saved.
    """

    limit: int = LIMIT
    read: int = 0
    reused: int = 0
    size: int = 0
    _known: OrderedDict[bytes, Scores] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def scores(self, window: Window, read: Callable[[Window], Scores]) -> Scores:
        """Return the window's scores, one array a head with one row a unit; `read` gives new ones.

        The arrays are shared with later callers: never write into them.
        """
        key = _key(window)
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
                self.reused += 1
                return found
        found = read(window)
        with self._lock:
            self.read += 1
            self._keep(key, found)
        return found

    def _keep(self, key: bytes, scores: Scores) -> None:
        # Another thread may have read the same window meanwhile.
        if key not in self._known:
            self._known[key] = scores
            self.size += _bytes(key, scores)
        while self.size > self.limit:
            self.size -= _bytes(*self._known.popitem(last=False))


def _key(window: Window) -> bytes:
    """Return all that the scores depend on.

    Not a digest, so no two windows can meet; and with the places of the units, since "..." as one
    token and as three have the same pieces.
    """
    numbers = [len(window.pieces), *window.pieces, *window.shapes, *window.firsts]
    return array("I", numbers).tobytes()


def _bytes(key: bytes, scores: Scores) -> int:
    return len(key) + sum(head.nbytes for head in scores) + _OVERHEAD
