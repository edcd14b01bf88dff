"""Reads a header line: category, byline, date and comment counter, glued to the front of a text.

Scrapers put what a page prints between headline and text on one line, with the text behind it:
"Europe, News, US January 11, 2022 1 Comment on Talks openThe delegations met …". The metadata is
read, and the text goes on after it. A line counts as a header line if it states two kinds of
metadata, and one of them is a byline or a counter if text follows: "KYIV, January 11, 2022 -" is a
dateline and stays in the text. Categories and a byline alone do not suffice: "Poems by Ted Hughes".
Of other languages than English only a whole line that is a byline is read.
"""

import re
from dataclasses import dataclass

from pipeline.line_rules.bylines import BY, CAPITAL, PARTICLE, author_names, is_byline
from pipeline.line_rules.calendar_words import (
    CLOCK,
    ENGLISH_MONTH,
    ENGLISH_WEEKDAY,
)
from pipeline.line_rules.dates import iso_time

_YEAR = r"(?:19|20)\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_WEEKDAY = f"(?:{ENGLISH_WEEKDAY},? )?"
_CLOCK = rf"(?:,? ?(?:at |[-–|@•] ?)?{CLOCK}(?: ?[A-Z]{{2,4}}\b)?)?"
_NAME = rf"{CAPITAL}[\w.’'-]*(?: (?:{CAPITAL}[\w.’'-]*|{PARTICLE}(?= )))"
_ROLE_WORD = r"[A-Z][\w&’'-]*|and|of|the|for|at|in|staff|writer|reporter|correspondent|editor"
_ROLE = rf"(?:[A-Z][\w&’'-]*|staff)(?: (?:{_ROLE_WORD})){{0,6}}"
_CATEGORY = r"[A-Z][\w&’'-]*(?: (?:[A-Z&][\w’'-]*|and|of|the))"

_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_WEEKDAY}{ENGLISH_MONTH} {_DAY},? {_YEAR}{_CLOCK}",
        rf"{_WEEKDAY}{_DAY} {ENGLISH_MONTH},? {_YEAR}{_CLOCK}",
        rf"{_YEAR}-\d\d-\d\d{_CLOCK}",
    )
)
_DATE_LABEL = re.compile(
    r"(?:(?:First |Last |Originally )?(?:posted|published|updated|modified|created|date)"
    rf"(?: on| at)?:? ?(?:{CLOCK}(?: [A-Z]{{2,4}})?,? (?:on )?)?|on )",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    rf"(?:(?:[Pp]osted|[Ww]ritten|[Pp]ublished|[Rr]eported) )?{BY}[: ] ?"
    rf"(?P<authors>{_NAME}{{0,3}}(?:(?:, | and | & ){_NAME}{{1,3}}){{0,5}})"
    rf"(?=\s*(?:$|[|•·–—(]|-\s|, {_ROLE}$|,? ?(?:{ENGLISH_MONTH}|\d|on |in |"
    rf"[Uu]pdated|[Pp]ublished|[Pp]osted|Leave |No )))(?:, {_ROLE}$)?"
)
_GLUED_BYLINE = re.compile(
    rf"{BY} (?P<authors>[^\d.!?]{{3,80}}?) ?(?P<count>\d{{1,6}}) ?[Cc]omments?"
)
_SEAM = re.compile(r"(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bDi)(?<!\bLe)(?<!\bLa)(?<=[a-zß-ÿ])(?=[A-Z])")
"""Where a template glued a section to a name: "Li WenNews"; McAvoy and DeWitt stay whole."""
_CATEGORIES = re.compile(rf"{_CATEGORY}{{0,3}}(?:\s?[,|/›»•·]\s?{_CATEGORY}{{0,3}}){{0,7}}")
_BYLINE_AHEAD = re.compile(rf"(?:[Pp]osted )?{BY} {CAPITAL}")
_SEPARATORS = re.compile(r"[\s|,•·/–—-]*")
_COMMENTS = re.compile(
    r"(?:(?P<count>\d{1,6}|No|One) (?:Comments?|Responses?|Replies)|Leave a [Cc]omment|"
    r"Comments? (?:Off|Closed|Disabled))\b(?P<on> on\b)?"
)
_TEXT_BEGINS = re.compile(r"(?<=[a-z0-9?!.’”\"')])(?=[A-Z“\"‘])")
"""Where a headline ends and the glued text begins: "Talks openThe delegations"."""
_SHORTEST_TITLE = 10
"""Characters of a headline before which the text does not begin: "McAvoy resigns" has a seam."""
_GLUED_BYLINE_CHARS = 120
"""Longest line that is a byline with a section and a comment counter glued to it."""
_BYLINE_LETTERS = 20
"""Letters of a byline besides its names: "Von … und …, Berlin"."""
_CATEGORIES_CHARS = 160
"""Characters of the line in which its categories end."""


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """What a header line states, and how many characters of the text it takes."""

    length: int
    authors: str | None = None
    published: str | None = None
    """A day without a time, ISO 8601."""
    categories: tuple[str, ...] = ()
    comment_count: int | None = None


