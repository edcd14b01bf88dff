"""Quotation marks of one paragraph: where quoted text begins and ends, and what is no speech.

Knows curly, straight, doubled-apostrophe and angle marks, and single ones where no double ones are
open. A mark that is never closed ends with its sentence and one that was never opened begins with
it, so that a typing error cannot eat the article; in a quotation that runs over paragraphs each
opens and only the last one closes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.annotate.quotes.cues import speech_verb_pattern
from pipeline.annotate.spans import Layout
from pipeline.models import Span

_MARK = re.compile(r"[“”„«»\"‘’]|''|``|'")
_OPENERS = "“„«\"'‘`"
_STARTS = re.compile(r"\s*(?:[“„«\"]|''|``)")
_CLOSES = re.compile(r"[\s.,;:!?)\]—–-]|$")
_WORD = re.compile(r"\w[\w’'-]*")
_SMALL = frozenset("a an the of and or in on at to for with from by is as vs de la le".split())
_SAYS = re.compile(
    r"[,!?]\s+(?=(?:he|she|they|(?:[A-Z][\w.’'-]*\s+){0,5}?[A-Z][\w’'-]*)\s+(?:\w+ly\s+|also\s+)?"
    rf"{speech_verb_pattern().pattern}|{speech_verb_pattern().pattern}\s+(?:the|[A-Z]))"
)
LONGEST_TITLE = 12
"""Words. Longer quoted text in capitals is a headline or shouting, and counts as speech."""
LONGEST_SINGLE = 1_500
"""Characters within which a single mark must be closed, or it was an apostrophe."""
SCARE_WORDS = 3
"""Quoted words up to which no sentence can be told: “so-called”, “fake news”."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Quoted text with its marks, [start, end); ``start + width`` is inside the opening mark."""

    start: int
    end: int
    width: int = 1
    is_closed: bool = True
    is_opened: bool = True
    """Not so where somebody forgot the opening mark."""

    def inner(self, text: str) -> str:
        """Return what stands between the marks."""
        start = self.start + self.width * self.is_opened
        return text[start : self.end - self.width * self.is_closed]

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether the span shares a character with the quotation."""
        return start < self.end and end > self.start


class Marks:
    """The quotations of one text, found paragraph by paragraph when asked for."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._found: dict[int, list[Quotation]] = {}

    def of(self, number: int) -> list[Quotation]:
        """Return the outermost quotations of a paragraph, in order and without overlap."""
        if number not in self._found:
            scanned = list(_scan(self._layout.text, *self._layout.paragraphs[number]))
            goes_on = self.opens(number + 1)
            self._found[number] = [
                found if found.is_closed or (found is scanned[-1] and goes_on) else self._cut(found)
                for found in map(self._begun, scanned)
            ]
        return self._found[number]

    def spans(self) -> list[Span]:
        """Return all quotations of the text as places, in order."""
        numbers = range(len(self._layout.paragraphs))
        return [(q.start, q.end) for number in numbers for q in self.of(number)]

    def opens(self, number: int) -> bool:
        """Tell whether a paragraph begins with an opening double mark; no paragraph does not."""
        if number >= len(self._layout.paragraphs):
            return False
        return _STARTS.match(self._layout.text, self._layout.paragraphs[number][0]) is not None

    def _begun(self, found: Quotation) -> Quotation:
        """Let a quotation without an opening mark begin with its sentence."""
        if found.is_opened:
            return found
        text = self._layout.text
        start = max(found.start, self._layout.sentence_at(found.end - found.width - 1)[0])
        while text[start].isspace():
            start += 1
        return replace(found, start=start)

    def _cut(self, found: Quotation) -> Quotation:
        """Let a quotation that is never closed end with its sentence or before "she said"."""
        end = min(found.end, self._layout.sentence_at(found.start)[1])
        says = _SAYS.search(self._layout.text, found.start, end)
        end = says.end() if says else end
        while end > found.start and self._layout.text[end - 1].isspace():
            end -= 1
        return replace(found, end=max(end, found.start + found.width))


