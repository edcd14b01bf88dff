"""Find the quotations of a paragraph by their quotation marks, and tell speech from titles.

Curly, straight, doubled-apostrophe and angle marks are read, and single marks outside double ones.
A quotation that is never closed ends before "she said", else with its sentence or the paragraph
that it opens, and one that was never opened begins with its sentence, so a typing error never
costs the rest of the article; ``is_opened`` and ``is_closed`` tell of it. Where a quotation runs
over several paragraphs, each paragraph opens with a mark and only the last one closes. A long run
of marks with nothing between them is an ornament and quotes nothing, nor do the marks of a
paragraph most of which are never closed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from pipeline.annotate.quotes.cues import speech_verb_pattern
from pipeline.annotate.spans import Layout
from pipeline.models import Span

_MARK_CHARACTERS = "“”„«»\"‘’'`"
LONGEST_RUN_OF_MARKS = 12
"""Marks in a row, with blanks or without, up to which they are read; five nested quotations close
with at most ten characters."""
MOST_LOST_MARKS = 20
"""Quotations of a paragraph that are never closed, up to which they are typing errors; marks of
inches, seconds and code open more."""
# A mark behind a word or its full stop, or in front of a word, belongs to a quotation.
_ORNAMENT = rf"(?<![\w.,!?…])(?:[{_MARK_CHARACTERS}](?!\w)\s?){{{LONGEST_RUN_OF_MARKS + 1},}}"
_MARK = re.compile(rf"(?P<ornament>{_ORNAMENT})|[“”„«»\"‘’]|''|``|'")
_DOUBLE = frozenset({"“", "”", '"', "''"})
_NOT_BLANK = re.compile(r"\S")
_OPENING_MARK = re.compile(r"\s*(?:[“„«\"]|''|``)")
_CLOSES = re.compile(r"[\s.,;:!?)\]—–-]|$")
_WORD = re.compile(r"\w[\w’'-]*")
_LOWER_CASE_IN_TITLES = frozenset(
    "a an the of and or in on at to for with from by is as vs de la le".split()
)
_TAG_AFTER_QUOTE = re.compile(
    r"[,!?]\s+(?=(?:he|she|they|(?:[A-Z][\w.’'-]*\s+){0,5}?[A-Z][\w’'-]*)\s+(?:\w+ly\s+|also\s+)?"
    rf"{speech_verb_pattern().pattern}|{speech_verb_pattern().pattern}\s+(?:the|[A-Z]))"
)
"""“We go, she said: the end of a quotation whose closing mark is missing."""
LONGEST_TITLE = 12
"""Words. Longer quoted text in capitals is a headline or shouting, and counts as speech."""
LONGEST_SINGLE = 1_500
"""Characters within which a single mark must be closed; otherwise it is an apostrophe."""
SCARE_WORDS = 3
"""Quoted words up to which speech cannot be distinguished from scare quotes: “fake news”."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Quoted text with its marks, as offsets [start, end) into the text."""

    start: int
    end: int
    width: int = 1
    """Characters of one mark: 2 for doubled apostrophes."""
    is_closed: bool = True
    """Whether the closing mark is there."""
    is_opened: bool = True
    """Whether the opening mark is there."""

    def inner(self, text: str) -> str:
        """Return the text between the marks."""
        start = self.start + self.width * self.is_opened
        return text[start : self.end - self.width * self.is_closed]

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether the span shares a character with the quotation."""
        return start < self.end and end > self.start


class Quotations:
    """The quotations of one text; each paragraph is scanned when it is first asked for."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._found: dict[int, list[Quotation]] = {}

    def in_paragraph(self, number: int) -> list[Quotation]:
        """Return the outermost quotations of a paragraph, in order and without overlap."""
        if number not in self._found:
            scanned = list(_scan(self._layout.text, *self._layout.paragraphs[number]))
            continues = self.opens_paragraph(number + 1)
            self._found[number] = [
                found
                if found.is_closed or (found is scanned[-1] and continues)
                else self._end_with_paragraph(found)
                for found in map(self._start_with_sentence, scanned)
            ]
        return self._found[number]

    def spans(self) -> list[Span]:
        """Return all quotations of the text as [start, end), in order."""
        numbers = range(len(self._layout.paragraphs))
        return [(q.start, q.end) for number in numbers for q in self.in_paragraph(number)]

    def opens_paragraph(self, number: int) -> bool:
        """Tell whether paragraph ``number`` exists and begins with an opening double mark."""
        if number >= len(self._layout.paragraphs):
            return False
        start, _ = self._layout.paragraphs[number]
        return _OPENING_MARK.match(self._layout.text, start) is not None

    def _start_with_sentence(self, found: Quotation) -> Quotation:
        """Move the start of a quotation without an opening mark to that of its sentence."""
        if found.is_opened:
            return found
        text = self._layout.text
        start = max(found.start, self._layout.sentence_at(found.end - found.width - 1)[0])
        while text[start].isspace():
            start += 1
        return replace(found, start=start)

    def _end_with_paragraph(self, found: Quotation) -> Quotation:
        """Cut a quotation that is never closed before "she said", else at its paragraph's end.

        Where it does not open the paragraph, or a verb of saying follows in another sentence, the
        words behind its sentence may be the paper's, and the quotation ends with the sentence.
        """
        text = self._layout.text
        sentence = self._layout.sentence_at(found.start)[1]
        tag = _TAG_AFTER_QUOTE.search(text, found.start, found.end)
        opens = not _NOT_BLANK.search(text, self._layout.bounds_at(found.start)[0], found.start)
        is_alone = opens and speech_verb_pattern().search(text, sentence, found.end) is None
        end = found.end if is_alone else min(found.end, sentence)
        end = tag.end() if tag and tag.end() < end else end
        while end > found.start and self._layout.text[end - 1].isspace():
            end -= 1
        return replace(found, end=max(end, found.start + found.width))


