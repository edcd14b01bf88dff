"""Where the texts that may be copies of a new one come from: a port, and a store in memory.

The warehouse implements ``CandidateStore`` on Postgres. Knows nothing of how two texts relate.

A candidate store for one run over one input: fingerprints in memory, texts in a file.

Holds 100,000 articles in about 100 MB. Knows nothing of relations, and keeps nothing past the run.
"""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import IO, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.dedupe.fingerprints import fingerprints

HOT_KEY_LIMIT = 64
"""Texts taken for one fingerprint: a page's furniture may stand in a hundred thousand texts."""


@dataclass(frozen=True, slots=True)
class CandidateText:
    """One text with what tells furniture (``source``, the outlet) and the original (the time)."""

    id: int
    text: str
    source: str | None = None
    published_at: datetime | None = None


class CandidateStore(Protocol):
    """Finds texts by fingerprint and gives them back."""

    def candidates(self, text_id: int, fingerprints: Sequence[int]) -> list[int]:
        """Return the ids of texts that share a fingerprint, ``text_id`` itself left out.

        Ordered by the number of shared fingerprints, most first, then as the store likes but always
        the same: by id, or by what the texts say. At most
        ``HOT_KEY_LIMIT`` texts are taken for one fingerprint.
        """
        ...

    def texts(self, ids: Collection[int]) -> dict[int, CandidateText]:
        """Return the texts of these ids; ids that are gone are left out."""
        ...


class MemoryCandidates:
    """A ``CandidateStore`` in process, for tests and small sets."""

    def __init__(self, texts: Iterable[CandidateText] = ()) -> None:
        self._texts: dict[int, CandidateText] = {}
        self._holders: dict[int, list[int]] = {}
        for text in texts:
            self.add(text)

    def add(self, text: CandidateText) -> None:
        """Remember a text; adding the same id again replaces its text."""
        if text.id in self._texts:
            self._forget(text.id)
        self._texts[text.id] = text
        for key in fingerprints(text.text):
            self._holders.setdefault(key, []).append(text.id)

    def candidates(self, text_id: int, fingerprints: Sequence[int]) -> list[int]:
        """Return the ids of texts that share a fingerprint (see ``CandidateStore``)."""
        shared: Counter[int] = Counter()
        for key in fingerprints:
            shared.update(self._holders.get(key, ())[:HOT_KEY_LIMIT])
        shared.pop(text_id, None)
        return sorted(shared, key=lambda other: (-shared[other], other))

    def texts(self, ids: Collection[int]) -> dict[int, CandidateText]:
        """Return the texts of these ids."""
        return {each: self._texts[each] for each in ids if each in self._texts}

    def _forget(self, text_id: int) -> None:
        for key in fingerprints(self._texts.pop(text_id).text):
            self._holders[key].remove(text_id)


_Keys = npt.NDArray[np.int64]
_Index = tuple[_Keys, npt.NDArray[np.int32], _Keys, _Keys]


class SpooledCandidates:
    """A ``CandidateStore`` that numbers its texts 0, 1, 2, … as they come.

    The file is the caller's (``tempfile.TemporaryFile()``): open for reading and writing, empty.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._ends = array("q", [0])
        self._sources: list[str | None] = []
        self._keys = array("q")
        self._holders = array("i")
        self._digests = array("Q")
        self._index: _Index | None = None

    def add(self, text: str, source: str | None = None) -> int:
        """Keep a text and return its number; to be called before anything is asked."""
        number = len(self._sources)
        self._file.seek(self._ends[-1])
        written = text.encode("utf-8", "surrogatepass")
        self._ends.append(self._ends[-1] + self._file.write(written))
        digest = blake2b(written, digest_size=8, key=(source or "").encode("utf-8", "replace")[:64])
        self._digests.append(int.from_bytes(digest.digest(), "little"))
        self._sources.append(source)
        keys = fingerprints(text)
        self._keys.extend(keys)
        self._holders.extend([number] * len(keys))
        return number

    def candidates(self, text_id: int, fingerprints: Sequence[int]) -> list[int]:
        """Return the texts that share a fingerprint (see ``CandidateStore``).

        Where a choice must be made, texts are ordered by a digest of what they say, not by number:
        the same rows in another order give the same groups. Of a fingerprint with many holders the
        nearest are taken, as many before as after, so that a story with a thousand copies still
        hangs together.
        """
        keys, holders, numbers, ranks = self._sorted()
        wanted = np.array(fingerprints, dtype=np.int64)
        begins, ends = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, "right")
        shared: Counter[int] = Counter()
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            shared.update(_nearest(holders[begin:end], int(ranks[text_id])))
        shared.pop(int(ranks[text_id]), None)
        ordered = sorted(shared, key=lambda rank: (-shared[rank], rank))
        found: list[int] = numbers[ordered].tolist()
        return found

    def texts(self, ids: Collection[int]) -> dict[int, CandidateText]:
        """Return the texts of these numbers, read back from the file."""
        return {each: CandidateText(each, self._read(each), self._sources[each]) for each in ids}

    def _read(self, number: int) -> str:
        begin, end = self._ends[number], self._ends[number + 1]
        self._file.seek(begin)
        return self._file.read(end - begin).decode("utf-8", "surrogatepass")

    def _sorted(self) -> _Index:
        """Return fingerprints ascending, the rank of each one's holder, and ranks to numbers."""
        if self._index is None:
            numbers = np.argsort(np.array(self._digests), kind="stable")
            ranks = np.argsort(numbers)
            keys, holders = np.array(self._keys), ranks[np.array(self._holders, dtype=np.int64)]
            order = np.lexsort((holders, keys))
            self._index = keys[order], holders[order].astype(np.int32), numbers, ranks
            del self._keys[:], self._holders[:]
        return self._index


def _nearest(holders: npt.NDArray[np.int32], rank: int) -> list[int]:
    near: list[int]
    if len(holders) <= HOT_KEY_LIMIT:
        near = holders.tolist()
        return near
    place = int(np.searchsorted(holders, rank))
    near = holders[max(0, place - HOT_KEY_LIMIT // 2) : place + HOT_KEY_LIMIT // 2 + 1].tolist()
    return near
