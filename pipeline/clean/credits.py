"""Finds the news agency behind a text: credit line, byline, dateline, the agency's own trailer.

"Source: Anadolu Agency" under a text is data, not text; "GENEVA (AP) — The talks" is both, so it
stays. A text may be the agency's as a whole, or hold parts of it ("with inputs from PTI"), or stand
on the agency's own site. "The Associated Press contributed to this report", "told Reuters" and
"AP Photo" credit nobody with the text. Knows nothing of other articles.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.clean.agencies import (
    LIKELY,
    Agency,
    agencies_listed,
    agency_named,
    is_collective,
    own_agency,
)
from pipeline.clean.datelines import dateline_agency
from pipeline.clean.trailers import HOUSE, is_house_trailer, signed_agency, trailer_agencies
from pipeline.records import CreditKind
from pipeline.words import ends_sentence

_LONGEST_LINE = 160
_LONGEST_THANKS = 400
_LONGEST_BARE = 60
"""A line without "Source:" or the like; saves half of the time, most lines being sentences."""
_HEAD_LINES, _TAIL_LINES = 6, 5
_HEAD, _TAIL = 600, 900
"""Characters: bylines follow a headline and a standfirst at most; trailers end a text."""
_LABEL = re.compile(
    r"(?P<label>(?:news )?(?:sources?|agency)|via|by|from|story by|report by|reported by|"
    r"(?:published|distributed|provided|supplied) by|credits?|quellen?|text|von|por|par|di|"
    r"fonte|fuente|kilde|bron|المصدر|kaynak|источники?|来源|來源|出典|출처|sumber|स्रोत|"
    r"(?:©|\(c\)|copyright|all rights reserved)(?: ©)?(?: \d{4})?(?: by)?)"
    r"(?:\s*[:：]\s*|\s+)(?P<names>\S.*)",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:with )?agency inputs?|"
    r"(?:compiled |written |edited )?(?:(?:(?:with|from) )?(?:(?:additional|further|some|agency) )?"
    r"(?:inputs?|files?|material|information|content|reports?|text) (?:from|of|by)|with)"
    r"[:\s]+(?P<names>.+?)(?: (?:agency )?(?:inputs?|feeds?))?",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\W*(?:(?:with )?(?:additional|further|extra) reporting (?:by|from)\b.*|"
    r".{2,250}\bcontributed (?:(?:to|reporting|additional)\b).{0,60}|"
    r".{2,80}\b(?:contributed|assisted)(?: in| with)?(?: this (?:report|story|article))?)\.?\W*",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\breporting (?:by|from)\b|\bthis (?:report|story|article)\b|\bcontributed reporting\b",
    re.IGNORECASE,
)
_NOT_EDITED = re.compile(
    r"\(?(?:except for the headline, )?this (?:story|article|report|copy|news item) "
    r"(?:has not been|was not|is not) [^.()]{2,120}\b(?:feed|service|agency)\b[^.()]{0,60}\.?\)?",
    re.IGNORECASE,
)
"""Outlets in India put it around the agency: "(This story … from a syndicated feed.) PTI"."""
_EDITOR = re.compile(r"\s*\|\s*(?:web )?editor:.*", re.IGNORECASE)
"""How Xinhua signs: "Source: Xinhua|Editor: huaxia"."""
_PICTURE = re.compile(
    r"\b(?:photo\w*|pictures?|pics?|images?|getty|shutterstock|handout|illustration|graphics?|"
    r"videos?|fotos?|bilde?r?|alliance|imago|camera|screenshot|pool)\b",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"(?:news )?(?:sources?|agency)\s*:\s*(?P<name>[^.!?]{2,60})", re.IGNORECASE)
_BYLINE_SPLIT = re.compile(r"\s*(?:[,|/()•·;]|\s[-–—]\s|\b(?:for|of|to|from)\b)\s*", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:&|\+|\b(?:and|with|und|et|y|e|mit|avec|con)\b)\s*", re.IGNORECASE)
_BY = re.compile(r"^(?:(?:by|von|par|por|di|via|source|agency)\b[:\s]+)", re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:(?:By|BY|Von|Por|Par|Di)\s|[^|]{2,30}\||(?:[A-Z]\w+ )*"
    r"(?:[Ss]taff|STAFF|[Dd]esk|[Nn]ewsroom|[Rr]eporters?) (?:with|WITH|and|AND) )"
    r".{2,90}(?<![.!?:])"
)
_TITLE_END = re.compile(r"\|\s*(?P<bar>[^|()]{2,40})$|\((?P<round>[^()]{2,40})\)\s*$")


@dataclass(frozen=True, slots=True)
class Credit:
    """Who is credited with a text, and with how much of it."""

    line: str | None
    """The credit line as printed, where there is one."""
    agency: str | None
    """The first agency named; None for "Agencies" and for sources that are no agency."""
    kind: CreditKind | None = None
    """``whole``, ``part`` or ``own``; None where nobody is credited with the text."""


def read_credit(line: str) -> Credit | None:
    """Return the credit that a whole line at the end of a text gives, or None where it is text.

    >>> read_credit("Source: Anadolu Agency").agency
    'Anadolu Agency'
    """
    plain = line.strip()
    if is_house_trailer(plain):
        return Credit(line, HOUSE, "whole")
    if found := _NOT_EDITED.match(plain):
        agency = agency_named(plain[found.end() :]) or next(trailer_agencies(plain), None)
        return Credit(line, agency, "whole") if agency else None
    if len(plain) <= _LONGEST_THANKS and _THANKS.fullmatch(plain) and _thanks_an_agency(plain):
        return Credit(line, None)
    if not plain or len(plain) > _LONGEST_LINE or plain.endswith(":") or _PICTURE.search(plain):
        return None
    return _whole_line(line, plain) or _unknown_source(line, plain)


def find_credit(
    *,
    title: str | None = None,
    authors: Sequence[str] = (),
    text: str | None = None,
    line: str | None = None,
    url: str | None = None,
    site_name: str | None = None,
) -> Credit:
    """Return who is credited with a text; on an agency's own site that is the agency.

    Args:
        title: headline; some outlets end it with "(AP)" or "| Reuters".
        authors: bylines, as names or as printed ("By JANE ROE, Associated Press").
        text: the body, the line taken out of it or not.
        line: "Source: Anadolu Agency", as ``read_credit`` took it out of the body.
        url: the page's; ``agencies.toml`` knows the agencies' own sites.
        site_name: the outlet as the page names itself.

    >>> find_credit(authors=["AFP"]).agency
    'Agence France-Presse'
    """
    own = own_agency(url, site_name)
    found = next(_credits(title or "", authors, text or "", line or "", own), None)
    if own and (not found or found.agency == own.name):
        found = Credit(None, own.name, "own") if own.kind == "agency" else None
    return replace(found, line=line) if found else Credit(line, None)


def byline_agency(author: str, site_name: str | None) -> str | None:
    """Return the agency that an author's name is; an outlet writes for itself, so it is none.

    >>> byline_agency("Linden Press", "Merrow Post")
    'Linden Press'
    """
    if site_name and author.lower() in site_name.lower():
        return None
    return agency_named(author, is_sure=True) or (author if LIKELY.fullmatch(author) else None)


def _credits(
    title: str, authors: Sequence[str], text: str, line: str, own: Agency | None
) -> Iterator[Credit]:
    """Yield the credits found, the surest first."""
    stated = read_credit(line)
    if stated and stated.kind == "whole" and not (own and is_house_trailer(line)):
        yield stated
    bylines = [credit for author in authors if (credit := read_byline(author))]
    yield from sorted(bylines, key=lambda credit: credit.kind != "whole")[:1]
    if agency := dateline_agency(text):
        yield Credit(None, agency, "whole")
    yield from _from_head(text)
    # What stands at the end of an agency's own page is its house's signature and no other's.
    yield from _from_tail(text if own is None else "")
    if agency := _from_title(title):
        yield Credit(None, agency, "whole")
    if stated and stated.kind == "part":
        yield stated


def _whole_line(line: str, plain: str) -> Credit | None:
    plain = _EDITOR.sub("", plain)
    inner = plain if plain[:3].lower() == "(c)" else plain.strip(" \t*-–—()[]•.")
    if found := _PART.fullmatch(inner):
        return _part(line, found["names"] or "agencies")
    label = _LABEL.fullmatch(inner)
    if not label and len(inner) > _LONGEST_BARE:
        return None
    names = label["names"] if label else inner
    if is_collective(names) and (label or inner != plain or not plain.islower()):
        return Credit(line, None, "whole")
    is_sure = bool(label) or plain[0] in "([-–—"
    if agencies := agencies_listed(names, is_sure=is_sure):
        return Credit(line, agencies[0], "whole")
    if agency := signed_agency(plain):
        return Credit(line, agency, "whole")
    own_words = _JOINED.split(names, maxsplit=1)
    if len(own_words) == 2 and len(names) < 60 and (label or inner != plain or len(plain) < 40):
        return _part(line, own_words[1])
    return None


def _part(line: str | None, names: str) -> Credit | None:
    agencies = agencies_listed(names, is_sure=True)
    if agencies or is_collective(names):
        return Credit(line, agencies[0] if agencies else None, "part")
    return None


def _unknown_source(line: str, plain: str) -> Credit | None:
    """Read "Source: Linden Press"; "Source: Brevik Port Authority" is a credit to no agency."""
    found = _SOURCE.fullmatch(plain.strip("()[] "))
    if not found:
        return None
    name = found["name"].strip()
    if LIKELY.fullmatch(name):
        return Credit(line, name, "whole")
    return Credit(line, None)


def _thanks_an_agency(plain: str) -> bool:
    """Tell "The Associated Press contributed to this report" from "rain contributed to this"."""
    return bool(_ABOUT.search(plain)) and not plain[0].islower()


def read_byline(byline: str) -> Credit | None:
    """Return the credit in a byline as printed: ``part`` for "By Jane Roe, with AP"."""
    plain = _BY.sub("", " ".join(byline[:200].split()))
    # The whole comes first: "Press Trust of India" has an "of" itself.
    if agencies := agencies_listed(plain, is_sure=True):
        return Credit(None, agencies[0], "whole")
    if is_collective(plain):
        return Credit(None, None, "whole")
    if _PICTURE.search(plain):
        return None
    joined = _JOINED.split(plain)
    if len(joined) > 1 and (part := _part(None, joined[-1])):
        return part
    parts = [*_BYLINE_SPLIT.split(plain), *_last_words(plain)]
    agency = next(filter(None, (agency_named(part) for part in parts if part)), None)
    if agency is None and LIKELY.fullmatch(plain):
        agency = plain
    return Credit(None, agency, "whole") if agency else None


def _last_words(byline: str) -> list[str]:
    """Return what may be an agency behind a name without a comma: "JANE ROE Associated Press"."""
    words = byline.split()
    return [
        " ".join(words[-count:])
        for count in (4, 3, 2)
        if len(words) > count and all(word[0].isupper() for word in words[:-count])
    ]


def _from_head(text: str) -> Iterator[Credit]:
    """Read bylines and labelled credits; a bare "Reuters" up there credits a picture."""
    lines = [line.strip() for line in text[:_HEAD].splitlines() if line.strip()]
    for line in lines[:_HEAD_LINES]:
        credit = None
        if _BYLINE.fullmatch(line):
            credit = read_byline(line)
        elif line[:1] in "(-–—" or _LABEL.fullmatch(line):
            credit = read_credit(line)
        if credit and credit.kind:
            yield credit


def _from_tail(text: str) -> Iterator[Credit]:
    tail = text[-_TAIL:].rstrip()
    lines = [line.strip() for line in tail.splitlines() if line.strip()]
    first = next((n for n, line in enumerate(lines) if ends_sentence(line)), len(lines))
    last_lines = list(enumerate(lines))[: -_TAIL_LINES - 1 : -1]
    # A bare "Reuters" above the first sentence of a short text credits a picture.
    below = (line for place, line in last_lines if place > first or not agency_named(line))
    credits = [credit for line in below if (credit := read_credit(line))]
    yield from (credit for credit in credits if credit.kind == "whole")
    yield from (Credit(None, agency, "whole") for agency in trailer_agencies(tail))
    yield from (credit for credit in credits if credit.kind == "part")
    yield from _inner_parts(lines[-1] if lines else "")


def _inner_parts(last: str) -> Iterator[Credit]:
    """Read "… he said. (With inputs from PTI)" at the end of the last paragraph."""
    found = re.search(r"\(([^()]{5,80})\)\W*$", last[-100:])
    if (
        found
        and (part := _PART.fullmatch(found[1]))
        and (credit := _part(None, part["names"] or "agencies"))
    ):
        yield credit


def _from_title(title: str) -> str | None:
    found = _TITLE_END.search(title[-80:])
    return agency_named(found["bar"] or found["round"]) if found else None
