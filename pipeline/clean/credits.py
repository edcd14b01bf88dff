"""Finds the news agency behind a text: from its credit line, its byline or its dateline.

"Source: Anadolu Agency" under a text is data, not text; "GENEVA (AP) — The talks" is both, so it
stays. "The Associated Press contributed to this report" names no author of the text and gives a
credit line without an agency. Knows nothing of other articles.
"""

import re
from dataclasses import dataclass

_AGENCIES: dict[str, str] = {
    "Associated Press": r"(?:the )?associated press|ap(?: news)?",
    "Reuters": r"(?:thomson )?reuters",
    "Agence France-Presse": r"agence france[- ]presse|afp",
    "Anadolu Agency": r"anadolu(?: agency| ajans[ıi])?|aa",
    "dpa": r"dpa|deutsche presse[- ]agentur",
    "Xinhua": r"xinhua(?: news agency)?",
    "TASS": r"(?:itar-)?tass",
    "Press Trust of India": r"press trust of india|pti",
    "Asian News International": r"asian news international|ani",
    "Indo-Asian News Service": r"indo-asian news service|ians",
    "EFE": r"(?:agencia )?efe",
    "ANSA": r"ansa",
    "PA Media": r"pa media|press association|pa",
    "Kyodo News": r"kyodo(?: news)?",
    "Yonhap": r"yonhap(?: news agency| news)?",
    "Interfax": r"interfax(?:-\w+)?",
    "Bloomberg": r"bloomberg(?: news)?",
    "United Press International": r"united press international|upi",
    "Canadian Press": r"(?:the )?canadian press",
    "Australian Associated Press": r"australian associated press|aap",
    "Agenzia Nova": r"agenzia nova",
    "Ukrinform": r"ukrinform",
    "Inter Press Service": r"inter press service|ips",
    "GlobeNewswire": r"globe ?newswire",
    "PR Newswire": r"pr ?newswire",
    "Business Wire": r"business ?wire",
}
"""Agency → how texts name it; abbreviations count only where a whole line is a credit."""

_ANY = "|".join(f"(?:{names})" for names in _AGENCIES.values())
_CREDIT = re.compile(
    rf"\W*(?:(?:source|sources|via|agency|credit|by|from|©|copyright|\(c\))s?\s*:?\s*)?"
    rf"(?P<names>(?:{_ANY})(?:\s*(?:[/,&+]|and|with)\s*(?:{_ANY}|agencies|agency))*)\W*",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"sources?\s*:\s*(?P<name>[^.!?]{2,60})", re.IGNORECASE)
_DATELINE = re.compile(
    r"(?:[A-Z][\w.,’' /-]{1,60}?[,\s]*)?(?:\w+\.? \d{1,2}(?:, \d{4})?,? ?)?"
    rf"[(\[](?P<name>{_ANY})[)\]]\s*[-–—:]",
    re.IGNORECASE,
)


_LIKELY = re.compile(
    r"(?:The )?[A-Z][\w.]*(?: [A-Z][\w.]*){0,3} (?:Press|Press Association|Press Agency|"
    r"News Agency|News Service|Newswire|Wire Service|Agency)"
)
_LIKELY_DATELINE = re.compile(
    rf"[A-Z][\w.,’' /-]{{1,60}}?[(\[](?P<name>{_LIKELY.pattern})[)\]]\s*[-–—:]"
)


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit line and the agency it names, if it names a known one."""

    line: str
    agency: str | None


def agency_named(name: str) -> str | None:
    """Return the agency that the whole text names ("AFP" gives "Agence France-Presse")."""
    plain = " ".join(name.split()).strip(" .()[]").lower()
    return next((agency for agency, names in _AGENCIES.items() if re.fullmatch(names, plain)), None)


def read_credit(line: str) -> Credit | None:
    """Return the credit that a whole line gives, or None where it is text.

    >>> read_credit("Source: Anadolu Agency").agency
    'Anadolu Agency'
    """
    if len(line) > 120:
        return None
    if found := _CREDIT.fullmatch(line):
        first = re.split(r"\s*(?:[/,&+]| and | with )\s*", found["names"])[0]
        return Credit(line, agency_named(first))
    if found := _SOURCE.fullmatch(line):
        return Credit(line, agency_named(found["name"]))
    return None


def dateline_agency(text: str) -> str | None:
    """Return the agency in the dateline that a body begins with.

    >>> dateline_agency("GENEVA (AP) — The talks opened on Monday.")
    'Associated Press'
    """
    opening = text[:150]
    if found := _DATELINE.match(opening):
        return agency_named(found["name"])
    found = _LIKELY_DATELINE.match(opening)
    return found["name"] if found else None


def byline_agency(author: str, site_name: str | None) -> str | None:
    """Return the agency that an author's name is; an outlet writes for itself, so it is none.

    >>> byline_agency("Linden Press", "Merrow Post")
    'Linden Press'
    """
    known = agency_named(author)
    if known or not _LIKELY.fullmatch(author):
        return known
    return None if site_name and author.lower() in site_name.lower() else author