def _scan(text: str, start: int, end: int) -> Iterator[Quotation]:
    opened: int | None = None
    opener = ""
    nested = 0
    low = start
    marks = list(_MARK.finditer(text, start, end))
    for place, match in enumerate(marks):
        mark, at = match[0], match.start()
        if opened is None:
            if _opens(text, mark, at, start, end):
                opened, opener, nested = at, mark, 0
            elif _closes_unopened(text, mark, at, low):
                yield Quotation(low, match.end(), len(mark), is_opened=False)
                low = match.end()
        elif _opens_again(text, opener, mark, at):
            if _is_nested(text, marks[place + 1 :]):
                nested += 1
            else:
                yield Quotation(opened, at, len(opener), is_closed=False)
                opened = at
        elif _closes(text, opener, mark, at, end):
            if nested:
                nested -= 1
                continue
            if opener not in "'‘" or len(_WORD.findall(text[opened:at])) > 1:
                yield Quotation(opened, match.end(), len(opener))
            opened, low = None, match.end()
        elif opener in "'‘" and mark in '“„«"':
            # An apostrophe was taken for a mark: forget it, the double mark counts.
            opened, opener = at, mark
    if opened is not None and opener not in "'‘":
        stop = end
        while stop > opened and text[stop - 1].isspace():
            stop -= 1
        yield Quotation(opened, stop, len(opener), is_closed=False)


def _closes_unopened(text: str, mark: str, at: int, low: int) -> bool:
    """Tell the closing mark of a quotation whose opening one is missing: "We go,” she said"."""
    return mark in {"”", '"', "''", "»"} and at > low and text[at - 1] in ",.?!…"


def _opens_again(text: str, opener: str, mark: str, at: int) -> bool:
    """Tell an opening mark within the same marks: “They call it “the pier”” or "We go. "No,"."""
    if mark != opener or mark not in {"“", '"', "''"}:
        return False
    after = text[at + len(mark) : at + len(mark) + 1]
    return (text[at - 1].isspace() or text[at - 1] in "([") and after.isalnum()


def _is_nested(text: str, following: Sequence[re.Match[str]]) -> bool:
    """Tell whether two closing double marks follow, the inner and the outer one."""
    double = [match for match in following if match[0] in {"“", "”", '"', "''"}][:2]
    closing = [m for m in double if m[0] != "“" and not text[m.start() - 1].isspace()]
    return len(closing) == 2


def _opens(text: str, mark: str, at: int, start: int, end: int) -> bool:
    before = text[at - 1] if at > start else " "
    after = text[at + len(mark)] if at + len(mark) < end else " "
    if mark in {"“", "„", "«", "``"}:
        return True
    if mark in {"”", "»"}:
        # ”dwindling.” : the wrong mark, but at the place of an opening one; »so« is German style.
        return (before.isspace() or before in "([") and after.isalnum()
    if mark in {'"', "''"}:
        # He agreed. " You go first," : the space is too much.
        late = after.isspace() and before.isspace() and text[at - 2 : at - 1] in set(".,:;!?")
        return late or not (before.isdigit() or after.isspace())
    if mark == "’" or after.isspace():
        return False
    # 'em, 'til, '90s and possessives open nothing.
    free = before.isspace() or before in "([—–-"
    return free and after.isalpha() and _single_ends(text, mark, at, end)


def _single_ends(text: str, mark: str, at: int, end: int) -> bool:
    closing = "’" if mark == "‘" else "'"
    end = min(end, at + LONGEST_SINGLE)
    place = text.find(closing, at + 1, end)
    while place != -1:
        if _closes_single(text, place):
            return True
        place = text.find(closing, place + 1, end)
    return False


def _closes(text: str, opener: str, mark: str, at: int, end: int) -> bool:
    if opener == "”":
        return mark in {"”", '"'}
    if opener == "»":
        return mark == "«"
    if opener in {"“", "„"}:
        # “Cape Breton“ : the wrong mark, but at the place of a closing one.
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
    """Tell "peace,’ he" from "don’t" and, as far as can be, from "the brothers’ house"."""
    if text[at - 1].isspace() or not _CLOSES.match(text, at + 1):
        return False
    return not (
        text[at - 1] == "s" and text[at + 1 : at + 2] == " " and text[at + 2 : at + 3].islower()
    )


def words_in(inner: str) -> int:
    """Count the words of quoted text."""
    return len(_WORD.findall(inner))


def is_title(inner: str) -> bool:
    """Tell the name of a programme or book: capitals throughout, no sentence.

    "This Week with George Stephanopoulos," is one, "No." and "We will win" are not.
    """
    words = _WORD.findall(inner)
    if not 1 < len(words) <= LONGEST_TITLE or inner.rstrip()[-1:] in ".!?…":
        return False
    important = [word for word in words if word.lower() not in _SMALL]
    return len(important) > 1 and all(not word[0].islower() for word in important)


def is_speech(inner: str) -> bool:
    """Tell quoted speech, by its form alone, from scare quotes and titles."""
    return words_in(inner) > SCARE_WORDS and not is_title(inner)
