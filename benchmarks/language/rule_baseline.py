"""A baseline for quotes without a model: quotation marks, 75 verbs of saying, the name beside them.

It does what most pipelines without a trained extractor do. The tables show it so that the model's
worth can be seen; Dateline does not use it.
"""

import re
from collections.abc import Iterator

from benchmarks.language.attribution_scores import Parts, Span

_VERBS = (
    "said say says saying told tells added adds argued argues claimed claims explained explains "
    "noted notes wrote writes tweeted asked asks insisted insists stated states declared declares "
    "announced announces warned warns replied responded continued concluded suggested suggests "
    "acknowledged admitted admits confirmed predicted believes believed thinks thought called "
    "calls reported reports recalled charged complained remarked joked stressed emphasized "
    "emphasised "
    "alleged accused denied denies promised vowed urged"
)
_VERB = re.compile(rf"\b(?:{'|'.join(_VERBS.split())})\b")
_NAME = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|President|Senator|Governor|Judge|Minister)\.?\s)?"
    r"[A-Z][\w’'.-]*(?:\s(?:[A-Z][\w’'.-]*|of|de|bin|al))*"
)
_SOURCE = (
    rf"(?:{_NAME}|[Hh]e|[Ss]he|[Tt]hey|[Ii]t|I|[Ww]e|"
    r"(?:[Tt]he|[Aa]n?|[Ss]ome|[Oo]ne)\s(?:[\w’-]+\s){0,3}?[\w’-]+)"
)
_BEFORE = re.compile(
    rf"({_SOURCE})(?:,[^,“”\"]{{2,80}},)?\s(?:\w+ly\s|has\s|had\s|also\s|have\s)?$"
)
_AFTER = re.compile(rf"\s({_NAME})")
_SENTENCE = re.compile(r".+?(?:[.!?][”\"’')]*(?=\s|$)|$)")
_QUOTED = re.compile(r'“[^“”]+”?|"[^"]+"?')
_ACCORDING = re.compile(r"\b[Aa]ccording to ((?:[^\s,.]+\s?){1,6})")
_PARAGRAPH = re.compile(r"[^\n]+")


def attributions(text: str) -> list[Parts]:
    """Return the attributions that the rules find in a text."""
    return [
        part
        for paragraph in _PARAGRAPH.finditer(text)
        for part in _paragraph(text, *paragraph.span())
    ]


def _paragraph(text: str, start: int, end: int) -> Iterator[Parts]:
    quoted = [match.span() for match in _QUOTED.finditer(text, start, end)]
    used: set[Span] = set()
    for sentence in _SENTENCE.finditer(text, start, end):
        low, high = sentence.span()
        here = [
            q for q in quoted if q[0] < high and q[1] > low and q not in used and q[1] - q[0] > 20
        ]
        cue, source = _cue_and_source(text, low, high, quoted)
        according = _ACCORDING.search(text, low, high)
        if according:
            ahead = (low, according.start())
            behind = (according.end(), high)
            yield Parts((ahead if ahead[1] - low > 20 else behind,), (according.span(1),))
        elif here and cue:
            used.update(here)
            yield Parts(tuple(here), source)
        elif cue and source:
            lead = (low, min(cue[0], source[0][0]) - 2)
            led = lead[1] - low > 20 and text[lead[1] : lead[1] + 1] == ","
            content = lead if led else (cue[1] + 1, high - 1)
            if content[1] - content[0] > 10:
                yield Parts((content,), source)
    yield from (Parts((span,)) for span in quoted if span not in used and span[1] - span[0] > 60)


def _cue_and_source(
    text: str, low: int, high: int, quoted: list[Span]
) -> tuple[Span | None, tuple[Span, ...]]:
    cue: Span | None = None
    for verb in _VERB.finditer(text, low, high):
        if any(a <= verb.start() < b for a, b in quoted):
            continue
        cue = verb.span()
        before = _BEFORE.search(text, low, verb.start())
        after = _AFTER.match(text, verb.end(), high)
        for match in (before, after):
            if match and not any(a <= match.start(1) < b for a, b in quoted):
                return cue, (match.span(1),)
    return cue, ()
