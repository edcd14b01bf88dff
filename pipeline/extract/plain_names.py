"""Reads who signed a plain text where no "By" says so: a name alone, with a role, or below it.

A name alone may be a place or a section ("New York", "Middle East"), so something else must speak
for it: a role, the reading time, or the same name in front of a note on the author below the text.
Knows nothing of times.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from pipeline.clean.facts import is_name
from pipeline.clean.names import is_organisation
from pipeline.clean.patterns import reason_for

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
