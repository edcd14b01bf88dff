"""How agencies close a text: "(Reporting by …; Editing by …)", "… he said. (AFP)", "© 2026 dpa".

Knows no other place where an agency may be credited; whole lines are read by ``credits``.
"""

import re
from collections.abc import Iterable, Iterator

from pipeline.clean.agencies import agencies_listed, agency_named, own_agency

_SIGNATURE = re.compile(r"\W*(?P<name>[A-Z]{3,5})(?: [A-Z]{2,5}){1,6}\W*")
"""How PTI signs its copy: the desk's initials behind its name, "PTI KRK DV"."""
_SIGNED_OFF = re.compile(
    r"[.!?…][\"”’')\]]*\s*(?:\((?P<round>[^()\n]{2,40})\)|[-–—]{1,2}\s*(?P<dashed>[^\n–—]{2,30})|"
    r"(?P<bare>[A-Z][\w /]{1,25}))\W*$"
)
_HOUSE_TRAILER = re.compile(
    r"\b(?:[Rr]eporting by [A-Z]|[Ww]riting by [A-Z]).{0,400}?\b[Ee]dit(?:ing|ed) by [A-Z]|"
    r"\b(?:Reporte|Reportaje|Reportagem|Información) (?:de|por) .{0,300}?"
    r"\b(?:[Ee]dit[ao]d[oa]|[Ee]dici[oó]n|[Ee]diç[aã]o) (?:en español )?(?:por|de) [A-Z]|"
    r"\(Bericht von .{0,300}?(?:[Rr]edigiert|[Gg]eschrieben) von [A-Z]|"
    r"\((?:Reportage|Rédigé par|Version française) .{0,300}?édité par [A-Z]",
    re.DOTALL,
)
HOUSE = "Reuters"
"""It signs so and does not name itself: "(Reporting by A. Roe; Editing by B. Poe)"."""
_LONGEST_TRAILER = 500
_NAMED_TRAILERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\(?\b(?P<name>[A-Z][\w ]{1,30}?)\s+reporting by\s+[A-Z]",
        r"\b(?i:this (?:report|story|article|content) by) (?P<name>(?:[Tt]he )?[A-Z][\w ]{1,40}?) "
        r"was (?:first|originally) published",
        r"\b(?i:(?:originally|first) (?:published|appeared|reported) (?:by|on|in|at)|"
        r"(?:re)?published (?:with permission )?from|(?:produced|provided|distributed|supplied) by|"
        r"(?:syndicated|auto-generated|news agency) feed (?:of|from)|"
        r"is (?:a )?part of|reprinted (?:with permission )?(?:from|by)|under licen[cs]e from)"
        r" (?P<name>(?:[Tt]he )?[^\W\d_][^.,;()\n]{1,40}?)"
        r"(?= under\b| and\b| on\b| in\b| with\b| as\b| via\b|[.,;()\n]|$)",
        r"(?i:©|\(c\)|\bcopyright\b)\s*(?:©\s*)?(?:\d{4},?\s*)(?:[Bb]y\s+)?(?P<name>[^.,;()\n]{2,40})",
        r"(?P<name>The-CNN-Wire)",
    )
)
_ASKED = re.compile(
    r"[Tt]o contact the (?:reporter|author|editor)s?\b.{0,200}?@(?P<host>[\w.-]+)", re.S
)


def trailer_agencies(tail: str) -> Iterator[str]:
    """Yield the agencies that the end of a text names as its source, the surest first."""
    for pattern in _NAMED_TRAILERS:
        yield from _known(agency_named(found["name"]) for found in pattern.finditer(tail))
    yield from _known([_signed_off(tail)])
    if _HOUSE_TRAILER.search(tail):
        yield HOUSE
    if asked := _ASKED.search(tail):
        whose = own_agency(f"https://{asked['host'].rstrip('.')}/", None)
        yield from _known([whose.name if whose else None])


def is_house_trailer(line: str) -> bool:
    """Tell whether a whole line is that agency's trailer, in its round brackets or without.

    "Reporting by Jane Roe. Editing by Bo Poe" may close any outlet's own story.
    """
    plain = line.strip()
    if len(plain) > _LONGEST_TRAILER or not (plain[:1] == "(" or ";" in plain or HOUSE in plain):
        return False
    return any(_HOUSE_TRAILER.match(form) for form in (plain, plain.removeprefix("(")))


def signed_agency(line: str) -> str | None:
    """Return the agency that signs with its desk's initials: "PTI KRK DV"."""
    signed = _SIGNATURE.fullmatch(line)
    return agency_named(signed["name"]) if signed else None


def _signed_off(tail: str) -> str | None:
    """Read the agency behind the last sentence: "… he said. (AFP)", "… he said. — Bernama"."""
    found = _SIGNED_OFF.search(tail[-80:])
    if not found:
        return None
    name = found["round"] or found["dashed"] or found["bare"]
    agencies = agencies_listed(name, is_sure=bool(found["round"]))
    return agencies[0] if agencies else signed_agency(name)


def _known(agencies: Iterable[str | None]) -> Iterator[str]:
    return (agency for agency in agencies if agency)
