"""Classify mistakes by comparing the spans of gold with those found.

A gold span that was not found exactly is one mistake, and so is a found span that touches no gold
span ("invented"). Every mistake has one kind; the kinds are defined in the three tables below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from benchmarks.language.attribution_scores import Parts, Span, overlap
from benchmarks.language.span_scores import LabelledSpan

SPAN_KINDS = {
    "wrong class": "borders right, class wrong",
    "too short": "class right, what was found lies within gold's",
    "too long": "class right, what was found reaches beyond gold's",
    "shifted": "class right, one end too far, the other too near",
    "cut in pieces": "class right, gold's one is found as several",
    "run together": "class right, several of gold's are found as one",
    "class and borders": "something of another class stands there, with other borders",
    "missed": "nothing was found there",
    "invented": "found where gold has nothing",
}
SOURCE_KINDS = {
    "none given": "the content is found, its source is not",
    "too short": "the source given lies within gold's and is less than half of it",
    "too long": "the source given holds gold's and is more than twice as long",
    "another": "other words are given as source",
    "one too many": "a source is given, gold marks none",
}
CONTENT_KINDS = {
    "too short": "what was found lies within gold's and is less than half of it",
    "too long": "what was found is more than twice as long",
    "elsewhere": "overlaps, but by less than half",
    "missed": "nothing was found there",
    "invented": "found where gold has nothing",
}


class Mistake(NamedTuple):
    """One mistake in one article, with the gold and the found spans; either may be empty."""

    group: str
    """The section of the page of mistakes: gold's label, or that of an invented span."""
    kind: str
    article: int
    """Number of the article in its corpus."""
    gold: tuple[LabelledSpan, ...] = ()
    found: tuple[LabelledSpan, ...] = ()


def span_mistakes(
    article: int, gold: Iterable[LabelledSpan], found: Iterable[LabelledSpan]
) -> Iterator[Mistake]:
    """Yield the mistakes in the exact spans of one article, in reading order."""
    wanted, got = set(gold), set(found)
    for span in sorted(wanted - got):
        touching = tuple(sorted(other for other in got if _touch(span, other)))
        kind = _span_kind(span, touching, wanted)
        yield Mistake(span[2], kind, article, (span,), touching)
    for span in sorted(got - wanted):
        if not any(_touch(span, other) for other in wanted):
            yield Mistake(span[2], "invented", article, (), (span,))


def _span_kind(
    gold: LabelledSpan, touching: Sequence[LabelledSpan], wanted: Iterable[LabelledSpan]
) -> str:
    if not touching:
        return "missed"
    alike = [span for span in touching if span[2] == gold[2]]
    if not alike:
        same_place = any(span[:2] == gold[:2] for span in touching)
        return "wrong class" if same_place else "class and borders"
    if len(alike) > 1:
        return "cut in pieces"
    if any(other != gold and other[2] == gold[2] and _touch(alike[0], other) for other in wanted):
        return "run together"
    return _border_kind(gold[:2], alike[0][:2])


def _border_kind(gold: Span, found: Span) -> str:
    if gold[0] <= found[0] and found[1] <= gold[1]:
        return "too short"
    return "too long" if found[0] <= gold[0] and gold[1] <= found[1] else "shifted"


def source_mistakes(
    article: int, gold: Iterable[Parts], found: Sequence[Parts]
) -> Iterator[Mistake]:
    """Yield the attributions whose content is found and whose source is not, or not rightly."""
    for one in gold:
        alike = [other for other in found if overlap(one.content, other.content) >= 0.5]
        if not alike or any(_same_source(one, other) for other in alike):
            continue
        kind = _source_kind(one.source, alike[0].source)
        spans = (_labelled(one), _labelled(alike[0]))
        yield Mistake("Attribution's source", kind, article, *spans)


def _same_source(one: Parts, other: Parts) -> bool:
    return overlap(one.source, other.source) >= 0.5 or not (one.source or other.source)


def _source_kind(gold: Sequence[Span], found: Sequence[Span]) -> str:
    if not found:
        return "none given"
    return _loose_kind(gold, found, "another") if gold else "one too many"


def content_mistakes(
    article: int, gold: Sequence[Parts], found: Sequence[Parts]
) -> Iterator[Mistake]:
    """Yield gold contents that were not found (overlap under ½), and invented ones."""
    for one in gold:
        near = [other for other in found if overlap(one.content, other.content) > 0]
        if any(overlap(one.content, other.content) >= 0.5 for other in near):
            continue
        kind = "missed"
        if near:
            kind = _loose_kind(one.content, near[0].content, "elsewhere")
        spans = (_labelled(one), tuple(span for other in near for span in _labelled(other)))
        yield Mistake("Attribution", kind, article, *spans)
    for other in found:
        if not any(overlap(one.content, other.content) > 0 for one in gold):
            yield Mistake("Attribution", "invented", article, (), _labelled(other))


def _loose_kind(gold: Sequence[Span], found: Sequence[Span], otherwise: str) -> str:
    shared = sum(max(0, min(b, d) - max(a, c)) for a, b in gold for c, d in found)
    if shared and shared == sum(b - a for a, b in found):
        return "too short"
    return "too long" if shared and shared == sum(b - a for a, b in gold) else otherwise


def _labelled(parts: Parts) -> tuple[LabelledSpan, ...]:
    sources = ((start, end, "Source") for start, end in parts.source)
    return (*sources, *((start, end, "Content") for start, end in parts.content))


def _touch(one: LabelledSpan, other: LabelledSpan) -> bool:
    return one[0] < other[1] and other[0] < one[1]
