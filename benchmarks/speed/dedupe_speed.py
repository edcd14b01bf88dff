"""Measure duplicate detection beside datasketch: ``python -m benchmarks.speed.dedupe_speed``.

Times are CPU seconds of this process on one core; the texts are those of ``dedup``. The ratio is
printed too, since absolute times depend on the machine and its load.
"""

import io
import random
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

from datasketch import MinHash  # type: ignore[import-untyped]

from benchmarks.copies.bases import read_rows
from benchmarks.data import data_folder
from pipeline.dedupe.candidates import OnDiskCandidates
from pipeline.dedupe.compare import hash_text, relate
from pipeline.dedupe.fingerprints import fingerprints
from pipeline.dedupe.matching import find_matches

PAIRS = 3_000
ROUNDS = 3


def measure(data: Path) -> dict[str, float]:
    """Time the steps.

    Returns:
        ``signatures_per_second``, ``datasketch_per_second`` (MinHash of 128 over 5-grams),
        ``milliseconds_per_pair`` (comparison, both texts prepared each time), ``ratio``,
        ``lookup_milliseconds`` (candidates and relations of one text among all), ``n``.
    """
    texts = [row["text"] for row in read_rows(data)]
    ours = seconds(lambda: [fingerprints(text) for text in texts])
    theirs = seconds(lambda: [minhash(text) for text in texts], rounds=1)
    pairs = random.Random(3).sample(list(combinations(range(300), 2)), PAIRS)
    verify = seconds(
        lambda: [relate(hash_text(1, texts[a]), hash_text(2, texts[b])) for a, b in pairs], rounds=1
    )
    store = OnDiskCandidates(io.BytesIO())
    for text in texts:
        store.add(text)
    store.candidates(0, [])
    whole = seconds(lambda: find_matches(range(len(texts)), store), rounds=1)
    return {
        "n": len(texts),
        "signatures_per_second": len(texts) / ours,
        "datasketch_per_second": len(texts) / theirs,
        "ratio": theirs / ours,
        "milliseconds_per_pair": 1000 * verify / PAIRS,
        "lookup_milliseconds": 1000 * whole / len(texts),
    }


def minhash(text: str) -> MinHash:
    """Return datasketch's signature of a text."""
    words = text.lower().split()
    signature = MinHash(num_perm=128)
    signature.update_batch([" ".join(words[at : at + 5]).encode() for at in range(len(words))])
    return signature


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the smallest CPU time of ``rounds`` calls, in seconds."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times)


def main() -> None:
    """Print the figures."""
    for name, value in measure(data_folder()).items():
        sys.stdout.write(f"{name:24} {value:10,.2f}\n")


if __name__ == "__main__":
    main()
