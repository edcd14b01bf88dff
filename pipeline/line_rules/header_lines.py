"""Reads the line of facts that scrapers glue to the front of a text.

"Europe, News, US January 11, 2022 1 Comment on Talks openThe delegations met …": categories,
byline, day and comment counter are data, and the text goes on behind them. Two of the facts must be
there, and where text follows one of them must be a byline or a counter: "KYIV, January 11, 2022 -"
is a dateline and stays, and so does "Poems by Ted Hughes": categories and a byline are no two
facts. English only.
"""

import re
from dataclasses import dataclass

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_MONTH = r"(?P<month>" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in _MONTHS) + r"|Sept)\.?"
_MONTH_PLAIN = "|".join(name[:3] for name in _MONTHS)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?"
_CLOCK = r"(?:,? ?(?:at |[-–|@•] ?)?\d{1,2}[:.]\d\d ?(?:[ap]\.?m\.?)?(?: ?[A-Z]{2,4}\b)?)?"
_NAME = r"[A-Z][\w.’'-]*(?: (?:[A-Z][\w.’'-]*|de|van|von|al|bin|da|del))"
_ROLE_WORD = r"[A-Z][\w&’'-]*|and|of|the|for|at|in|staff|writer|reporter|correspondent|editor"
_ROLE = rf"(?:[A-Z][\w&’'-]*|staff)(?: (?:{_ROLE_WORD})){{0,6}}"
_CATEGORY = r"[A-Z][\w&’'-]*(?: (?:[A-Z&][\w’'-]*|and|of|the))"

_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_WEEKDAY}{_MONTH} {_DAY},? {_YEAR}{_CLOCK}",
        rf"{_WEEKDAY}{_DAY} {_MONTH},? {_YEAR}{_CLOCK}",
        rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d){_CLOCK}",
    )
)
_DATE_LABEL = re.compile(
    r"(?:(?:First |Last |Originally )?(?:posted|published|updated|modified|created|date)"
    r"(?: on| at)?:? ?(?:\d{1,2}[:.]\d\d ?(?:[ap]\.?m\.?)?(?: [A-Z]{2,4})?,? (?:on )?)?|on )",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    rf"(?:(?:[Pp]osted|[Ww]ritten|[Pp]ublished|[Rr]eported) )?(?:[Bb]y|BY)[: ] ?"
    rf"(?P<authors>{_NAME}{{0,3}}(?:(?:, | and | & ){_NAME}{{1,3}}){{0,5}})"
    rf"(?=\s*(?:$|[|•·–—(]|-\s|, {_ROLE}$|,? ?(?:{_MONTH_PLAIN}|\d|on |in |"
    rf"[Uu]pdated|[Pp]ublished|[Pp]osted|Leave |No )))(?:, {_ROLE}$)?"
)
_GLUED_BYLINE = re.compile(
    r"(?:By|BY) (?P<authors>[^\d.!?]{3,80}?) ?(?P<count>\d{1,6}) ?[Cc]omments?"
)
_SEAM = re.compile(r"(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bDi)(?<!\bLe)(?<!\bLa)(?<=[a-zß-ÿ])(?=[A-Z])")
"""Where a template glued a section to a name: "Li WenNews"; McAvoy and DeWitt stay whole."""
_CATEGORIES = re.compile(rf"{_CATEGORY}{{0,3}}(?:\s?[,|/›»•·]\s?{_CATEGORY}{{0,3}}){{0,7}}")
_BYLINE_AHEAD = re.compile(r"(?:[Pp]osted )?(?:[Bb]y|BY) [A-Z]")
_SEPARATORS = re.compile(r"[\s|,•·/–—-]*")
_COMMENTS = re.compile(
    r"(?:(?P<count>\d{1,6}|No|One) (?:Comments?|Responses?|Replies)|Leave a [Cc]omment|"
    r"Comments? (?:Off|Closed|Disabled))\b(?P<on> on\b)?"
)
_GLUED = re.compile(r"(?<=[a-z0-9?!.’”\"')])(?=[A-Z“\"‘])")

_GLUED_CHARS = 120


@dataclass(frozen=True, slots=True)
class Opening:
    """What the line of facts says, and how many characters of the text it takes."""

    length: int
    authors: str | None = None
    published: str | None = None
    """A bare day, ISO 8601."""
    categories: tuple[str, ...] = ()
    comment_count: int | None = None


def read_day(text: str) -> str | None:
    """Return the day that the text begins with as ISO 8601, or None.

    >>> read_day("Tuesday, January 11, 2022 at 10:15 am")
    '2022-01-11'
    """
    found = _match_date(text, 0)
    return _iso(found) if found else None


def read_opening(text: str, title: str | None = None) -> Opening | None:
    """Return the facts at the start of a block, or None where it starts with text.

    Args:
        text: one block; the line of facts may be glued to a sentence.
        title: the article's title, which may stand behind "1 Comment on".
    """
    if len(text) <= _GLUED_CHARS and (glued := _GLUED_BYLINE.fullmatch(text)):
        names = _SEAM.split(glued["authors"])
        return Opening(len(text), names[0], None, tuple(names[1:]), int(glued["count"]))
    facts = _Reader(text, title).read()
    if facts is None:
        return None
    opening, count, names_a_person_or_counts = facts
    if not text[opening.length :].strip():
        return opening
    return opening if count > 1 and names_a_person_or_counts else None


class _Reader:
    """Walks over categories, byline, day and counter in any order, each at most once."""

    def __init__(self, text: str, title: str | None) -> None:
        self.text = text
        self.title = title
        self.at = 0
        self.found: dict[str, re.Match[str]] = {}

    def read(self) -> tuple[Opening, int, bool] | None:
        while step := self._step():
            name, match = step
            self.found[name] = match
            self.at = match.end()
            if name == "comments" and match["on"]:
                self._skip_title()
        if set(self.found) <= {"categories"} or set(self.found) == {"categories", "byline"}:
            return None
        safe = bool({"comments", "byline"} & set(self.found))
        return self._opening(), len(self.found), safe

    def _step(self) -> tuple[str, re.Match[str]] | None:
        separator = _SEPARATORS.match(self.text, self.at)
        start = separator.end() if separator else self.at
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
        """Categories end where a day, a byline or a counter begins, else they are a sentence."""
        for blank in re.finditer(r"\s", self.text[:160]):
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
        rest = self.text[self.at :].lstrip()
        self.at = len(self.text) - len(rest)
        if self.title and rest.startswith(self.title):
            self.at += len(self.title)
        elif glued := _GLUED.search(rest, 10):
            self.at += glued.start()

    def _opening(self) -> Opening:
        date, byline = self.found.get("date"), self.found.get("byline")
        categories, comments = self.found.get("categories"), self.found.get("comments")
        return Opening(
            length=self.at,
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
    return {"No": 0, "One": 1}.get(word) if word in ("No", "One") else int(word)


def _match_date(text: str, start: int) -> re.Match[str] | None:
    return next((found for pattern in _DATES if (found := pattern.match(text, start))), None)


def _iso(match: re.Match[str]) -> str | None:
    month = match["month"]
    number = (
        int(month)
        if month.isdigit()
        else next(i for i, m in enumerate(_MONTHS, 1) if m[:3] == month[:3])
    )
    day = int(match["day"])
    if not (1 <= number <= 12 and 1 <= day <= 31):
        return None
    return f"{match['year']}-{number:02d}-{day:02d}"
