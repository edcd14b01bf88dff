"""Reads what stands between a plain text's headline and its first paragraph: names and times.

A line is one of facts when each of its words is a day, a clock, a label or a mark ("Published 6:14
p.m. ET March 3, 2025 | Updated …"), but for a name or an agency at one end ("PTI / Updated: …").
What stands near the headline is the article's; a day in the masthead above is today's. The times
themselves are ``times``' to read. Knows nothing of the body.

Reads who signed a plain text where no "By" says so: a name alone, with a role, or below it.

A name alone may be a place or a section ("New York", "Middle East"), so something else must speak
for it: a role, the reading time, or the same name in front of a note on the author below the text.
Knows nothing of times.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile

from pipeline.clean.header_facts import is_name
from pipeline.extract.publication_times import parted
from pipeline.line_rules.agencies import agencies_listed
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.bylines import author_names, is_organisation
from pipeline.line_rules.dates import is_ambiguous, iso_time, month_number
from pipeline.line_rules.header_lines import read_opening
from pipeline.text import ends_line_of_text

ROLE = re.compile(
    r"(?:[\w&'’-]+ ){0,4}(?:correspondent|reporter|editor|writer|columnist|contributor|journalist|"
    r"Redakteur(?:in)?|Korrespondent(?:in)?)s?",
    re.IGNORECASE,
)
_PERSON = r"[A-Z][\w’'-]+ [A-Z][\w’'-]+"
_WITH_ROLE = re.compile(
    rf"(?P<name>{_PERSON}) (?:[\w&’'-]+ ){{0,4}}"
    r"(?:[Cc]orrespondent|[Rr]eporter|[Ee]ditor|[Cc]olumnist|[Ww]riter)"
)
_READING_TIME = re.compile(r"\d+ ?-?min(?:ute)?s?(?: read)?", re.IGNORECASE)
_NOTE = (
    r"(?:written |edited )?by {0}|{0},? (?:covers|writes|reports|teaches)\b.*|"
    r"{0} is an?\b.{{0,120}}\b"
    r"(?:correspondent|reporter|editor|writer|columnist|contributor|journalist|author|professor)\b.*"
)
"""Not the name alone, which may be a section's in the menu, nor "New York is bracing itself"."""
_POSTED = re.compile(
    rf"(?:Posted|Submitted|Published|Written) by (?P<name>{_PERSON}) (?:at|on) "
    r"[^.!?]{0,20}\d.{0,40}"
)
_BESIDE = 2
_OUTLET_WORDS = 4


def name_alone(
    lines: Sequence[str], places: Iterable[int], facts: Collection[int]
) -> tuple[str, set[int]] | None:
    """Return who stands alone in the lines below a headline, and which lines that takes.

    Args:
        lines: the text's lines.
        places: those between the headline and the first paragraph.
        facts: the places known to hold times and names.
    """
    for place in sorted(places):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        signed = _WITH_ROLE.fullmatch(lines[place])
        if signed and any(abs(place - other) <= _BESIDE for other in facts):
            return signed["name"], {place}
        if not _is_person(lines[place]):
            continue
        if ROLE.fullmatch(following):
            return lines[place], {place, place + 1}
        if _READING_TIME.fullmatch(following):
            return lines[place], {place}
        if _is_noted(lines[place], lines[place + 2 :]):
            return lines[place], {place, place + 1} if _is_outlet(following) else {place}
    return None


def poster(lines: Sequence[str], start: int) -> tuple[str, ...]:
    """Return who posted a text by the line below it, "Posted by Ines Moor at 19:41".

    Behind the first comment such a line names who commented.
    """
    for place in range(start, len(lines)):
        if found := _POSTED.fullmatch(lines[place]):
            is_above = all(reason_for(line) != "comments" for line in lines[start:place])
            return (found["name"],) if is_above else ()
    return ()


def _is_person(line: str) -> bool:
    return is_name(line) and not is_organisation(line) and not line.startswith("The ")


def _is_noted(name: str, below: Sequence[str]) -> bool:
    note = re.compile(_NOTE.format(re.escape(name)), re.IGNORECASE)
    return any(note.fullmatch(line) for line in below)


def _is_outlet(line: str) -> bool:
    words = line.split()
    is_capitalised = all(word[:1].isupper() or word in ("of", "the", "and") for word in words)
    return is_capitalised and 0 < len(words) <= _OUTLET_WORDS and line[-1:].isalnum()


