"""Texts for the look-ups' benchmark: real articles, and three kinds of copies of each.

One text in five ends with its outlet's furniture, 40 words that cleaning left; a copy stands in
another outlet than its original. Knows nothing of how copies are found.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.copies.bases import read_rows
from pipeline.dedupe.fingerprints import fingerprints

KINDS = ("edited 10 %", "first half", "inside 2×")
OUTLETS = 200
FRAMED_OF = 5
"""One text in so many carries furniture."""
_FURNITURE_WORDS = 40
_MIN_WORDS = 150


@dataclass(frozen=True, slots=True)
class Planted:
    """A text to store or to look up."""

    outlet: int
    """From 0."""
    text: str
    kind: str = "original"
    original: int = -1
    """Place of its original among the originals; its own where it is one."""


def originals(data: Path, count: int) -> list[Planted]:
    """Return real articles of 150 words and more, one outlet after the other."""
    texts = [row["text"] for row in read_rows(data) if row["variant_kind"] == "original"]
    long_ones = [text for text in texts if len(text.split()) >= _MIN_WORDS][:count]
    return [
        Planted(number % OUTLETS, _published(text, number, number % OUTLETS), "original", number)
        for number, text in enumerate(long_ones)
    ]


def copies(given: Sequence[Planted]) -> list[Planted]:
    """Return one copy of each kind for every original, each in another outlet."""
    made = []
    for number, original in enumerate(given):
        outlet = (original.outlet + 1) % OUTLETS
        words, other = _bare(original), _bare(given[number - 1])
        draw = random.Random(number)
        half = len(words) // 2
        frame = (other * (1 + len(words) // len(other)))[: len(words)]
        variants = (
            [draw.choice(other) if draw.random() < 0.1 else word for word in words],
            words[:half],
            [*frame[:half], *words, *frame[half:]],
        )
        made += [
            Planted(outlet, _published(" ".join(variant), number + place, outlet), kind, number)
            for place, (kind, variant) in enumerate(zip(KINDS, variants, strict=True), 1)
        ]
    return made


def furniture(outlet: int) -> str:
    """Return what stands below every text of an outlet."""
    draw = random.Random(f"furniture {outlet}")
    return " ".join(f"w{draw.randrange(500)}" for _ in range(_FURNITURE_WORDS))


def fingerprint_counts(data: Path) -> list[int]:
    """Return how many fingerprints the real articles have, at each of 100 percentiles."""
    texts = [row["text"] for row in read_rows(data) if row["variant_kind"] == "original"]
    held = [len(fingerprints(text)) for text in texts]
    return [int(count) for count in np.percentile(held, np.arange(0.5, 100))]


def _published(text: str, number: int, outlet: int) -> str:
    return text if number % FRAMED_OF else f"{text}\n\n{furniture(outlet)}"


def _bare(planted: Planted) -> list[str]:
    return planted.text.removesuffix(furniture(planted.outlet)).split()
