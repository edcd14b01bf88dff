"""Recognise spans that the tagger took for names and that are none, by rules.

Handles, mail and web addresses, numbers, bare function words and technical abbreviations are no
names anywhere; the cells of a table are none unless the article names them in its prose too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.annotate.labels import sure_label
from pipeline.annotate.names.aliases import load_aliases
from pipeline.annotate.names.known_classes import NO_NAME, known_class
from pipeline.annotate.names.titles import is_title_word
from pipeline.annotate.spans import CharSpan

LONGEST_TOKEN = 80
"""Characters before and behind a span in which the ends of its token are looked for."""
_FUNCTION_WORDS = frozenset(
    "a an and are as at be but by for from he her his i in is it its my no nor not of on or our "
    "she so that the their they this these those to us was we were who with you your".split()
)
_ADDRESS = re.compile(r"@|https?://|www\.|[\w-]\.[a-z]{2,}/")
_DATE_OF_CELLS = re.compile(r"(?<![\w’'])[A-Z]?[a-z]{3,}\d")
"""A word with a number glued to it, as cells of a table are: "Ajmer23". "mid-2019" and "19th" are
none."""
_INITIALS_AS_MONEY = re.compile(r"[A-Z](?: ?& ?[A-Z])*")
_SCORE = re.compile(r"\d+(?:[-–]\d+)+")
"""A score or a count of votes that the tagger takes for a sum: "219-210"."""
_ACRONYMS = re.compile(r"[A-Z&]{2,}s")
"""Things of a kind, which have no name: "KPIs", "two GPs"."""
_EXCHANGE = re.compile(r"\(([A-Za-z][A-Za-z ]*: ?)?$")
_LETTERS_AT, _LETTERS = re.compile(r"[A-Z0-9]{2,6}\.[A-Z]{1,2}"), re.compile(r"[A-Z.]{1,6}")
"""A share's letters with those of its exchange, and without."""
_NUMBER = re.compile(r"[-+–−$€£(]*\d[\d.,:–%)-]*")
_LOWER_WORD = re.compile(r"(?<![\w’'])[a-z]{3,}(?![\w’'])")
FEWEST_CELLS, FEWEST_NUMBERS = 4, 3
"""Words of the shortest line that is a row of a table, and numbers among them."""
_DEFINED = re.compile(
    r"(?<![\w’'-])((?:[a-z][\w’'-]*\s){1,6})\((?:the |or )?[“\"]?([A-Z][A-Za-z&]{1,7}?)s?[”\"]?\)"
)
_BODIES = frozenset("team unit squad panel board body office forum centre center club".split())
"""Last words of a body that stands in small letters: "the special investigation team (SIT)"."""
_COMMON_LABELS = frozenset({"PERSON", "ORG", "GPE", "FAC"})
"""Labels that a common noun's abbreviation never has: "robotic process automation (RPA)"."""


