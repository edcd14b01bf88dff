"""Candidate stores: where to find the texts that share fingerprints with a given one.

``CandidateStore`` is the interface. The warehouse implements it on Postgres; ``OnDiskCandidates``
implements it for one run of ``dateline dedupe``, with fingerprints in memory and texts in a file
(100,000 articles take about 100 MB of memory).
"""

from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import IO, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.dedupe.fingerprints import fingerprints

MAX_TEXTS_PER_FINGERPRINT = 64
"""Texts taken for one fingerprint: one of a page's boilerplate may be in a hundred thousand."""


@dataclass(frozen=True, slots=True)
class CandidateText:
    """One text; its outlet helps to recognise boilerplate, its time to find the original."""

    id: int
    text: str
    source: str | None = None
    """The outlet, None where it is not known."""
    published_at: datetime | None = None


class CandidateStore(Protocol):
    """Finds texts by fingerprint and returns them by id."""

    def candidates(self, text_id: int, fingerprints: Sequence[int]) -> list[int]:
        """Return the ids of other texts that share a fingerprint with ``text_id``.

        They are ordered by the number of shared fingerprints, most first. Texts with equal numbers
        are always in the same order, by id or by content, as the store decides. At most
        ``MAX_TEXTS_PER_FINGERPRINT`` texts are taken for one fingerprint.
        """
        ...

    def texts(self, ids: Collection[int]) -> dict[int, CandidateText]:
        """Return the texts of these ids, without ids that no longer exist."""
        ...


_Keys = npt.NDArray[np.int64]
_Index = tuple[_Keys, npt.NDArray[np.int32], _Keys, _Keys]
"""Fingerprints ascending, the rank of the text of each, text numbers by rank, ranks by number."""


class OnDiskCandidates:
    """A ``CandidateStore`` that keeps its texts in a file and numbers them 0, 1, 2, … as added.

    Args:
        file: an empty file, open for reading and writing (``tempfile.TemporaryFile()``).
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._ends = array("q", [0])
        self._sources: list[str | None] = []
        self._keys = array("q")
        self._key_texts = array("i")
        self._digests = array("Q")
        self._index: _Index | None = None

    def add(self, text: str, source: str | None = None) -> int:
        """Add a text and return its number; all texts are added before candidates are asked for."""
        number = len(self._sources)
        self._file.seek(self._ends[-1])
        written = text.encode("utf-8", "surrogatepass")
        self._ends.append(self._ends[-1] + self._file.write(written))
        digest = blake2b(written, digest_size=8, key=(source or "").encode("utf-8", "replace")[:64])
        self._digests.append(int.from_bytes(digest.digest(), "little"))
        self._sources.append(source)
        keys = fingerprints(text)
        self._keys.extend(keys)
        self._key_texts.extend([number] * len(keys))
        return number

    def candidates(self, text_id: int, fingerprints: Sequence[int]) -> list[int]:
        """Return the texts that share a fingerprint (see ``CandidateStore``).

        Texts are ordered by a digest of their content where a choice must be made, so that the same
        rows in another order give the same groups. For a fingerprint of many texts, the nearest
        texts in this order are taken, as many before as after, so that a story with a thousand
        copies is still one connected group.
        """
        keys, text_ranks, numbers, ranks = self._sorted_index()
        wanted = np.array(fingerprints, dtype=np.int64)
        begins, ends = np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, "right")
        shared: Counter[int] = Counter()
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            shared.update(_nearest(text_ranks[begin:end], int(ranks[text_id])))
        shared.pop(int(ranks[text_id]), None)
        ordered = sorted(shared, key=lambda rank: (-shared[rank], rank))
        found: list[int] = numbers[ordered].tolist()
        return found

    def texts(self, ids: Collection[int]) -> dict[int, CandidateText]:
        """Return the texts of these numbers, read from the file."""
        return {each: CandidateText(each, self._read(each), self._sources[each]) for each in ids}

    def _read(self, number: int) -> str:
        begin, end = self._ends[number], self._ends[number + 1]
        self._file.seek(begin)
        return self._file.read(end - begin).decode("utf-8", "surrogatepass")

    def _sorted_index(self) -> _Index:
        """Return the index, which is built at the first call."""
        if self._index is None:
            numbers = np.argsort(np.array(self._digests), kind="stable")
            ranks = np.argsort(numbers)
            keys = np.array(self._keys)
            text_ranks = ranks[np.array(self._key_texts, dtype=np.int64)]
            order = np.lexsort((text_ranks, keys))
            self._index = keys[order], text_ranks[order].astype(np.int32), numbers, ranks
            del self._keys[:], self._key_texts[:]
        return self._index


def _nearest(text_ranks: npt.NDArray[np.int32], rank: int) -> list[int]:
    """Return the ranks around ``rank`` of ascending ones: itself and as many as are allowed."""
    first, end = 0, len(text_ranks)
    if end > MAX_TEXTS_PER_FINGERPRINT:
        place, half = int(np.searchsorted(text_ranks, rank)), MAX_TEXTS_PER_FINGERPRINT // 2
        first, end = max(0, place - half), place + half + 1
    nearest: list[int] = text_ranks[first:end].tolist()
    return nearest
