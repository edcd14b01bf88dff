"""Finds the news agency behind a text: credit line, byline, dateline, the agency's own trailer.

"Source: Anadolu Agency" under a text is data, not text; "GENEVA (AP) — The talks" is both, so it
stays. A text may be the agency's as a whole, or hold parts of it ("with inputs from PTI"), or stand
on the agency's own site. "The Associated Press contributed to this report", "told Reuters" and
"AP Photo" credit nobody with the text. Knows nothing of other articles.

The agency in a dateline: "GENEVA (AP) —", "MOSCOW, July 20. /TASS/.", "Accra, Nov. 3, GNA –".

A dateline opens a line near the top of a text with a place, a day or nothing, then the agency, and
ends in a dash, a colon or a stop. Knows no other place where an agency may be credited.

How agencies close a text: "(Reporting by …; Editing by …)", "… he said. (AFP)", "© 2026 dpa".

Knows no other place where an agency may be credited; whole lines are read by ``credits``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.line_rules.agencies import (
    LIKELY,
    Agency,
    agencies_listed,
    agency_named,
    is_collective,
    own_agency,
)
from pipeline.line_rules.calendar_words import is_month
from pipeline.models import CreditKind
from pipeline.text import ends_sentence

_LINES, _REACH = 8, 900
"""Headline, standfirst, byline and a caption or two may stand above the dateline."""
_DATELINE_HEAD = 140
_MARK = re.compile(
    r"[(\[](?P<round>[^()\[\]]{2,60})[)\]]|(?<![\w/])/(?P<slashed>[^()\[\]/]{2,30})/"
)
_DASH = re.compile(r"\s*(?:[-–—]{1,2}|:|\.?\s*[-–—])")
_BARE_END = re.compile(r"\s+[-–—]{1,2}\s*|\s*[–—]\s*")
_FRONT = re.compile(
    r"(?P<name>[^\W\d_a-z][\w ]{1,24}?)(?:\.?\s*[-–—]{1,2}|\s*[|,])\s*(?P<place>[^-–—|]{3,50}?)"
    r"\s*(?:\s[-–—]|[–—|])"
)
_ALONE = re.compile(r"(?P<name>[^\W\d_a-z][\w ]{1,24}?)\s*[-–—]{1,2}(?P<place>)")
_STOP = re.compile(r"[,.:]\s+")
_PARTICLES = frozenset(
    "of and de del da do dos das di du des al el la le les los las am im an der den ob sur upon on "
    "in at près the".split()
)
_DAY = re.compile(r"\d{1,4}(?:st|nd|rd|th)?|\d{1,2}[:.]\d\d|a\.?m|p\.?m|gmt", re.IGNORECASE)
_DATELINE_TAIL = re.compile(r"\s*-\s*\w+\.? \d{1,2}, \d{4}$|(?<=PRNewswire)-\w.*$")
"""What press-release wires add: (Newsfile Corp. - November 3, 2026), /PRNewswire-PRWeb/."""
_DATELINE_PICTURE = re.compile(r"\b(?:photo|picture|image|file|foto|bild)\b", re.IGNORECASE)
_MOST_WORDS = 12


def dateline_agency(text: str) -> str | None:
    """Return the agency in the dateline that a line near the top of a text begins with.

    A round-up, with datelines further down, is no agency's as a whole.

    >>> dateline_agency("GENEVA (AP) — The talks opened on Monday.")
    'Associated Press'
    """
    lines = [line.strip() for line in text[:_REACH].splitlines() if line.strip()]
    heads = (line[:_DATELINE_HEAD] for line in lines[:_LINES])
    found = next(((head, agency) for head in heads if (agency := _read(head))), None)
    return None if found is None or _is_round_up(text, found[0]) else found[1]


def _is_round_up(text: str, first: str) -> bool:
    """Tell a round-up, whose items have datelines of their own, from one agency's report.

    "NAIROBI (AP) — …" and further down "GENEVA (AP) — …": the first speaks for its item alone.
    """
    heads = (line.strip()[:_DATELINE_HEAD] for line in text.splitlines())
    return any(head != first and _MARK.search(head) and _in_marks(head) for head in heads)


def _read(head: str) -> str | None:
    return _in_marks(head) or _between_stops(head) or _in_front(head)


def _in_marks(head: str) -> str | None:
    """Read "(PTI)", "[Reuters]" and "/TASS/", where only place and day stand before it."""
    for mark in _MARK.finditer(head):
        before, after = head[: mark.start()].strip(" \t-–—"), head[mark.end() :]
        name = _DATELINE_TAIL.sub("", mark["round"] or mark["slashed"])
        if not _is_place_or_day(before) or _DATELINE_PICTURE.search(before):
            return None
        if _is_spelt_out(before, name):
            continue
        is_dashed = bool(_DASH.match(after)) or not mark["round"]
        is_loud = _is_loud(before)
        agencies = agencies_listed(name, is_sure=is_loud or not mark["round"])
        if agencies and (is_dashed or (after[:1].isspace() and is_loud)):
            return agencies[0]
        if is_dashed and before and LIKELY.fullmatch(name):
            return name
    return None


def _between_stops(head: str) -> str | None:
    """Read "Riyadh, November 03, 2026, SPA -- The" and "ASTANA. KAZINFORM - The"."""
    end = _BARE_END.search(head)
    if end is None:
        return None
    parts = _STOP.split(head[: end.start()].strip())
    before = " ".join(parts[:-1])
    if not before or not _is_place_or_day(before) or not _is_loud(before):
        return None
    agencies = agencies_listed(parts[-1], is_sure=_has_day(before))
    return agencies[0] if agencies else None


def _in_front(head: str) -> str | None:
    """Read "AFP.- London - The" and "EFE – Madrid, 3 nov – El", the agency before the place.

    "AFP —" on a line of its own has no place.
    """
    found = _FRONT.match(head) or _ALONE.fullmatch(head)
    if found is None or not _is_place_or_day(found["place"] or ""):
        return None
    return agency_named(found["name"])


def _is_place_or_day(before: str) -> bool:
    """Tell whether words are capitalised names, particles and days only: no verb, no sentence."""
    words = re.split(r"[\s,/–—]+", before.strip(" ,.-–—"))
    return len(words) <= _MOST_WORDS and all(map(_may_stand, words))


def _may_stand(word: str) -> bool:
    plain = word.strip(" .,:;[]()'’\"“”|")
    return (
        not plain
        or plain[0].isupper()
        or is_month(plain.lower())
        or plain.lower() in _PARTICLES
        or bool(_DAY.fullmatch(plain))
        or not plain[0].isalpha()
        or not plain.isascii()
    )


def _has_day(before: str) -> bool:
    return any(each.isdigit() for each in before)


def _is_loud(before: str) -> bool:
    """Tell "NEW DELHI, Nov 3 (PTI) The court" and "(CNN) The" from "Mr Ani (ANI) said"."""
    return not before or _has_day(before) or bool(re.match(r"\W*[^\W\d_a-zà-ÿ]{3}", before))


def _is_spelt_out(before: str, name: str) -> bool:
    """Tell "The Press Trust of India (PTI)" and "Harbour Pilots Association (HPA) –": no dateline.

    The letters of the short form begin the words before it, in order.
    """
    letters = [each for each in name if each.isalpha()]
    initials = [word[0] for word in re.findall(r"[^\W\d_]+", before) if word[0].isupper()]
    spelt = len(letters) > 1 and name.isupper() and letters == initials[-len(letters) :]
    return spelt or bool(agencies_listed(before.removeprefix("The ")))


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
