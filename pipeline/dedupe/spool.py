"""A candidate store for one run over one input: fingerprints in memory, texts in a file.

Holds 100,000 articles in about 100 MB. Knows nothing of relations, and keeps nothing past the run.
"""

from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from hashlib import blake2b
from typing import IO

import numpy as np
import numpy.typing as npt

from pipeline.dedupe.candidates import HOT_KEY_LIMIT, CandidateText
from pipeline.dedupe.fingerprints import fingerprints

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
