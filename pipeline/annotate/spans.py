"""Spans of characters, and the paragraphs and sentences of one text.

Offsets are code points into the text as given, end exclusive.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.models import Span
from pipeline.text import visible

_PARAGRAPH = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_STOP = re.compile(r"[.!?…]+[”’\"')\]»]*[\s\u00a0]+(?=[“‘\"'(\[«]*[A-Z0-9])")
_LAST_WORD = re.compile(r"[\w.]+$")
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sen rep gov gen lt col sgt capt cmdr adm maj st no vs jr sr inc ltd co corp "
    "hon rev supt insp dep det fr pres jan feb mar apr jun jul aug sep sept oct nov dec u.s u.n "
    "u.k e.g i.e a.m p.m".split()
)
"""Words whose full stop ends no sentence, in lower case."""
LONGEST_PARAGRAPH = 12_000
"""Characters. The longest paragraphs of PolNeAR have 5,000. A megabyte on one line is no prose, and
searches within a paragraph take quadratic time, so longer paragraphs are cut."""
LONGEST_ABBREVIATION = 12
"""Characters before a full stop that are searched for the abbreviation it may belong to."""


class CharSpan(NamedTuple):
    """A labelled part of the text; ``score`` is the tagger's confidence, 1.0 for a rule."""

    start: int
    end: int
    label: str
    score: float = 1.0


def surface_of(text: str, span: CharSpan) -> str:
    """Return the words of a name without marks of direction and what else no reader sees."""
    return visible(text[span.start : span.end])


class Layout:
    """A text with its paragraphs and sentences; sentences are found at their first use."""

    def __init__(self, text: str) -> None:
        self.text = text
        lines = (match.span() for match in _PARAGRAPH.finditer(text) if match[0].strip())
        self.paragraphs: list[Span] = [part for line in lines for part in _bounded(text, *line)]
        self._starts = [start for start, _ in self.paragraphs]
        self._sentences: dict[int, tuple[list[Span], list[int]]] = {}

    def paragraph_at(self, position: int) -> int:
        """Return the number of the paragraph that contains a position or ends before it."""
        return max(0, bisect_right(self._starts, position) - 1)

    def bounds_at(self, position: int) -> Span:
        """Return (start, end) of the paragraph at a position; (0, 0) in a text without any."""
        return self.paragraphs[self.paragraph_at(position)] if self.paragraphs else (0, 0)

    def sentences(self, number: int) -> list[Span]:
        """Return the sentences of a paragraph by its number; they cover it without gaps."""
        return self._sentences_of(number)[0]

    def sentence_at(self, position: int) -> Span:
        """Return (start, end) of the sentence at a position; (0, 0) in a text without any."""
        if not self.paragraphs:
            return 0, 0
        sentences, starts = self._sentences_of(self.paragraph_at(position))
        return sentences[max(0, bisect_right(starts, position) - 1)]

    def _sentences_of(self, number: int) -> tuple[list[Span], list[int]]:
        if number not in self._sentences:
            found = _split(self.text, *self.paragraphs[number])
            self._sentences[number] = found, [start for start, _ in found]
        return self._sentences[number]


def _bounded(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a line as one paragraph, or cut at blanks if it is longer than LONGEST_PARAGRAPH."""
    while end - start > LONGEST_PARAGRAPH:
        blank = text.rfind(" ", start + LONGEST_PARAGRAPH // 2, start + LONGEST_PARAGRAPH)
        stop = blank + 1 if blank != -1 else start + LONGEST_PARAGRAPH
        yield start, stop
        start = stop
    yield start, end


def _split(text: str, start: int, end: int) -> list[Span]:
    cuts = [match.end() for match in _STOP.finditer(text, start, end) if _ends_sentence(match)]
    return list(zip([start, *cuts], [*cuts, end], strict=True))


def _ends_sentence(match: re.Match[str]) -> bool:
    """Tell whether an end mark ends a sentence: "in Geneva." does, "Lt." and "J. Smith" do not."""
    if match[0][0] != ".":
        return True
    word = _LAST_WORD.search(
        match.string[max(0, match.start() - LONGEST_ABBREVIATION) : match.start()]
    )
    if word is None:
        return True
    last = word[0].lower()
    return not (last in ABBREVIATIONS or (len(last) == 1 and last.isalpha()))
