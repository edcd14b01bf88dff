"""Read authors and times of a plain text from the lines around its headline.

A line states metadata if each of its words belongs to a time (a date, a clock time, a label such as
"Updated", a separator), except for a name or an agency at one end: "PTI / Updated: Aug 12, 2023".
Dates near the headline are the article's; a date in the masthead above it is the day on which the
page was saved. The times themselves are parsed by ``line_rules.dates``.

A byline without "By" is a name with a role on the line below it: a name alone may be a place or a
section ("New York", "Middle East").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from pipeline.extract.publication_times import split_updated
from pipeline.line_rules.agencies import agencies_listed
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.bylines import (
    author_names,
    is_name,
    is_organisation,
    is_role,
    starts_as_byline,
)
from pipeline.line_rules.calendar_words import (
    AM_PM,
    CLOCK_12,
    UPDATED,
    WEEKDAY,
    month_number,
    time_label,
    time_labels,
)
from pipeline.line_rules.dates import iso_time
from pipeline.line_rules.header_lines import read_header_line
from pipeline.text import ends_line_of_text

_MAX_CHARS = 140
"""Longer lines are text."""
_LINES_BELOW, _LINES_ABOVE, _LINES_NEAR = 14, 3, 5
"""Lines below and above the headline that may state metadata, and those below it that are read
first."""
_PUBLISHED = re.compile(rf"{time_label('published')}|(?:submitted|by)\b", re.IGNORECASE)
_MAX_SENTENCES = 2
"""A standfirst and a caption may stand between the headline and the metadata."""
_MAX_BETWEEN = 2
"""Lines between a name and a time: the outlet, a role."""
_NAME_WORDS = 5
_BYLINE_WORDS = 14
"""A longer line that begins with "By" is text."""
_STANDFIRST_WORDS = 8
"""A longer line that ends as a sentence does is a standfirst or a caption."""
_WORD = re.compile(r"[^\s|•·,;/()–—-]+")
_NUMBER = re.compile(
    rf"\d{{1,4}}(?:[:.]\d\d){{0,2}}(?:{AM_PM}|h|st|nd|rd|th)?[.:]?|\d\d\.\d\d\.\d{{2,4}}",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"{UPDATED}d?|{time_label('published')}(?:ed)?|{'|'.join(time_labels('last'))}|"
    r"first|originally|date|on|at|ago|mise?|à|jour|em|op|um|am|stand|uhr|today|yesterday|"
    rf"\d*(?:min(?:ute)?|hour|hr|day|week|month|year)s?|{AM_PM}|of|de|del|le|el|il|{WEEKDAY}",
    re.IGNORECASE,
)
_ZONE = re.compile(r"[A-Z]{2,5}|[+]\d\d:?\d\d")
_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
_SLASH = re.compile(r"\s*[/|]\s*")
_CLOCK = re.compile(rf"(?:at )?{CLOCK_12}(?: [A-Z]{{2,4}})?", re.IGNORECASE)
"""Below a byline or a day; elsewhere it heads an entry of a live report."""
_OFFSET = re.compile(r"[+-]\d\d:\d\d$")


@dataclass(slots=True)
class HeaderMetadata:
    """What the lines around a headline state."""

    authors: tuple[str, ...] = ()
    """Names, or an agency where a line names it alone."""
    published: str | None = None
    """ISO 8601: with a time if the line states an offset, otherwise a date."""
    modified: str | None = None
    """In the same form."""
    places: set[int] = field(default_factory=set)
    """The lines that state nothing else, as indexes."""


def read_header_metadata(lines: Sequence[str], title: int | None, start: int) -> HeaderMetadata:
    """Return the metadata around a headline, or above the body if there is no headline.

    Args:
        lines: the text's lines.
        title: the index of the headline, or None.
        start: the index of the body's first line.
    """
    found = HeaderMetadata()
    above_body = range(start - 1, max(-1, start - 1 - _LINES_BELOW), -1)
    for place in above_body if title is None else _lines_to_read(lines, title):
        _read_line(found, lines[place], place)
    _read_between(found, lines, title)
    _read_unlabelled_author(found, lines, title)
    found.published = found.published or (found.modified or "")[:10] or None
    return found


def _lines_to_read(lines: Sequence[str], title: int) -> list[int]:
    """Return the indexes of the lines to read, nearest first, a date above the headline last.

    "Monday, May 6, 2024" above the headline is often the day on which the page was saved.
    """
    places: list[int] = []
    sentences = 0
    for place in range(title + 1, min(len(lines), title + 1 + _LINES_BELOW)):
        sentences += (
            ends_line_of_text(lines[place]) and len(lines[place].split()) > _STANDFIRST_WORDS
        )
        if sentences > _MAX_SENTENCES:
            break
        places.append(place)
    above = [place for place in range(title - 1, title - 1 - _LINES_ABOVE, -1) if place >= 0]
    labelled = [place for place in above if _PUBLISHED.match(lines[place])]
    near, far = places[:_LINES_NEAR], places[_LINES_NEAR:]
    return [*near, *labelled, *far, *(place for place in above if place not in labelled)]


def _read_line(found: HeaderMetadata, line: str, place: int) -> None:
    if len(line) > _MAX_CHARS:
        return
    left = text_besides_time(line)
    signed = _signers(left) if left else ()
    is_account = left and (starts_as_byline(left) or _SITE.fullmatch(left))
    if left == "" or signed or is_account:
        found.authors = found.authors or signed
        _take_times(found, line)
        found.places.add(place)
    elif not _take_header_line(found, line) and (names := _byline(line)):
        found.authors = found.authors or names
        found.places.add(place)


def _take_header_line(found: HeaderMetadata, line: str) -> bool:
    """Take authors and date of a header line and return whether it is one.

    The line is not marked as read: cleaning reads sections and counters in it.
    """
    header = read_header_line(line)
    if header is None or line[header.length :].strip() or header.published is None:
        return False
    found.authors = found.authors or author_names(header.authors or "")
    found.published = found.published or header.published
    return True


def _byline(line: str) -> tuple[str, ...]:
    """Return the names in a line that is only a byline, or ().

    "By Ana Moor, Political Editor" is one, "By the time the ferry sank" is not.
    """
    if ends_line_of_text(line) or len(line.split()) > _BYLINE_WORDS or not starts_as_byline(line):
        return ()
    names = author_names(line) if text_besides_time(line) != "" else ()
    return names if all(map(_is_full_name, names)) else ()


def _is_full_name(name: str) -> bool:
    words = name.split()
    return len(words) > 1 and words[0][:1].isupper() and words[-1][:1].isupper()


def _signers(left: str) -> tuple[str, ...]:
    """Return the agency or the people that a line names besides its time."""
    if agencies_listed(left, is_sure=True):
        return (left,)
    if starts_as_byline(left):
        return author_names(left)
    name = _SLASH.split(left)[0]
    return (name,) if is_name(name) and not is_organisation(name) else ()


def text_besides_time(line: str) -> str | None:
    """Return the text of a line besides its time: "" if there is none, None if it has no time.

    >>> text_besides_time("PTI / Updated: Aug 12, 2023, 14:22 IST")
    'PTI'
    """
    if not any(letter.isdigit() for letter in line) or iso_time(line, day_first=True) is None:
        return None
    words = list(_WORD.finditer(line))
    other = [place for place, found in enumerate(words) if not _belongs_to_time(words, place)]
    if not other:
        return ""
    if other[-1] - other[0] + 1 != len(other) or len(other) > _NAME_WORDS + 1:
        return None
    if other[0] != 0 and other[-1] != len(words) - 1:
        return None
    return line[words[other[0]].start() : words[other[-1]].end()]


def _belongs_to_time(words: list[re.Match[str]], place: int) -> bool:
    word = words[place][0].strip(".:")
    if _NUMBER.fullmatch(word) or _LABEL.fullmatch(word):
        return True
    if _ZONE.fullmatch(word):
        return place > 0 and bool(re.search(rf"\d|^{AM_PM}", words[place - 1][0], re.IGNORECASE))
    beside = words[max(0, place - 1) : place] + words[place + 1 : place + 2]
    is_beside_number = any(found[0][:1].isdigit() for found in beside)
    return is_beside_number and word[:1].isalpha() and month_number(word.lower()) is not None


def _take_times(found: HeaderMetadata, line: str) -> None:
    published, changed = split_updated(line)
    found.published = found.published or _stated(published)
    found.modified = found.modified or _stated(changed)


def _stated(text: str) -> str | None:
    """Return the time that a text states; without an offset only its date."""
    stated = iso_time(text)
    return stated if stated is None or _OFFSET.search(stated) else stated[:10]


def _read_unlabelled_author(found: HeaderMetadata, lines: Sequence[str], title: int | None) -> None:
    """Read a name without a time or "By", which the role on the line below it confirms."""
    if found.authors or title is None:
        return
    below = sorted(place for place in _lines_to_read(lines, title) if place > title)
    for place in below:
        if place + 1 < len(lines) and _is_person(lines[place]) and is_role(lines[place + 1]):
            found.authors = (lines[place],)
            found.places |= {place, place + 1}
            return


def _read_between(found: HeaderMetadata, lines: Sequence[str], title: int | None) -> None:
    """Read names, roles and the outlet on lines next to those that state metadata."""
    first = -1 if title is None else title
    for place in sorted(place for place in found.places if place > first):
        above = range(place - 1, max(first, place - 1 - _MAX_BETWEEN), -1)
        beside = [
            *takewhile(lambda p: p not in found.places and _is_outlet_or_role(lines[p]), above)
        ]
        found.places.update(beside)
        signed = tuple(lines[other] for other in reversed(beside) if _is_author(lines[other]))
        found.authors = found.authors or signed[:1]
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if is_role(following) or _CLOCK.fullmatch(following):
            found.places.add(place + 1)


def _is_author(line: str) -> bool:
    return bool(agencies_listed(line, is_sure=True)) or _is_person(line)


def _is_outlet_or_role(line: str) -> bool:
    """Return True for "The Dunmore Ledger" and "Political editor", False for a standfirst."""
    if is_role(line):
        return True
    words = line.split()
    is_named = all(word[:1].isupper() or word in ("of", "the", "and", "&") for word in words)
    return (
        is_named
        and len(words) <= _NAME_WORDS
        and not ends_line_of_text(line)
        and not reason_for(line)
    )


def _is_person(line: str) -> bool:
    return is_name(line) and not is_organisation(line) and not line.startswith("The ")
