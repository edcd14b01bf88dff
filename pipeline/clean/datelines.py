"""The agency in a dateline: "GENEVA (AP) —", "MOSCOW, July 20. /TASS/.", "Accra, Nov. 3, GNA –".

A dateline opens a line near the top of a text with a place, a day or nothing, then the agency, and
ends in a dash, a colon or a stop. Knows no other place where an agency may be credited.
"""

import re

from pipeline.clean.agencies import LIKELY, agencies_listed, agency_named

_LINES, _REACH = 8, 900
"""Headline, standfirst, byline and a caption or two may stand above the dateline."""
_HEAD = 140
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
_MONTHS = (
    "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july "
    "august september october november december januar februar märz mai juni juli oktober dezember "
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre "
    "diciembre janvier février mars avril juin juillet août septembre octobre novembre décembre "
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro fev abr ago set "
    "out dez ene dic janv févr juil gennaio febbraio aprile maggio giugno luglio ottobre dicembre"
).split()
_PARTICLES = frozenset(
    "of and de del da do dos das di du des al el la le les los las am im an der den ob sur upon on "
    "in at près the".split()
)
_DAY = re.compile(r"\d{1,4}(?:st|nd|rd|th)?|\d{1,2}[:.]\d\d|a\.?m|p\.?m|gmt", re.IGNORECASE)
_TAIL = re.compile(r"\s*-\s*\w+\.? \d{1,2}, \d{4}$|(?<=PRNewswire)-\w.*$")
"""What press-release wires add: (Newsfile Corp. - November 3, 2026), /PRNewswire-PRWeb/."""
_PICTURE = re.compile(r"\b(?:photo|picture|image|file|foto|bild)\b", re.IGNORECASE)
_MOST_WORDS = 12


def dateline_agency(text: str) -> str | None:
    """Return the agency in the dateline that a line near the top of a text begins with.

    A round-up, with datelines further down, is no agency's as a whole.

    >>> dateline_agency("GENEVA (AP) — The talks opened on Monday.")
    'Associated Press'
    """
    lines = [line.strip() for line in text[:_REACH].splitlines() if line.strip()]
    heads = (line[:_HEAD] for line in lines[:_LINES])
    found = next(((head, agency) for head in heads if (agency := _read(head))), None)
    return None if found is None or _is_round_up(text, found[0]) else found[1]


def _is_round_up(text: str, first: str) -> bool:
    """Tell a round-up, whose items have datelines of their own, from one agency's report.

    "NAIROBI (AP) — …" and further down "GENEVA (AP) — …": the first speaks for its item alone.
    """
    heads = (line.strip()[:_HEAD] for line in text.splitlines())
    return any(head != first and _MARK.search(head) and _in_marks(head) for head in heads)


def _read(head: str) -> str | None:
    return _in_marks(head) or _between_stops(head) or _in_front(head)


def _in_marks(head: str) -> str | None:
    """Read "(PTI)", "[Reuters]" and "/TASS/", where only place and day stand before it."""
    for mark in _MARK.finditer(head):
        before, after = head[: mark.start()].strip(" \t-–—"), head[mark.end() :]
        name = _TAIL.sub("", mark["round"] or mark["slashed"])
        if not _is_place_or_day(before) or _PICTURE.search(before):
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
        or plain.lower() in _MONTHS
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