_CHARS = 140
_BELOW, _ABOVE, _NEAR = 14, 3, 5
"""Lines around the headline that may hold facts, and those below it that most likely do."""
_PUBLISHED = re.compile(
    r"(?:posted|published|submitted|by|veröffentlicht|publié|publicado)\b", re.IGNORECASE
)
_SENTENCES = 2
"""A standfirst and a caption may stand between the headline and the facts."""
_BETWEEN = 2
"""Lines between a name and a time: the outlet, a role."""
_NAME_WORDS = 5
_WORD = re.compile(r"[^\s|•·,;/()–—-]+")
_NUMBER = re.compile(
    r"\d{1,4}(?:[:.]\d\d){0,2}(?:[ap]\.?m\.?|h|st|nd|rd|th)?[.:]?|\d\d\.\d\d\.\d{2,4}",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:first |last |originally )?(?:published|posted|updated?|modified|created|date|edited)|"
    r"on|at|last|first|originally|ago|\d*(?:min(?:ute)?|hour|hr|day|week|month|year)s?|today|yesterday|"
    r"[ap]\.?m\.?|uhr|of|de|del|le|el|il|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|stand|am|um|zuletzt|"
    r"aktualisiert|veröffentlicht|erschienen|publié|mis|mise|à|jour|modifié|publicado|actualizado|"
    r"pubblicato|aggiornato|atualizado|em|gepubliceerd|bijgewerkt|op|"
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|"
    r"vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo)",
    re.IGNORECASE,
)
_ZONE = re.compile(r"[A-Z]{2,5}|[+]\d\d:?\d\d")
_BY = re.compile(
    r"(?i:(?:by|author of the article|author|autor(?:in)?|auteur|written by|story by|"
    r"(?:posted|published|reported|submitted) by)\b(?: ?:)?|(?:von|par|por|di|door)\b) ?"
    r"(?=[^\W\d_a-z])"
)
_FOREIGN_BY = re.compile(r"(?:Von|Par|Por|Di|Door) ")
_LOGIN = re.compile(r"by \w+", re.IGNORECASE)
_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
_SLASH = re.compile(r"\s*[/|]\s*")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})[a-z]*\b", re.IGNORECASE)
_CLOCK = re.compile(r"(?:at )?\d{1,2}[:.]\d\d ?[ap]\.?m\.?(?: [A-Z]{2,4})?", re.IGNORECASE)
"""Below a byline or a day; elsewhere it heads an entry of a live report."""
_OFFSET = re.compile(r"[+-]\d\d:\d\d$")


@dataclass(slots=True)
class HeadFacts:
    """What the lines around a headline say, and which of them say nothing else."""

    authors: tuple[str, ...] = ()
    """Names, or an agency where a line is signed by it alone."""
    published: str | None = None
    """ISO 8601, with a time where it has an offset, else a bare day."""
    modified: str | None = None
    places: set[int] = field(default_factory=set)


def read_head(lines: Sequence[str], title: int | None, start: int) -> HeadFacts:
    """Return the facts around a headline, or above the body where there is none.

    Args:
        lines: the text's lines.
        title: the headline's place.
        start: where the body begins.
    """
    facts = HeadFacts()
    above_body = range(start - 1, max(-1, start - 1 - _BELOW), -1)
    for place in above_body if title is None else _reach(lines, title):
        _read_line(facts, lines[place], place)
    _read_between(facts, lines, title)
    _read_alone(facts, lines, title, start)
    facts.published = facts.published or (facts.modified or "")[:10] or None
    return facts


def _reach(lines: Sequence[str], title: int) -> list[int]:
    """Return the places to read, nearest first; a bare day above the headline comes last.

    "Monday, May 6, 2024" up there is the day of the visit as often as not.
    """
    places: list[int] = []
    sentences = 0
    for place in range(title + 1, min(len(lines), title + 1 + _BELOW)):
        sentences += ends_line_of_text(lines[place]) and len(lines[place].split()) > 8
        if sentences > _SENTENCES:
            break
        places.append(place)
    above = [place for place in range(title - 1, title - 1 - _ABOVE, -1) if place >= 0]
    labelled = [place for place in above if _PUBLISHED.match(lines[place])]
    near, far = places[:_NEAR], places[_NEAR:]
    return [*near, *labelled, *far, *(place for place in above if place not in labelled)]


def _read_line(facts: HeadFacts, line: str, place: int) -> None:
    if len(line) > _CHARS:
        return
    left = remainder(line)
    signed = _named(left) if left else ()
    is_mute = left is not None and (_LOGIN.fullmatch(left) or _SITE.fullmatch(left))
    if left == "" or signed or is_mute:
        facts.authors = facts.authors or signed
        _take_times(facts, line)
        facts.places.add(place)
    elif not _take_opening(facts, line) and (names := _byline(line)):
        facts.authors = facts.authors or names
        facts.places.add(place)


def _take_opening(facts: HeadFacts, line: str) -> bool:
    """Take what a line says that the cleaning will read again: sections and counters in it."""
    opening = read_opening(line)
    if opening is None or line[opening.length :].strip() or opening.published is None:
        return False
    facts.authors = facts.authors or author_names(opening.authors or "")
    facts.published = facts.published or opening.published
    return True