def _scan(text: str, start: int, end: int) -> Iterator[Quotation]:
    """Yield the outermost quotations of text[start:end] as their marks show them."""
    opened: int | None = None
    opener = ""
    nested = 0
    low = start
    lost = 0
    marks = [match for match in _MARK.finditer(text, start, end) if not match["ornament"]]
    singles = _SingleEnds(text, start, end)
    depths = _Depths(text, marks)
    for place, match in enumerate(marks):
        mark, at = match[0], match.start()
        if opened is None:
            if _opens(text, mark, at, start, end, singles):
                opened, opener, nested = at, mark, 0
            elif _closes_unopened(text, mark, at, low):
                yield Quotation(low, match.end(), len(mark), is_opened=False)
                low = match.end()
        elif _opens_again(text, opener, mark, at):
            if depths.is_nested(place):
                nested += 1
            elif lost == MOST_LOST_MARKS:
                return
            else:
                lost += 1
                yield Quotation(opened, at, len(opener), is_closed=False)
                opened = at
        elif _closes(text, opener, mark, at):
            if nested:
                nested -= 1
                continue
            if opener not in "'‘" or len(_WORD.findall(text[opened:at])) > 1:
                yield Quotation(opened, match.end(), len(opener))
            opened, low = None, match.end()
        elif opener in "'‘" and mark in '“„«"':
            # An apostrophe was taken for a mark: the double mark counts.
            opened, opener = at, mark
    if opened is not None and opener not in "'‘":
        stop = end
        while stop > opened and text[stop - 1].isspace():
            stop -= 1
        yield Quotation(opened, stop, len(opener), is_closed=False)


def _closes_unopened(text: str, mark: str, at: int, low: int) -> bool:
    """Tell whether a mark closes a quotation that nothing opened: "We go,” she said"."""
    return mark in {"”", '"', "''", "»"} and at > low and text[at - 1] in ",.?!…"


def _opens_again(text: str, opener: str, mark: str, at: int) -> bool:
    """Tell whether a mark opens within the same marks: “They call it “the pier”” or "We go. "No,".

    The first is nested, the second follows a closing mark that was forgotten.
    """
    if mark != opener or mark not in {"“", '"', "''"}:
        return False
    after = text[at + len(mark) : at + len(mark) + 1]
    return (text[at - 1].isspace() or text[at - 1] in "([") and after.isalnum()


class _Depths:
    """How deep the double marks of a stretch of text are nested, counted once."""

    def __init__(self, text: str, marks: Sequence[re.Match[str]]) -> None:
        self._text, self._marks = text, marks
        self._before: list[int] = []
        self._least_after: list[int] = []

    def is_nested(self, place: int) -> bool:
        """Tell whether the mark at ``place`` opens a quotation in one that is closed later too.

        More double marks then close behind it than open, by two at some place: the inner
        quotation's and the outer one's.
        """
        if not self._before:
            self._count()
        return self._least_after[place] < self._before[place]

    def _count(self) -> None:
        depth = 0
        after = []
        for match in self._marks:
            self._before.append(depth)
            if match[0] in _DOUBLE:
                depth += 1 if _looks_open(self._text, match) else -1
            after.append(depth)
        self._least_after = list(accumulate(reversed(after), min))[::-1]


