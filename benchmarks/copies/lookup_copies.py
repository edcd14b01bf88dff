"""Texts for the benchmark of copy look-ups: real articles, and three kinds of copies of each.

One text in five ends with its outlet's boilerplate, 40 words that cleaning left. A copy belongs to
another outlet than its original.
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
BOILERPLATE_EVERY = 5
"""Every fifth text ends with boilerplate."""
_BOILERPLATE_WORDS = 40
_MIN_WORDS = 150


@dataclass(frozen=True, slots=True)
class Planted:
    """A text to store or to look up."""

    outlet: int
    """From 0."""
    text: str
    kind: str = "original"
    original: int = -1
    """Index of its original among the originals; of itself if it is an original."""


def originals(data: Path, count: int) -> list[Planted]:
    """Return up to ``count`` real articles of 150 words and more, assigned to outlets in turn."""
    texts = [row["text"] for row in read_rows(data) if row["variant_kind"] == "original"]
    long_ones = [text for text in texts if len(text.split()) >= _MIN_WORDS][:count]
    return [
        Planted(
            number % OUTLETS, _with_boilerplate(text, number, number % OUTLETS), "original", number
        )
        for number, text in enumerate(long_ones)
    ]


def copies(given: Sequence[Planted]) -> list[Planted]:
    """Return one copy of each kind for every original, each in another outlet."""
    made = []
    for number, original in enumerate(given):
        outlet = (original.outlet + 1) % OUTLETS
        words, other = _own_words(original), _own_words(given[number - 1])
        draw = random.Random(number)
        half = len(words) // 2
        padding = (other * (1 + len(words) // len(other)))[: len(words)]
        variants = (
            [draw.choice(other) if draw.random() < 0.1 else word for word in words],
            words[:half],
            [*padding[:half], *words, *padding[half:]],
        )
        made += [
            Planted(
                outlet, _with_boilerplate(" ".join(variant), number + place, outlet), kind, number
            )
            for place, (kind, variant) in enumerate(zip(KINDS, variants, strict=True), 1)
        ]
    return made


def boilerplate(outlet: int) -> str:
    """Return the boilerplate of an outlet: 40 generated words."""
    draw = random.Random(f"furniture {outlet}")  # the seed of the recorded figures
    return " ".join(f"w{draw.randrange(500)}" for _ in range(_BOILERPLATE_WORDS))


def fingerprint_counts(data: Path) -> list[int]:
    """Return the number of fingerprints of real articles at each of 100 percentiles."""
    texts = [row["text"] for row in read_rows(data) if row["variant_kind"] == "original"]
    held = [len(fingerprints(text)) for text in texts]
    return [int(count) for count in np.percentile(held, np.arange(0.5, 100))]


def _with_boilerplate(text: str, number: int, outlet: int) -> str:
    return text if number % BOILERPLATE_EVERY else f"{text}\n\n{boilerplate(outlet)}"


def _own_words(planted: Planted) -> list[str]:
    return planted.text.removesuffix(boilerplate(planted.outlet)).split()
