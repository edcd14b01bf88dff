"""Turns documents into the encoder's windows with a label for every unit.

Tokens, pieces and windows come from `pipeline.annotate`, the code that runs at inference. Also
varies the text between epochs, because what is extracted from the web has other quotes and
headlines than the corpora.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from spacy.language import Language
    from spacy.tokens import Doc

    from pipeline.annotate.windows import Encoded, Encoder, Window
    from training.corpora import Document, Span

STRAIGHTEN = str.maketrans("“”‘’", "\"\"''")
SHARE_STRAIGHTENED = 0.35
SHARE_CURLED = 0.35
SHARE_SHOUTED = 0.04
"""Of the documents, those whose first paragraph (the headline, in PolNeAR) is set in capitals."""


@dataclass(frozen=True, slots=True)
class Example:
    """A window, the labels of its units, and the runs of units that one paragraph has in it.

    `runs` holds (first unit, end, whether the paragraph starts there), counted from the window's
    first unit.
    """

    window: Window
    labels: list[int]
    runs: list[tuple[int, int, bool]]
    task: str


def bio(roles: Sequence[str]) -> tuple[str, ...]:
    """Make the label set of a head: O first, then B- and I- of each role."""
    return ("O", *(f"{prefix}-{role}" for role in roles for prefix in "BI"))


def examples(
    document: Document, nlp: Language, encoder: Encoder, labels: Sequence[str]
) -> list[Example]:
    """Tokenise one document and cut it into labelled windows."""
    doc = nlp.make_doc(document.text)
    encoded = encoder.encode(doc)
    numbers = unit_labels(doc, encoded, document.spans, labels)
    return [_example(window, encoded.bounds, numbers, document.task) for window in encoded.windows]


def unit_labels(
    doc: Doc, encoded: Encoded, spans: Sequence[Span], labels: Sequence[str]
) -> list[int]:
    """Label the units whose middle character lies inside a span; the first of them with B-."""
    middles = [doc[token].idx + len(doc[token]) // 2 for token in encoded.tokens]
    numbers = [0] * len(middles)
    for start, end, role in spans:
        first = bisect_right(middles, start - 1)
        last = bisect_right(middles, end - 1)
        begin = labels.index(f"B-{role}")
        for unit in range(first, last):
            numbers[unit] = begin if unit == first else begin + 1
    return numbers


def _example(window: Window, bounds: list[int], numbers: list[int], task: str) -> Example:
    start = window.first_unit
    end = start + len(window.firsts)
    paragraph = bisect_right(bounds, start) - 1
    runs = []
    while bounds[paragraph] < end:
        first, last = max(start, bounds[paragraph]), min(end, bounds[paragraph + 1])
        runs.append((first - start, last - start, first == bounds[paragraph]))
        paragraph += 1
    return Example(window, numbers[start:end], runs, task)


def varied(document: Document, random: Random) -> Document:
    """Give the document with other quotation marks or a headline in capitals; no offset moves."""
    text = document.text
    if "“" in text or "’" in text:
        if random.random() < SHARE_STRAIGHTENED:
            text = text.translate(STRAIGHTEN)
    elif random.random() < SHARE_CURLED:
        text = curled(text)
    if random.random() < SHARE_SHOUTED:
        headline, mark, rest = text.partition("\n")
        if len(headline.upper()) == len(headline):
            text = headline.upper() + mark + rest
    return type(document)(document.id, text, document.spans, document.task)


def curled(text: str) -> str:
    """Replace straight quotation marks by curly ones, as word processors do: by what stands
    before."""
    text = re.sub(r'(^|(?<=[\s(\[—–-]))"', "“", text, flags=re.MULTILINE).replace('"', "”")
    text = re.sub(r"(^|(?<=[\s(\[—–“-]))'(?=\w)", "‘", text, flags=re.MULTILINE)
    return text.replace("'", "’")