def _looks_open(text: str, match: re.Match[str]) -> bool:
    """Tell by the characters beside a double mark whether it opens: “Tarn, "Tarn."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if match[0] in {"“", "”"}:
        return match[0] == "“" and not (before.isalnum() and not after.isalnum())
    return after.isalnum() and not before.isalnum()


def _opens(text: str, mark: str, at: int, start: int, end: int, singles: _SingleEnds) -> bool:
    """Tell whether a mark at ``at`` opens a quotation in text[start:end]."""
    before = text[at - 1] if at > start else " "
    after = text[at + len(mark)] if at + len(mark) < end else " "
    if mark in {"“", "„", "«", "``"}:
        return True
    if mark in {"”", "»"}:
        # ”slim.” has the wrong mark where an opening one belongs; »so« is German style.
        return (before.isspace() or before in "([") and after.isalnum()
    if mark in {'"', "''"}:
        # He agreed. " You go first," has a space too many.
        is_spaced = after.isspace() and before.isspace() and text[at - 2 : at - 1] in set(".,:;!?")
        return is_spaced or not (before.isdigit() or after.isspace())
    if mark == "’" or after.isspace():
        return False
    # 'em, 'til, '90s and possessives open no quotation.
    free = before.isspace() or before in "([—–-"
    return free and after.isalpha() and singles.follows(mark, at)


class _SingleEnds:
    """Where the single marks of a stretch of text close, found once for each kind of mark."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text, self._start, self._end = text, start, end
        self._places: dict[str, list[int]] = {}

    def follows(self, mark: str, at: int) -> bool:
        """Tell whether the single mark at ``at`` is closed within ``LONGEST_SINGLE`` characters."""
        closing = "’" if mark == "‘" else "'"
        if closing not in self._places:
            found = re.finditer(closing, self._text[self._start : self._end])
            places = [self._start + match.start() for match in found]
            self._places[closing] = [n for n in places if n and _closes_single(self._text, n)]
        places = self._places[closing]
        following = bisect_right(places, at)
        return following < len(places) and places[following] < at + LONGEST_SINGLE


def _closes(text: str, opener: str, mark: str, at: int) -> bool:
    """Tell whether the mark at ``at`` closes a quotation that ``opener`` opened."""
    if opener == "”":
        return mark in {"”", '"'}
    if opener == "»":
        return mark == "«"
    if opener in {"“", "„"}:
        # “Linden Bay“ has the wrong mark where a closing one belongs.
        wrong = mark in {"“", '"'} and not text[at - 1].isspace()
        return mark == "”" or (wrong and _CLOSES.match(text, at + 1) is not None)
    if opener == "«":
        return mark == "»"
    if opener == "``":
        return mark in {"''", '"'}
    if opener in {'"', "''"}:
        return mark in {opener, "”"}
    return mark == ("’" if opener == "‘" else "'") and _closes_single(text, at)


def _closes_single(text: str, at: int) -> bool:
    """Tell whether a single mark closes ("peace,’ he") and is no apostrophe.

    "Don’t" is always recognised, "the brothers’ house" by the word in lower case that follows.
    """
    if text[at - 1].isspace() or not _CLOSES.match(text, at + 1):
        return False
    return not (
        text[at - 1] == "s" and text[at + 1 : at + 2] == " " and text[at + 2 : at + 3].islower()
    )


def words_in(inner: str) -> int:
    """Count the words of quoted text."""
    return len(_WORD.findall(inner))


def is_title(inner: str) -> bool:
    """Tell whether quoted text is the title of a programme or book.

    All important words of a title begin with a capital, and it does not end like a sentence: "The
    Week at Sea with Ida Holm," is a title, "No." and "We will win" are not.
    """
    words = _WORD.findall(inner)
    if not 1 < len(words) <= LONGEST_TITLE or inner.rstrip()[-1:] in ".!?…":
        return False
    important = [word for word in words if word.lower() not in _LOWER_CASE_IN_TITLES]
    return len(important) > 1 and all(not word[0].islower() for word in important)


def is_speech(inner: str) -> bool:
    """Tell whether quoted text has the form of speech: more than scare quotes, and no title."""
    return words_in(inner) > SCARE_WORDS and not is_title(inner)
