"""Two other methods of looking copies up: datasketch's LSH in memory, and MinHash as in datatrove.

Both get the shingles of the words that Dateline compares. The second is our own small version of
datatrove's deduplication (word 5-grams, 14 buckets of 8 hashes, one sorted index for each bucket);
datatrove's real stages stream these files and offer no look-ups.
"""

from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from datasketch import MinHash, MinHashLSH  # type: ignore[import-untyped]

from pipeline.dedupe.fingerprints import shingle_hashes, word_hashes

WIDTH = 5
PERMUTATIONS = 128
JACCARD = 0.5
BUCKETS, HASHES = 14, 8

_Kind = TypeVar("_Kind", np.uint64, np.uint32)
Numbers = npt.NDArray[np.uint64]


class Peer(Protocol):
    """A method that stores signatures of texts and finds texts with a similar one."""

    name: str
    piece: int
    """Texts inserted at once while the store is filled."""

    def __init__(self, folder: Path) -> None:
        """Create an empty store; ``folder`` is for its files."""

    def signature(self, text: str) -> Numbers:
        """Return what is stored of a text."""
        ...

    def made(self, count: int, seed: int) -> Numbers:
        """Return the signatures of ``count`` unrelated texts, one in each row."""
        ...

    def insert(self, first: int, signatures: Numbers) -> None:
        """Store signatures; the texts are numbered from ``first``."""
        ...

    def lookup(self, signature: Numbers) -> list[int]:
        """Return the numbers of the texts that may be copies."""
        ...

    def stored_bytes(self) -> int | None:
        """Return the bytes on disk, or None if everything is in memory."""
        ...


class Datasketch:
    """``MinHashLSH`` for Jaccard 0.5 with 128 permutations."""

    name = "datasketch MinHashLSH, memory"
    piece = 1000  # larger pieces would count as its memory

    def __init__(self, folder: Path) -> None:
        self._index = MinHashLSH(threshold=JACCARD, num_perm=PERMUTATIONS)
        self._blank = MinHash(num_perm=PERMUTATIONS)

    def signature(self, text: str) -> Numbers:
        """Return the 128 smallest hash values of the text's 5-grams."""
        words = text.lower().split()
        found = MinHash(
            num_perm=PERMUTATIONS, permutations=self._blank.permutations, scheme=self._blank.scheme
        )
        grams = [" ".join(words[at : at + WIDTH]) for at in range(max(1, len(words) - WIDTH + 1))]
        found.update_batch([gram.encode() for gram in grams])
        return np.asarray(found.hashvalues)

    def made(self, count: int, seed: int) -> Numbers:
        """Return random signatures."""
        draw = np.random.default_rng(seed)
        values = draw.integers(0, 2**32, (count, PERMUTATIONS), dtype=np.uint64)
        return values.astype(self._blank.hashvalues.dtype)

    def insert(self, first: int, signatures: Numbers) -> None:
        """Store signatures one by one."""
        for number, values in enumerate(signatures, first):
            self._index.insert(number, self._minhash(values), check_duplication=False)

    def lookup(self, signature: Numbers) -> list[int]:
        """Return the numbers of the texts that share a band."""
        return list(self._index.query(self._minhash(signature)))

    def stored_bytes(self) -> int | None:
        """Return None: the index is in memory."""
        return None

    def _minhash(self, values: Numbers) -> MinHash:
        return MinHash(
            hashvalues=values, permutations=self._blank.permutations, scheme=self._blank.scheme
        )


class DatatroveStyle:
    """Fourteen sorted files of (digest of 8 hashes, text number), with binary search."""

    name = "datatrove-style MinHash, files"
    piece = 1_000_000  # every insert rewrites all files

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        draw = np.random.default_rng(1)
        self._factors = draw.integers(1, 2**63, BUCKETS * HASHES, dtype=np.uint64) * 2 + 1
        self._summands = draw.integers(0, 2**63, BUCKETS * HASHES, dtype=np.uint64)
        self._open: list[tuple[Numbers, npt.NDArray[np.uint32]]] = [_NONE] * BUCKETS
        for bucket in range(BUCKETS):
            self._write(bucket, np.empty(0, np.uint64), np.empty(0, np.uint32))

    def signature(self, text: str) -> Numbers:
        """Return one digest for each bucket."""
        shingles = np.unique(shingle_hashes(word_hashes(text), WIDTH))
        least = (shingles[None, :] * self._factors[:, None] + self._summands[:, None]).min(axis=1)
        rows = least.reshape(BUCKETS, HASHES)
        return np.array([shingle_hashes(row, HASHES)[0] for row in rows], dtype=np.uint64)

    def made(self, count: int, seed: int) -> Numbers:
        """Return random digests."""
        return np.random.default_rng(seed).integers(0, 2**64, (count, BUCKETS), dtype=np.uint64)

    def insert(self, first: int, signatures: Numbers) -> None:
        """Merge a batch into every file, which rewrites the file."""
        numbers = np.arange(first, first + len(signatures), dtype=np.uint32)
        for bucket in range(BUCKETS):
            keys, texts = self._open[bucket]
            order = np.argsort(signatures[:, bucket], kind="stable")
            new = signatures[order, bucket]
            places = np.searchsorted(keys, new)
            self._write(
                bucket, np.insert(keys, places, new), np.insert(texts, places, numbers[order])
            )

    def lookup(self, signature: Numbers) -> list[int]:
        """Return the numbers of the texts that share a bucket's digest."""
        found: set[int] = set()
        for bucket, digest in enumerate(signature):
            keys, texts = self._open[bucket]
            begin, end = np.searchsorted(keys, digest), np.searchsorted(keys, digest, "right")
            found.update(texts[begin:end].tolist())
        return list(found)

    def stored_bytes(self) -> int | None:
        """Return the size of all files."""
        return sum(file.stat().st_size for file in self._folder.glob("*.npy"))

    def _write(self, bucket: int, keys: Numbers, texts: npt.NDArray[np.uint32]) -> None:
        self._open[bucket] = (
            _on_disk(self._folder / f"{bucket}.keys.npy", keys),
            _on_disk(self._folder / f"{bucket}.texts.npy", texts),
        )


_NONE = (np.empty(0, np.uint64), np.empty(0, np.uint32))


def _on_disk(file: Path, values: npt.NDArray[_Kind]) -> npt.NDArray[_Kind]:
    beside = file.with_suffix(".new.npy")
    np.save(beside, values)
    beside.replace(file)
    mapped: npt.NDArray[_Kind] = np.load(file, mmap_mode="r")
    return mapped


PEERS: dict[type[Peer], int] = {Datasketch: 100_000, DatatroveStyle: 1_000_000}
"""The most articles that each is given here: what its memory holds, or the time allows."""