class NotNames:
    """What is no name in one article."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._has_capitals = _has_capitals(text)
        self._common = set(common_abbreviations(text))

    def without(self, spans: Iterable[CharSpan]) -> list[CharSpan]:
        """Return the spans that are names, in their order."""
        kept = [span for span in spans if not self._is_no_name(span)]
        in_table = {span: _is_table_row(_line_of(self._text, span)) for span in kept}
        prose = {self._text[s.start : s.end] for s in kept if not in_table[s]}
        return [
            span
            for span in kept
            if not in_table[span] or _is_known(self._text[span.start : span.end], prose)
        ]

    def _is_no_name(self, span: CharSpan) -> bool:
        surface = self._text[span.start : span.end]
        if span.label == "DATE":
            # "She wrote on X." is no date.
            return len(surface.strip(".")) == 1 or _DATE_OF_CELLS.search(surface) is not None
        if span.label == "MONEY":
            is_sum = not _INITIALS_AS_MONEY.fullmatch(surface) and not _SCORE.fullmatch(surface)
            return not is_sum or known_class(surface) == NO_NAME
        if not any(map(str.isalpha, surface)) or known_class(surface) == NO_NAME:
            return True
        if span.label in _COMMON_LABELS and surface.rstrip("s") in self._common:
            return True
        if _ACRONYMS.fullmatch(surface) and span.label != "NORP":
            return True
        if self._is_ticker(span) or self._is_office(span, surface):
            return True
        words = surface.split()
        if all(word.lower() in _FUNCTION_WORDS for word in words) and not _is_acronym(surface):
            return True
        if len(words) > 2 and sum(len(word) == 1 for word in words) * 2 > len(words):
            # "P W D L Pts" above a table.
            return True
        if len(words) == 1 and surface.islower() and self._has_capitals:
            return span.label in _COMMON_LABELS and load_aliases().find(surface) is None
        return _ADDRESS.search(_token_of(self._text, span)) is not None

    def _is_office(self, span: CharSpan, surface: str) -> bool:
        """Tell whether letters are an office or a rank behind "the": "the DGP said"."""
        before = self._text[max(0, span.start - 4) : span.start].lower()
        return surface.isupper() and before == "the " and is_title_word(surface)

    def _is_ticker(self, span: CharSpan) -> bool:
        """Tell whether letters in parentheses are a share's: "(NYSE: HPB)", "(HPB.L)"."""
        opened = _EXCHANGE.search(self._text, max(0, span.start - 30), span.start)
        surface = self._text[span.start : span.end]
        if opened is None or self._text[span.end : span.end + 1] not in {")", ",", ";"}:
            return False
        return (_LETTERS_AT if opened[1] is None else _LETTERS).fullmatch(surface) is not None


def common_abbreviations(text: str) -> Iterator[str]:
    """Yield the abbreviations that an article explains by common nouns in small letters.

    "Robotic process automation (RPA)" makes RPA a common noun too. "The central executive
    committee (CEC)" is a body although it has small letters.
    """
    for match in _DEFINED.finditer(text):
        words = match[1].split()
        letters = [letter.lower() for letter in match[2] if letter.isupper()]
        for first in range(max(0, len(words) - len(letters) - 2), len(words) - 1):
            if _initials_give(words[first:], letters):
                is_body = words[-1] in _BODIES or sure_label(" ".join(words[first:]), "MISC")
                if not is_body:
                    yield match[2]
                break


def _initials_give(words: list[str], letters: list[str]) -> bool:
    """Tell whether words begin with the letters in order; a hyphen begins another word."""
    parts = [part for word in words for part in word.lower().split("-") if part]
    rest = iter(parts)
    return (
        len(letters) > 1
        and parts[0][0] == letters[0]
        and all(any(part[0] == letter for part in rest) for letter in letters)
    )


def _is_acronym(surface: str) -> bool:
    return len(surface) > 1 and surface.isupper() and surface not in {"THE", "AND", "OF"}


def _has_capitals(text: str) -> bool:
    """Tell whether a text uses capitals as usual: more than one letter in a hundred is one."""
    beginning = text[:2000]
    return sum(map(str.isupper, beginning)) * 100 > len(beginning)


def _token_of(text: str, span: CharSpan) -> str:
    """Return a span with what is glued to it on both sides: "@tarn" for "tarn" in "(@tarn)"."""
    before = re.search(r"\S*$", text[max(0, span.start - LONGEST_TOKEN) : span.start])
    behind = re.match(r"\S*", text[span.end : span.end + LONGEST_TOKEN])
    ends = (before[0] if before else "", behind[0] if behind else "")
    return ends[0] + text[span.start : span.end] + ends[1]


def _line_of(text: str, span: CharSpan) -> str:
    start = text.rfind("\n", max(0, span.start - 200), span.start) + 1
    end = text.find("\n", span.end, span.end + 200)
    return text[max(start, span.start - 200) : end if end != -1 else span.end + 200]


def _is_table_row(line: str) -> bool:
    """Tell whether a line is a row of a table: "Velmark City 38 29 6 3"."""
    words = line.split()
    numbers = sum(_NUMBER.fullmatch(word) is not None for word in words)
    return (
        len(words) >= FEWEST_CELLS
        and numbers >= FEWEST_NUMBERS
        and numbers * 3 >= len(words)
        and not _LOWER_WORD.search(line)
    )


def _is_known(surface: str, prose: set[str]) -> bool:
    return surface in prose or load_aliases().find(surface) is not None
