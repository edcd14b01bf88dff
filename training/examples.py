"""Turns documents into the encoder's windows with a label for every unit.

Tokens, pieces and windows come from `pipeline.annotate`, the code that runs at inference.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from pipeline.annotate.tagging.windows import Encoded, Encoder, Window
    from training.corpora import Document, Span


@dataclass(frozen=True, slots=True)
class Example:
    """A window, the labels of its units, and the runs of units that one paragraph has in it.

    `labels` holds a row of label numbers for each head that is known: the task's own, made by hand,
    and silver ones. `runs` holds (first unit, end, whether the paragraph starts there), counted
    from the window's first unit.
    """

    window: Window
    labels: dict[str, list[int]]
    runs: list[tuple[int, int, bool]]
    task: str


def bio(roles: Sequence[str]) -> tuple[str, ...]:
    """Make the label set of a head: O first, then B- and I- of each role."""
    return ("O", *(f"{prefix}-{role}" for role in roles for prefix in "BI"))


def examples(
    document: Document, nlp: Language, encoder: Encoder, heads: Mapping[str, Sequence[str]]
) -> list[Example]:
    """Tokenise one document and cut it into labelled windows; `heads` has the labels of each."""
    doc = nlp.make_doc(document.text)
    encoded = encoder.encode(doc)
    numbers = {
        name: unit_labels(doc, encoded, spans, heads[name])
        for name in heads
        if (spans := document.spans if name == document.task else document.silver) is not None
    }
    return [_example(window, encoded.bounds, numbers, document.task) for window in encoded.windows]


def unit_labels(
    doc: Doc, encoded: Encoded, spans: Sequence[Span], labels: Sequence[str]
) -> list[int]:
    """Label the units whose middle character lies inside a span; the first of them with B-.

    Spans whose label another head has are passed over.
    """
    middles = [doc[token].idx + len(doc[token]) // 2 for token in encoded.tokens]
    numbers = [0] * len(middles)
    for start, end, role in spans:
        if f"B-{role}" not in labels:
            continue
        first = bisect_right(middles, start - 1)
        last = bisect_right(middles, end - 1)
        begin = labels.index(f"B-{role}")
        for unit in range(first, last):
            numbers[unit] = begin if unit == first else begin + 1
    return numbers


def _example(
    window: Window, bounds: list[int], numbers: dict[str, list[int]], task: str
) -> Example:
    start = window.first_unit
    end = start + len(window.firsts)
    paragraph = bisect_right(bounds, start) - 1
    runs = []
    while bounds[paragraph] < end:
        first, last = max(start, bounds[paragraph]), min(end, bounds[paragraph + 1])
        runs.append((first - start, last - start, first == bounds[paragraph]))
        paragraph += 1
    labels = {head: row[start:end] for head, row in numbers.items()}
    return Example(window, labels, runs, task)
