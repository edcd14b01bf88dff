"""Finds the news agency that a text is credited to.

A credit is found in a line of its own ("Source: Anadolu Agency"), in the byline, in the dateline
("GENEVA (AP) —"), in a sign-off at the end ("(Reporting by …; Editing by …)", "… he said. (AFP)"),
or in the headline ("… | Reuters"). It covers the whole text or a part of it ("with inputs from
PTI"); a text on the agency's own site is its own. "The Associated Press contributed to this
report", "told Reuters" and "AP Photo" credit nobody with the text.

Credit lines and sign-offs are removed from the text; a dateline stays, as it states the place too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.line_rules.agencies import (
    LIKELY,
    Agency,
    agencies_listed,
    agency_named,
    credit_alternatives,
    is_collective,
    own_agency,
)
from pipeline.line_rules.bylines import BEFORE_NAME, is_organisation
from pipeline.line_rules.calendar_words import is_month
from pipeline.models import CreditKind
from pipeline.text import ends_sentence

# Datelines

_DATELINE_LINES, _DATELINE_REACH = 8, 900
"""Lines and characters at the top of a text in which a dateline is looked for: headline,
standfirst, byline and a caption or two may precede it."""
_DATELINE_CHARS = 140
"""Characters of a line within which its dateline ends."""
# An agency in brackets or slashes: "(AP)", "[PTI]", "/TASS/"
_MARK = re.compile(
    r"[(\[](?P<round>[^()\[\]]{2,60})[)\]]|(?<![\w/])/(?P<slashed>[^()\[\]/]{2,30})/"
)
_DASH = re.compile(r"\s*(?:[-–—]{1,2}|:|\.?\s*[-–—])")
# The dash that ends "Tokyo, Nov 3, Kyodo -"
_BARE_END = re.compile(r"\s+[-–—]{1,2}\s*|\s*[–—]\s*")
# "AFP.- London -", "PTI | New Delhi |"
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
_DATELINE_SUFFIX = re.compile(r"\s*-\s*\w+\.? \d{1,2}, \d{4}$|(?<=PRNewswire)-\w.*$")
"""What press-release agencies add to their name: "(Newsfile Corp. - November 3, 2026)",
"/PRNewswire-PRWeb/"."""
_DATELINE_PICTURE = re.compile(r"\b(?:photo|picture|image|file|foto|bild)\b", re.IGNORECASE)
_PLACE_WORDS = 12
"""Words of the longest place and day before an agency."""


def dateline_agency(text: str) -> str | None:
    """Return the agency of the dateline with which a line near the top of a text begins.

    Returns None for a round-up: its items have datelines of their own further down.

    >>> dateline_agency("GENEVA (AP) — The talks opened on Monday.")
    'Associated Press'
    """
    lines = [line.strip() for line in text[:_DATELINE_REACH].splitlines() if line.strip()]
    heads = (line[:_DATELINE_CHARS] for line in lines[:_DATELINE_LINES])
    for head in heads:
        if agency := _read_dateline(head):
            return None if _is_round_up(text, head) else agency
    return None


def _is_round_up(text: str, first: str) -> bool:
    """Tell whether items further down have datelines of their own.

    In "NAIROBI (AP) — …" with "GENEVA (AP) — …" below, the first dateline is that of its item only.
    """
    heads = (line.strip()[:_DATELINE_CHARS] for line in text.splitlines())
    return any(head != first and _MARK.search(head) and _in_marks(head) for head in heads)


def _read_dateline(head: str) -> str | None:
    return _in_marks(head) or _between_stops(head) or _in_front(head)


def _in_marks(head: str) -> str | None:
    """Read "(PTI)", "[Reuters]" and "/TASS/", if only a place and a day precede it."""
    for mark in _MARK.finditer(head):
        before, after = head[: mark.start()].strip(" \t-–—"), head[mark.end() :]
        name = _DATELINE_SUFFIX.sub("", mark["round"] or mark["slashed"])
        if not _is_place_or_day(before) or _DATELINE_PICTURE.search(before):
            return None
        if _is_abbreviation_of(before, name):
            continue
        is_dashed = bool(_DASH.match(after)) or not mark["round"]
        is_sure_place = _is_sure_place(before)
        agencies = agencies_listed(name, is_sure=is_sure_place or not mark["round"])
        if agencies and (is_dashed or (after[:1].isspace() and is_sure_place)):
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
    if not before or not _is_place_or_day(before) or not _is_sure_place(before):
        return None
    agencies = agencies_listed(parts[-1], is_sure=_has_day(before))
    return agencies[0] if agencies else None


def _in_front(head: str) -> str | None:
    """Read "AFP.- London - The" and "EFE – Madrid, 3 nov – El", or "AFP —" on a line of its own."""
    found = _FRONT.match(head) or _ALONE.fullmatch(head)
    if found is None or not _is_place_or_day(found["place"] or ""):
        return None
    return agency_named(found["name"])


def _is_place_or_day(before: str) -> bool:
    """Tell whether words are only capitalised names, particles and days, so no sentence."""
    words = re.split(r"[\s,/–—]+", before.strip(" ,.-–—"))
    return len(words) <= _PLACE_WORDS and all(map(_is_place_or_day_word, words))


def _is_place_or_day_word(word: str) -> bool:
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


def _is_sure_place(before: str) -> bool:
    """Tell "NEW DELHI, Nov 3 (PTI) The court" and "(CNN) The" from "Mr Ani (ANI) said"."""
    return not before or _has_day(before) or bool(re.match(r"\W*[^\W\d_a-zà-ÿ]{3}", before))


def _is_abbreviation_of(before: str, name: str) -> bool:
    """Tell whether a name in brackets abbreviates the words before it, which is no dateline.

    "The Press Trust of India (PTI)" and "Harbour Pilots Association (HPA) –": the letters of the
    short form begin the words before it, in order.
    """
    letters = [each for each in name if each.isalpha()]
    initials = [word[0] for word in re.findall(r"[^\W\d_]+", before) if word[0].isupper()]
    spelt = len(letters) > 1 and name.isupper() and letters == initials[-len(letters) :]
    return spelt or bool(agencies_listed(before.removeprefix("The ")))


# Sign-offs

_SIGNATURE = re.compile(r"\W*(?P<name>[A-Z]{3,5})(?: [A-Z]{2,5}){1,6}\W*")
"""How PTI signs its texts: with the initials of its editors after its name, "PTI KRK DV"."""
_SIGNED_OFF = re.compile(
    r"[.!?…][\"”’')\]]*\s*(?:\((?P<round>[^()\n]{2,40})\)|[-–—]{1,2}\s*(?P<dashed>[^\n–—]{2,30})|"
    r"(?P<bare>[A-Z][\w /]{1,25}))\W*$"
)
_REUTERS_SIGN_OFF = re.compile("|".join(credit_alternatives("reuters_sign_offs")), re.DOTALL)
REUTERS = "Reuters"
"""Signs without naming itself: "(Reporting by A. Roe; Editing by B. Poe)"."""
_SIGN_OFF_CHARS = 500
"""Characters of the longest line that is a sign-off."""
_NAMED_SIGN_OFFS = tuple(re.compile(pattern) for pattern in credit_alternatives("named_sign_offs"))


def sign_off_agencies(tail: str) -> Iterator[str]:
    """Yield the agencies that sign the end of a text, the surest first.

    "(Reporting by …; Editing by …)", "… he said. (AFP)", "© 2026 dpa", "PTI KRK DV".
    """
    for pattern in _NAMED_SIGN_OFFS:
        yield from _without_none(agency_named(found["name"]) for found in pattern.finditer(tail))
    yield from _without_none([_signed_off(tail)])
    if _REUTERS_SIGN_OFF.search(tail):
        yield REUTERS


def is_reuters_sign_off(line: str) -> bool:
    """Tell whether a whole line is the sign-off of Reuters, in its brackets or without.

    "Reporting by Jane Roe. Editing by Bo Poe" without them may end any outlet's own story.
    """
    plain = line.strip()
    if len(plain) > _SIGN_OFF_CHARS or not (plain[:1] == "(" or ";" in plain or REUTERS in plain):
        return False
    return any(_REUTERS_SIGN_OFF.match(form) for form in (plain, plain.removeprefix("(")))


def signed_agency(line: str) -> str | None:
    """Return the agency that signs with the initials of its editors, as in "PTI KRK DV"."""
    signed = _SIGNATURE.fullmatch(line)
    return agency_named(signed["name"]) if signed else None


def _signed_off(tail: str) -> str | None:
    """Read the agency after the last sentence: "… he said. (AFP)", "… he said. — Bernama"."""
    found = _SIGNED_OFF.search(tail[-80:])
    if not found:
        return None
    name = found["round"] or found["dashed"] or found["bare"]
    agencies = agencies_listed(name, is_sure=bool(found["round"]))
    return agencies[0] if agencies else signed_agency(name)


def _without_none(agencies: Iterable[str | None]) -> Iterator[str]:
    return (agency for agency in agencies if agency)


# Credit lines and bylines, and credits from all places

_CREDIT_CHARS = 160
"""Characters of the longest credit line."""
_CONTRIBUTORS_CHARS = 400
"""Characters of the longest line that thanks contributors."""
_UNLABELLED_CHARS = 60
"""Characters of the longest credit without a label such as "Source:". Most lines are sentences, and
leaving those out saves half of the time."""
_HEAD_LINES, _HEAD_CHARS = 6, 600
"""Where bylines are looked for: after a headline and a standfirst at most."""
_TAIL_LINES, _TAIL_CHARS = 5, 900
"""Where sign-offs are looked for: at the end of a text."""
_LABEL = re.compile(
    rf"(?P<label>{'|'.join(credit_alternatives('labels'))})(?:\s*[:：]\s*|\s+)(?P<names>\S.*)",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:with )?agency inputs?|"
    r"(?:compiled |written |edited )?(?:(?:(?:with|from) )?(?:(?:additional|further|some|agency) )?"
    r"(?:inputs?|files?|material|information|content|reports?|text) (?:from|of|by)|with)"
    r"[:\s]+(?P<names>.+?)(?: (?:agency )?(?:inputs?|feeds?))?",
    re.IGNORECASE,
)
_CONTRIBUTORS = re.compile(
    r"\W*(?:(?:with )?(?:additional|further|extra) reporting (?:by|from)\b.*|"
    r".{2,250}\bcontributed (?:(?:to|reporting|additional)\b).{0,60}|"
    r".{2,80}\b(?:contributed|assisted)(?: in| with)?(?: this (?:report|story|article))?)\.?\W*",
    re.IGNORECASE,
)
_OF_TEXT = re.compile(
    r"\breporting (?:by|from)\b|\bthis (?:report|story|article)\b|\bcontributed reporting\b",
    re.IGNORECASE,
)
_NOT_EDITED = re.compile(
    r"\(?(?:except for the headline, )?this (?:story|article|report|copy|news item) "
    r"(?:has not been|was not|is not) [^.()]{2,120}\b(?:feed|service|agency)\b[^.()]{0,60}\.?\)?",
    re.IGNORECASE,
)
"""Outlets in India print it before the agency: "(This story … from a syndicated feed.) PTI"."""
_EDITOR = re.compile(r"\s*\|\s*(?:web )?editor:.*", re.IGNORECASE)
"""How Xinhua ends its credit: "Source: Xinhua|Editor: huaxia"."""
_PICTURE = re.compile(rf"\b(?:{'|'.join(credit_alternatives('pictures'))})\b", re.IGNORECASE)
_SOURCE = re.compile(r"(?:news )?(?:sources?|agency)\s*:\s*(?P<name>[^.!?]{2,60})", re.IGNORECASE)
_BYLINE_SPLIT = re.compile(r"\s*(?:[,|/()•·;]|\s[-–—]\s|\b(?:for|of|to|from)\b)\s*", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:&|\+|\b(?:and|with|und|et|y|e|mit|avec|con)\b)\s*", re.IGNORECASE)
_BY = re.compile(rf"^(?:{BEFORE_NAME}|via|source|agency)\b[:\s]+", re.IGNORECASE)
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
    """The credit line as printed, if there is one."""
    agency: str | None
    """The first agency named; None for "Agencies" and for sources that are no agency."""
    kind: CreditKind | None = None
    """``whole``, ``part`` or ``own``; None if nobody is credited with the text."""


def read_credit(line: str) -> Credit | None:
    """Return the credit that a line states, or None if it is text.

    >>> read_credit("Source: Anadolu Agency").agency
    'Anadolu Agency'
    """
    plain = line.strip()
    if is_reuters_sign_off(plain):
        return Credit(line, REUTERS, "whole")
    if found := _NOT_EDITED.match(plain):
        agency = agency_named(plain[found.end() :]) or next(sign_off_agencies(plain), None)
        return Credit(line, agency, "whole") if agency else None
    if (
        len(plain) <= _CONTRIBUTORS_CHARS
        and _CONTRIBUTORS.fullmatch(plain)
        and _names_contributors(plain)
    ):
        return Credit(line, None)
    if not plain or len(plain) > _CREDIT_CHARS or plain.endswith(":") or _PICTURE.search(plain):
        return None
    return _whole_line(line, plain) or _other_source(line, plain)


def find_credit(
    *,
    title: str | None = None,
    authors: Sequence[str] = (),
    text: str | None = None,
    line: str | None = None,
    url: str | None = None,
    site_name: str | None = None,
) -> Credit:
    """Return the credit of a text from all places that may state it.

    On an agency's own site the credit is the agency's, of kind ``own``.

    Args:
        title: the headline; some outlets end it with "(AP)" or "| Reuters".
        authors: bylines, as names or as printed ("By JANE ROE, Associated Press").
        text: the body, with or without the credit line.
        line: the credit line that was taken out of the body: "Source: Anadolu Agency".
        url: address of the page; ``agencies.toml`` has the sites of the agencies.
        site_name: name of the outlet as the page states it.

    >>> find_credit(authors=["AFP"]).agency
    'Agence France-Presse'
    """
    own = own_agency(url, site_name)
    found = next(_credits(title or "", authors, text or "", line or "", own), None)
    if own and (not found or found.agency == own.name):
        found = Credit(None, own.name, "own") if own.kind == "agency" else None
    return replace(found, line=line) if found else Credit(line, None)


def byline_agency(author: str, site_name: str | None) -> str | None:
    """Return the agency that an author's name is, or None for a person and for the outlet itself.

    >>> byline_agency("Linden Press", "Merrow Post")
    'Linden Press'
    """
    if site_name and author.lower() in site_name.lower():
        return None
    is_likely = LIKELY.fullmatch(author) and is_organisation(author)
    return agency_named(author, is_sure=True) or (author if is_likely else None)


def _credits(
    title: str, authors: Sequence[str], text: str, line: str, own: Agency | None
) -> Iterator[Credit]:
    """Yield the credits found, the surest first."""
    stated = read_credit(line)
    if stated and stated.kind == "whole" and not (own and is_reuters_sign_off(line)):
        yield stated
    bylines = [credit for author in authors if (credit := read_byline(author))]
    yield from sorted(bylines, key=lambda credit: credit.kind != "whole")[:1]
    if agency := dateline_agency(text):
        yield Credit(None, agency, "whole")
    yield from _from_head(text)
    # On an agency's own page the end of the text is signed by the agency itself.
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
    if not label and len(inner) > _UNLABELLED_CHARS:
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


def _other_source(line: str, plain: str) -> Credit | None:
    """Read "Source: Linden Press"; "Source: Brevik Port Authority" credits no agency."""
    found = _SOURCE.fullmatch(plain.strip("()[] "))
    if not found:
        return None
    name = found["name"].strip()
    if LIKELY.fullmatch(name):
        return Credit(line, name, "whole")
    return Credit(line, None)


def _names_contributors(plain: str) -> bool:
    """Tell whether a line names contributors to a text.

    "The Associated Press contributed to this report" does, "rain contributed to this flood" does
    not.
    """
    return bool(_OF_TEXT.search(plain)) and not plain[0].islower()


def read_byline(byline: str) -> Credit | None:
    """Return the credit in a byline as printed: ``part`` for "By Jane Roe, with AP"."""
    plain = _BY.sub("", " ".join(byline[:200].split()))
    # Not split before: "Press Trust of India" has an "of" itself.
    if agencies := agencies_listed(plain, is_sure=True):
        return Credit(None, agencies[0], "whole")
    if is_collective(plain):
        return Credit(None, None, "whole")
    if _PICTURE.search(plain):
        return None
    joined = _JOINED.split(plain)
    if len(joined) > 1 and (part := _part(None, joined[-1])):
        return part
    parts = filter(None, _BYLINE_SPLIT.split(plain))
    agency = next(filter(None, map(agency_named, parts)), None)
    if agency is None and LIKELY.fullmatch(plain):
        agency = plain
    return Credit(None, agency, "whole") if agency else None


def _from_head(text: str) -> Iterator[Credit]:
    """Read bylines and labelled credits at the top; "Reuters" alone credits a picture there."""
    lines = [line.strip() for line in text[:_HEAD_CHARS].splitlines() if line.strip()]
    for line in lines[:_HEAD_LINES]:
        credit = None
        if _BYLINE.fullmatch(line):
            credit = read_byline(line)
        elif line[:1] in "(-–—" or _LABEL.fullmatch(line):
            credit = read_credit(line)
        if credit and credit.kind:
            yield credit


def _from_tail(text: str) -> Iterator[Credit]:
    tail = text[-_TAIL_CHARS:].rstrip()
    lines = [line.strip() for line in tail.splitlines() if line.strip()]
    first = next((n for n, line in enumerate(lines) if ends_sentence(line)), len(lines))
    last_lines = list(enumerate(lines))[: -_TAIL_LINES - 1 : -1]
    # "Reuters" alone above the first sentence of a short text credits a picture.
    below = (line for place, line in last_lines if place > first or not agency_named(line))
    credits = [credit for line in below if (credit := read_credit(line))]
    yield from (credit for credit in credits if credit.kind == "whole")
    yield from (Credit(None, agency, "whole") for agency in sign_off_agencies(tail))
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
