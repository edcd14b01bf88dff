"""Reads times as pages, feeds and sitemaps state them, into ISO 8601 and into instants.

``iso_time`` reads seconds since 1970, ISO 8601, RFC 5322, dates in words in the languages of
``months.tsv``, and dates in figures. It keeps the offset that is stated, and adds none. A date in
figures that can be read in two ways ("03/05/2026") is read only if the caller knows which way the
page writes. ``parse_instant`` turns an ISO 8601 time into a moment in UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.line_rules.calendar_words import month_number, utc_offset

_LONGEST = 120
"""Characters of the longest text that is read as a time."""
# "20 Nov 26 08:15 GMT" (RFC 822)
_SHORT_YEAR = re.compile(
    r"(?:[a-z]{3,9},?\s*)?\d{1,2} [a-z]{3,9} \d\d \d\d?:\d\d", re.ASCII | re.IGNORECASE
)
# ISO 8601: "2026-11-20T08:15:00.123+05:30", "20261120"; and "2026-11-20 08:15 EST"
_ISO = re.compile(
    r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[T ,]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,:]\d+)?)?\s*"
    r"(Z|[+-]\d\d:?(?:\d\d)?|UTC|GMT|[A-Z]{2,5}\b)?)?"
    r"(?![\d])",
    re.ASCII,
)
# "2026/5/3", "2026年5月3日"
_YEAR_FIRST = re.compile(r"\b(\d{4})\s*[/.年년]\s*(\d{1,2})\s*[/.月월]\s*(\d{1,2})(?!\d)", re.ASCII)
# "03/05/2026", "3.5.26"
_FIGURES = re.compile(
    r"(?<![\d:/.-])(\d{1,2})([/.-])\s?(\d{1,2})\2\s?(\d{4}|\d\d)(?![\d/-])", re.ASCII
)
_WORD = r"(?P<month>[^\W\d_]{3,12})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|°|ª|\.)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_DATES_IN_WORDS = (
    # "3rd of May 2026", "3 de mayo de 2026", "02-Mar-2024"
    re.compile(rf"(?<!\d){_DAY}[\s-]*(?:of |de |d'|-)?\s*{_WORD},?[\s-]*(?:de |del |-)?{_YEAR}"),
    # "May 5, 2026"
    re.compile(rf"\b{_WORD}\s+{_DAY},?\s+(?:de )?{_YEAR}"),
    # "Tue May 05 10:15:00 EDT 2026", as the Unix command date prints it
    re.compile(rf"\b{_WORD}\s+{_DAY}\s+[\d:]{{5,8}}\s+(?:[A-Z]{{3,4}}\s+)?{_YEAR}"),
    # "2026 May 5"
    re.compile(rf"\b{_YEAR},?\s+{_WORD}\s+{_DAY}(?!\d)"),
)
# "14:05:30", "14h30", "10.15", "3 p.m.", "14 Uhr", each with a zone: "BST", "(UTC+2)"
_CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3])(?:[:.h](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?)?"
    r"\s?(?P<half>[ap]\.?m\b\.?)?(?P<suffix>\s?(?:Uhr|h\b|hrs|น))?"
    r"\s?\(?(?P<zone>Z\b|(?:UTC|GMT)?\s?[+-]\d\d?(?::?\d\d)?\b|[A-Z]{2,5}\b)?",
    re.IGNORECASE,
)
# RFC 5322: the zone that ends a time, perhaps with a comment: "-0000 (UTC)", "CET"
_MAIL_ZONE = re.compile(r"\s(-0000|[a-z]{2,5})(?:\s*\([^()]*\))?$", re.ASCII | re.IGNORECASE)
# "10:15−05:00", "UTC−5": ISO 8601 prefers U+2212 to the hyphen
_MINUS_SIGN = re.compile(r"((?::\d\d(?:[.,]\d+)?|UTC|GMT)\s?)\N{MINUS SIGN}(?=\d)", re.ASCII)
_MAX_HOURS_EAST = 14
"""Hours of the largest offset: that of Kiribati. The largest to the west is 12."""
_OFFSET = re.compile(r":\d\d[+-](\d\d):(\d\d)$", re.ASCII)


def iso_time(text: str | None, *, day_first: bool | None = None) -> str | None:
    """Return a stated time as ISO 8601 with its own offset, or a day; None if it is not readable.

    Args:
        text: the time as stated, with or without a label.
        day_first: whether the page writes the day before the month; None if that is not known.

    >>> iso_time("2022-01-11T08:15:00.000+0200")
    '2022-01-11T08:15:00+02:00'
    >>> iso_time("Fri, 20 Nov 2026 08:15:00 +0200")
    '2026-11-20T08:15:00+02:00'
    >>> iso_time("Published 14:05 BST, 3 May 2026")
    '2026-05-03T14:05:00+01:00'
    """
    if not text or len(text) > _LONGEST:
        return None
    plain = _MINUS_SIGN.sub(r"\1-", text.strip())
    if re.fullmatch(r"[0-9]{10}(?:[0-9]{3})?", plain):
        return datetime.fromtimestamp(int(plain[:10]), UTC).isoformat()
    found = _ISO.search(plain)
    if found:
        stated = _from_iso(found)
    else:
        stated = _from_mail(plain) or _from_words(plain, day_first) or _from_short_year(plain)
    offset = _OFFSET.search(stated or "")
    if stated and offset and (int(offset[1]) > _MAX_HOURS_EAST or int(offset[2]) > 59):
        return stated[:-6]  # no place has "+99:99": the clock time is kept without a zone
    return stated


def is_ambiguous(text: str | None) -> bool:
    """Tell whether a text states a date in figures that can be read in two ways."""
    found = _FIGURES.search(text or "")
    if not found or found[2] == ".":
        return False
    one, other = int(found[1]), int(found[3])
    return one != other and one <= 12 and other <= 12


def _from_iso(found: re.Match[str]) -> str | None:
    year, month, day, hour, minute, second, zone = found.groups()
    stated = _day(year, month, day)
    if stated is None or hour is None:
        return stated
    if not (int(hour) < 24 and int(minute) < 60 and int(second or 0) < 60):
        return stated
    clock = f"{stated}T{int(hour):02d}:{minute}:{second or '00'}"
    return clock + _zone(zone, clock)


def _from_mail(plain: str) -> str | None:
    return _parse_mail_date(plain) if re.match(r"[A-Z][a-z]{2}, \d", plain) else None


def _from_short_year(plain: str) -> str | None:
    """Read an RFC 822 date whose year has two digits: "20 Nov 26 08:15 GMT"."""
    return _parse_mail_date(plain) if _SHORT_YEAR.match(plain) else None


def _parse_mail_date(plain: str) -> str | None:
    try:
        found = parsedate_to_datetime(plain)
    except (ValueError, TypeError, IndexError):
        return None
    clock = found.isoformat()
    zone = _MAIL_ZONE.search(plain)
    if found.tzinfo is not None or zone is None:
        return clock
    # RFC 5322, 3.3: "-0000" is UTC; the standard library returns such a time without a zone, and
    # knows no zone by name beyond those of RFC 822.
    return clock + ("+00:00" if zone[1] == "-0000" else _zone(zone[1], clock))


def _from_words(plain: str, day_first: bool | None) -> str | None:
    span, stated = _day_in_words(plain) or _day_in_figures(plain, day_first) or (None, None)
    if span is None or stated is None:
        return None
    rest = f"{plain[: span[0]]} ; {plain[span[1] :]}"
    inner = re.search(r"\d\d:\d\d(?::\d\d)?(?: [A-Z]{3,4})?", plain[slice(*span)])
    return _with_clock(stated, inner[0] if inner else rest)


def _day_in_words(plain: str) -> tuple[tuple[int, int], str] | None:
    for pattern in _DATES_IN_WORDS:
        for found in pattern.finditer(plain):
            month = month_number(found["month"].lower())
            if month and (stated := _day(found["year"], month, found["day"])):
                return found.span(), stated
    return None


def _day_in_figures(plain: str, day_first: bool | None) -> tuple[tuple[int, int], str] | None:
    if found := _YEAR_FIRST.search(plain):
        stated = _day(*found.groups())
        return (found.span(), stated) if stated else None
    found = _FIGURES.search(plain)
    if not found:
        return None
    one, other = int(found[1]), int(found[3])
    if is_ambiguous(plain) and day_first is None:
        return None
    month_first = found[2] != "." and (other > 12 or (day_first is False and one <= 12))
    day, month = (other, one) if month_first else (one, other)
    year = found[4] if len(found[4]) == 4 else f"20{found[4]}"
    stated = _day(year, month, day)
    return (found.span(), stated) if stated else None


def _day(year: str | int, month: str | int, day: str | int) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _with_clock(day: str, rest: str) -> str:
    """Add the clock time that the rest of the text states; a number alone is no clock time."""
    for found in _CLOCK.finditer(rest):
        hour, minute = int(found["hour"]), found["minute"]
        if minute is None and not (found["half"] or (found["suffix"] or "").strip() == "Uhr"):
            continue
        if found["half"]:
            hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
        clock = f"{day}T{hour:02d}:{minute or '00'}:{found['second'] or '00'}"
        return clock + _zone(found["zone"], clock)
    return day


def _zone(name: str | None, clock: str) -> str:
    """Return the offset of a stated zone ("+0530", "UTC+2", "EST"), or "" if it is unknown."""
    if not name:
        return ""
    plain = name.upper().replace(" ", "")
    if found := re.fullmatch(r"(?:UTC|GMT)?([+-])(\d\d?):?(\d\d)?", plain):
        return f"{found[1]}{int(found[2]):02d}:{found[3] or '00'}"
    return utc_offset(plain, clock) or ""


def instant(stated: str) -> datetime | None:
    """Return the moment that an ISO time names, or None where it states no offset."""
    moment = datetime.fromisoformat(stated)
    return moment if moment.tzinfo else None


def days_apart(one: str, other: str) -> int:
    """Return how many days the second time's day lies behind the first one's, as written."""
    return (date.fromisoformat(other[:10]) - date.fromisoformat(one[:10])) // timedelta(days=1)


Precision = Literal["day", "minute", "second"]
ZoneOrigin = Literal["page", "source", "unknown"]
"""Where the zone of a clock time comes from: the page's own offset, or the source's zone."""
_BARE_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_SECONDS = re.compile(r"T?\d{2}:\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Instant:
    """A stated time: the moment it names where its zone is known, and how exactly it was stated."""

    at: datetime | None
    """The moment, in UTC; None for a clock time whose zone nobody knows."""
    local: datetime
    """What the page states, without zone: 08:15 for "08:15 BST"."""
    precision: Precision
    zone: ZoneOrigin | None
    """Where the zone comes from; None for a bare day, which needs none."""


def parse_instant(text: str | None, time_zone: str | None = None) -> Instant | None:
    """Read an ISO 8601 time; return None for no text and for text that is no such time.

    A bare day is its midnight in UTC with precision ``day``. A time without offset is of the zone
    given; without one its moment is unknown, and ``at`` is None.

    Args:
        text: the time as stated, with or without offset.
        time_zone: IANA zone of the source ("Europe/London"), for times without offset. A clock time
            that occurs twice when summer time ends is the first of the two.

    >>> parse_instant("2026-11-20T08:15:00+02:00").at.isoformat()
    '2026-11-20T06:15:00+00:00'
    >>> parse_instant("2026-07-20T08:15", "Europe/London").at.isoformat()
    '2026-07-20T07:15:00+00:00'
    >>> parse_instant("2026-07-20T08:15").at is None
    True
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        local = found.replace(tzinfo=None)
        if _BARE_DAY.match(text.strip()):
            return Instant(local.replace(tzinfo=UTC), local, "day", None)
        precision: Precision = "second" if _SECONDS.search(text) else "minute"
        if found.tzinfo is not None:
            return Instant(found.astimezone(UTC), local, precision, "page")
        if time_zone is None:
            return Instant(None, local, precision, "unknown")
        there = found.replace(tzinfo=ZoneInfo(time_zone))
        return Instant(there.astimezone(UTC), local, precision, "source")
    except (ValueError, OverflowError):  # "last Tuesday"; year 1 with an offset before it
        return None


def age_key(published_at: str | None, time_zone: str | None = None) -> float | None:
    """Return the seconds since 1970 of an ISO 8601 time, to sort by; a bare day is its midnight.

    A time without offset is of the source's zone, or of UTC where that is not known: an order needs
    some instant.
    """
    found = parse_instant(published_at, time_zone)
    return (found.at or found.local.replace(tzinfo=UTC)).timestamp() if found else None