def _byline(line: str) -> tuple[str, ...]:
    """Return the people of a line that is a byline and nothing else.

    "By Ana Moor, Political Editor" is one, "By the time the ferry sank" is none.
    """
    lead = _BY.match(line)
    if not lead or ends_line_of_text(line) or len(line.split()) > 14 or remainder(line) == "":
        return ()
    rest = line[lead.end() :]
    if _FOREIGN_BY.match(line) and not is_name(rest):
        return ()
    names = author_names(f"By {rest}")
    return names if names and all(map(_may_sign, names)) and rest.startswith(names[0]) else ()


def _may_sign(name: str) -> bool:
    words = name.split()
    return len(words) > 1 and words[0][:1].isupper() and words[-1][:1].isupper()


def _named(left: str) -> tuple[str, ...]:
    """Return who signs a line of times: an agency, or people."""
    if agencies_listed(left, is_sure=True):
        return (left,)
    by = _BY.match(left)
    name = left[by.end() :] if by else _SLASH.split(left)[0]
    if by:
        return author_names(f"By {name}") or (name,)
    return (name,) if is_name(name) and not is_organisation(name) else ()


def remainder(line: str) -> str | None:
    """Return what a line of times says besides them ("" for nothing), None where it has no time.

    >>> remainder("PTI / Updated: Aug 12, 2023, 14:22 IST")
    'PTI'
    """
    if not any(letter.isdigit() for letter in line) or iso_time(line, day_first=True) is None:
        return None
    words = list(_WORD.finditer(line))
    other = [place for place, found in enumerate(words) if not _is_of_time(words, place)]
    if not other:
        return ""
    if other[-1] - other[0] + 1 != len(other) or len(other) > _NAME_WORDS + 1:
        return None
    if other[0] != 0 and other[-1] != len(words) - 1:
        return None
    return line[words[other[0]].start() : words[other[-1]].end()]


def _is_of_time(words: list[re.Match[str]], place: int) -> bool:
    word = words[place][0].strip(".:")
    if _NUMBER.fullmatch(word) or _LABEL.fullmatch(word):
        return True
    if _ZONE.fullmatch(word):
        return place > 0 and bool(re.search(r"\d|^[ap]\.?m", words[place - 1][0], re.IGNORECASE))
    beside = words[max(0, place - 1) : place] + words[place + 1 : place + 2]
    is_dated = any(found[0][:1].isdigit() for found in beside)
    return is_dated and word[:1].isalpha() and month_number(word.lower()) is not None


def _take_times(facts: HeadFacts, line: str) -> None:
    published, changed = parted(line)
    facts.published = facts.published or _stated(published)
    facts.modified = facts.modified or _stated(changed)


def _stated(text: str) -> str | None:
    """Return the time that a text states; without an offset the day alone, for it may be any."""
    stated = iso_time(text, day_first=_is_day_first(text))
    return stated if stated is None or _OFFSET.search(stated) else stated[:10]


def _is_day_first(text: str) -> bool | None:
    """Tell which figure is the day where a weekday beside them decides: "Mon, 09/01/2025"."""
    named = _WEEKDAY.search(text)
    for day_first in (True, False) if named and is_ambiguous(text) else ():
        stated = iso_time(text, day_first=day_first)
        weekday = _WEEKDAYS[date.fromisoformat(stated[:10]).weekday()] if stated else None
        if named and weekday == named[1].lower():
            return day_first
    return None


def _read_alone(facts: HeadFacts, lines: Sequence[str], title: int | None, start: int) -> None:
    """Read a name that no time and no "By" stands beside."""
    if facts.authors or title is None:
        return
    below = [place for place in _reach(lines, title) if place > title]
    if found := name_alone(lines, below, facts.places):
        facts.authors = (found[0],)
        facts.places |= found[1]
    else:
        facts.authors = poster(lines, start)


def _read_between(facts: HeadFacts, lines: Sequence[str], title: int | None) -> None:
    """Read a name alone, a role and the outlet, right above a time or below a name."""
    first = -1 if title is None else title
    for place in sorted(place for place in facts.places if place > first):
        above = range(place - 1, max(first, place - 1 - _BETWEEN), -1)
        loose = [*takewhile(lambda p: p not in facts.places and _is_loose(lines[p]), above)]
        facts.places.update(loose)
        signed = tuple(lines[other] for other in reversed(loose) if _signs(lines[other]))
        facts.authors = facts.authors or signed[:1]
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if ROLE.fullmatch(following) or _CLOCK.fullmatch(following):
            facts.places.add(place + 1)


def _signs(line: str) -> bool:
    agency = agencies_listed(line, is_sure=True)
    return bool(agency) or (
        is_name(line) and not is_organisation(line) and not line.startswith("The ")
    )


def _is_loose(line: str) -> bool:
    """Tell "The Dunmore Ledger" and "Political editor" from a short standfirst."""
    if ROLE.fullmatch(line):
        return True
    words = line.split()
    is_named = all(word[:1].isupper() or word in ("of", "the", "and", "&") for word in words)
    return (
        is_named
        and len(words) <= _NAME_WORDS
        and not ends_line_of_text(line)
        and not (reason_for(line))
    )