def read_header_line(text: str, title: str | None = None) -> HeaderLine | None:
    """Return the header line that a block begins with, or None if it begins with text.

    Args:
        text: one block; a sentence may be glued to the header line.
        title: the article's title, which may follow "1 Comment on".

    >>> read_header_line("News | 2024-03-02 | Leave a Comment").published
    '2024-03-02'
    """
    if len(text) <= _GLUED_BYLINE_CHARS and (glued := _GLUED_BYLINE.fullmatch(text)):
        names = _SEAM.split(glued["authors"])
        return HeaderLine(len(text), names[0], None, tuple(names[1:]), int(glued["count"]))
    reader = _Reader(text, title)
    header = reader.read()
    if header is None:
        return _whole_byline(text)
    if not text[header.length :].strip():
        return header
    return (
        header if len(reader.found) > 1 and reader.found.keys() & {"byline", "comments"} else None
    )


def _whole_byline(text: str) -> HeaderLine | None:
    """Return a line that is a byline in any language and says nothing else: "Von Ines Moor"."""
    if len(text) > _GLUED_BYLINE_CHARS or not is_byline(text):
        return None
    rest = text
    for name in author_names(text):
        rest = rest.replace(name, "", 1)
    is_all = sum(map(str.isalpha, rest)) <= _BYLINE_LETTERS
    return HeaderLine(len(text), text) if is_all else None


class _Reader:
    """Reads categories, byline, date and comment counter in any order, each at most once."""

    def __init__(self, text: str, title: str | None) -> None:
        self.text = text
        self.title = title
        self.position = 0
        self.found: dict[str, re.Match[str]] = {}

    def read(self) -> HeaderLine | None:
        """Return the header line, or None if the text states too little for one."""
        while part := self._next_part():
            name, match = part
            self.found[name] = match
            self.position = match.end()
            if name == "comments" and match["on"]:
                self._skip_title()
        if set(self.found) <= {"categories"} or set(self.found) == {"categories", "byline"}:
            return None
        return self._header_line()

    def _next_part(self) -> tuple[str, re.Match[str]] | None:
        separator = _SEPARATORS.match(self.text, self.position)
        start = separator.end() if separator else self.position
        label = _DATE_LABEL.match(self.text, start)
        candidates = {
            "comments": _COMMENTS.match(self.text, start),
            "date": _match_date(self.text, label.end() if label else start),
            "byline": _BYLINE.match(self.text, start),
            "categories": None if self.found else self._categories(start),
        }
        return next(
            ((name, m) for name, m in candidates.items() if m and name not in self.found), None
        )

    def _categories(self, start: int) -> re.Match[str] | None:
        """Match categories up to a date, a byline or a counter; without one they are a sentence."""
        for blank in re.finditer(r"\s", self.text[:_CATEGORIES_CHARS]):
            rest = blank.end()
            if (
                _match_date(self.text, rest)
                or _COMMENTS.match(self.text, rest)
                or _BYLINE_AHEAD.match(self.text, rest)
            ):
                length = len(self.text[: blank.start()].rstrip(" |,•·/–-"))
                return _CATEGORIES.fullmatch(self.text, start, length)
        return None

    def _skip_title(self) -> None:
        rest = self.text[self.position :].lstrip()
        self.position = len(self.text) - len(rest)
        if self.title and rest.startswith(self.title):
            self.position += len(self.title)
        elif glued := _TEXT_BEGINS.search(rest, _SHORTEST_TITLE):
            self.position += glued.start()

    def _header_line(self) -> HeaderLine:
        date, byline = self.found.get("date"), self.found.get("byline")
        categories, comments = self.found.get("categories"), self.found.get("comments")
        return HeaderLine(
            length=self.position,
            authors=byline["authors"] if byline else None,
            published=_iso(date) if date else None,
            categories=_split(categories[0]) if categories else (),
            comment_count=_count(comments["count"]) if comments else None,
        )


def _split(categories: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"\s*[,|/›»•·]\s*", categories) if part)


def _count(word: str | None) -> int | None:
    if word is None:
        return None
    return {"No": 0, "One": 1}[word] if word in ("No", "One") else int(word)


def _match_date(text: str, start: int) -> re.Match[str] | None:
    return next((found for pattern in _DATES if (found := pattern.match(text, start))), None)


def _iso(match: re.Match[str]) -> str | None:
    """Return the day that a date states, or None for "February 45, 2022"."""
    stated = iso_time(match[0])
    return stated[:10] if stated else None
