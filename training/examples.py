"""Make training examples of documents: the encoder's windows, with a label for each unit.

Tokens, pieces and windows come from `pipeline.annotate`, as at inference.
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
    """A window with the labels of its units."""

    window: Window
    labels: dict[str, list[int]]
    """Label numbers of the units, for each head with labels: that of the task, and silver ones."""
    runs: list[tuple[int, int, bool]]
    """The units of each paragraph in the window: first unit, unit after the last, and whether the
    paragraph begins there; counted from the window's first unit."""
    task: str
    """The head whose labels were made by hand."""


def bio(roles: Sequence[str]) -> tuple[str, ...]:
    """Return the label set of a head: O, then B- and I- of each role."""
    return ("O", *(f"{prefix}-{role}" for role in roles for prefix in "BI"))


def examples(
    document: Document, nlp: Language, encoder: Encoder, heads: Mapping[str, Sequence[str]]
) -> list[Example]:
    """Tokenise a document and return its labelled windows; `heads` maps head → labels."""
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
    """Return the label numbers of a document's units for one head.

    A unit belongs to the span that contains its middle character; the first unit of a span has the
    B- label. Spans with a label of another head are ignored.
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
