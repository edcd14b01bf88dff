"""Reads times as pages, feeds and sitemaps state them, into ISO 8601 and into instants.

``iso_time`` reads seconds since 1970, ISO 8601, RFC 5322, dates in words in the languages of
``months.tsv``, and dates in figures. It keeps the offset that is stated, and adds none. A date in
figures that can be read in two ways ("03/05/2026") is read only if the caller knows which way the
page writes; ``day_first`` tells it from the other times of a document. Days that programs write
for "no date" (1 January 1970) are none. ``parse_instant`` turns an ISO 8601 time into a moment in
UTC.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.line_rules.calendar_words import month_number, utc_offset, weekday_number
from pipeline.text import MARKS

_LONGEST = 120
"""Characters of the longest text that is read as a time."""
_SOON = timedelta(days=2)
"""How far in the future a time may lie: a day of time zones, and a story for tomorrow."""
# "20 Nov 26 08:15 GMT" (RFC 822)
_SHORT_YEAR = re.compile(
    r"(?P<start>(?:[^\W\d_]{2,10}\.?,?\s*)?\d{1,2}[ -][^\W\d_]{3,9}\.?[ -])(?P<year>\d\d)"
    r"(?= \d\d?:\d\d)"
)
# "1795162500", "1795162500.25", and the same in milliseconds or microseconds
_SINCE_1970 = re.compile(r"(\d{10})(?:\d{3}|\d{6})?(?:\.\d*)?", re.ASCII)
# ISO 8601: "2026-11-20T08:15:00.123+05:30", "20261120"; and "2026-11-20 08:15 EST", "… 08:15 PM"
_ISO = re.compile(
    r"(?<!\d)(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[T ,]+(\d\d?):(\d\d)(?::(\d\d?)(?:[.,:]\d+)?)?\s*([AaPp]\.?[Mm]\b\.?)?\s*"
    r"(Z|(?:UTC|GMT)?\s?[+-]\d\d?(?::?\d\d)?(?!\d)|UTC|GMT|[A-Z]{2,5}\b)?)?"
    r"(?![\d])",
    re.ASCII,
)
# "20261120T081500Z", "20261120 0815", "20261120081500"
_BASIC_ISO = re.compile(
    r"(?<!\d)(\d{4})(\d\d)(\d\d)[T ]?(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?()\s?"
    r"(Z|[+-]\d\d(?::?\d\d)?(?!\d))?(?!\d)",
    re.ASCII,
)
# "2026-324", "2026-W47-5" (ISO 8601: day of the year, week and weekday)
_ORDINAL = re.compile(r"(\d{4})-?(\d{3})(?=T|$)", re.ASCII)
_WEEK_DATE = re.compile(r"(\d{4})-?W(\d\d)-?([1-7])(?=T|$)", re.ASCII)
# "2026/5/3", "2026年5月3日"
_YEAR_FIRST = re.compile(r"\b(\d{4})\s*[/.年년]\s*(\d{1,2})\s*[/.月월]\s*(\d{1,2})(?!\d)", re.ASCII)
# "03/05/2026", "3.5.26"
_FIGURES = re.compile(
    r"(?<![\d:/.-])(\d{1,2})([/.-])\s?(\d{1,2})\2\s?(\d{4}|\d\d)(?![\d/-])", re.ASCII
)
# "Tue, 07/11/2023 - 17:57": Drupal's "medium" date, D, m/d/Y - H:i unless a site sets another
_DRUPAL = re.compile(r"[^\W\d_]{2,4}, \d\d/\d\d/\d{4} - \d\d:\d\d", re.ASCII)
# "พ.ย.", "tháng 5", "नवंबर"
_WORD = (
    rf"(?P<month>[ก-\u0e4e]{{1,4}}\.[ก-ฮ]\.|(?i:tháng) \d\d?|"
    rf"[^\W\d_](?:[^\W\d_]|[{MARKS}]){{1,15}})\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|°|ª|\.)?"
_YEAR = r"(?P<year>(?:19|20|25)\d\d)(?!\d)"
_BUDDHIST_ERA = 543
"""Years by which Thai dates are ahead: 2569 is 2026."""
_THAI_YEARS = 2400
_DATES_IN_WORDS = (
    # "3rd of May 2026", "3 de mayo de 2026", "02-Mar-2024"
    re.compile(
        rf"(?<!\d){_DAY}[\s-]*(?:of |de |d'|-)?\s*{_WORD},?[\s-]*(?:de |del |năm |-)?{_YEAR}"
    ),
    # "May 5, 2026"
    re.compile(rf"\b{_WORD}\s+{_DAY},?\s+(?:de )?{_YEAR}"),
    # "Tue May 05 10:15:00 EDT 2026", "Tue May 05 10:15:00 +0000 2026", as the Unix command date
    # prints it
    re.compile(
        rf"\b{_WORD}\s+{_DAY}\s+[\d:]{{5,8}}\s+(?:(?:[A-Z]{{3,4}}|[+-]\d\d:?\d\d)\s+)?{_YEAR}"
    ),
    # "2026 May 5"
    re.compile(rf"\b{_YEAR},?\s+{_WORD}\s+{_DAY}(?!\d)"),
)
# "14:05:30", "14h30", "10.15", "3 p.m.", "14 Uhr", each with a zone: "BST", "(UTC+2)"
_CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>2[0-4]|[01]?\d)(?:[:.h](?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d|60))?)?"
    r"\s?(?P<half>[ap]\.?m\b\.?)?(?P<suffix>\s?(?:Uhr|h\b|hrs|น))?"
    r"\s?\(?(?P<zone>Z\b|(?:UTC|GMT)?\s?[+-]\d\d?(?::?\d\d)?\b|[A-Z]{2,5}\b)?",
    re.IGNORECASE,
)
# "10:15−05:00", "UTC−5": ISO 8601 prefers U+2212 to the hyphen
_HALF_OF_DAY = re.compile(r"\d\s?[ap]\.?m\b", re.ASCII | re.IGNORECASE)
_DIGIT = re.compile(r"\d")
"""A digit of any script: "३ नवंबर २०२६"."""
_MINUS_SIGN = re.compile(r"((?::\d\d(?:[.,]\d+)?|UTC|GMT)\s?)\N{MINUS SIGN}(?=\d)", re.ASCII)
_MAX_HOURS_EAST = 14
"""Hours of the largest offset: that of Kiribati. The largest to the west is 12."""
_OFFSET = re.compile(r":\d\d[+-](\d\d):(\d\d)$", re.ASCII)
_UNSET_DAYS = frozenset(
    {
        "1970-01-01",  # Unix; west of Greenwich it is the day before
        "1969-12-31",
        "1900-01-01",  # SQL Server's smalldatetime
        "1899-12-30",  # OLE Automation
        "1899-12-31",  # Excel
        "1753-01-01",  # SQL Server's datetime
        "1601-01-01",  # Windows' FILETIME
    }
)
"""Days that programs write where they have no date: the zero of their calendars."""
_FIRST_YEAR = 1600
"""The first newspaper was printed in 1605; .NET writes the year 1 for "no date"."""


def iso_time(
    text: str | None, *, day_first: bool | None = None, now: datetime | None = None
) -> str | None:
    """Return a stated time as ISO 8601 with its own offset, or a day; None if it is not readable.

    A day that stands for "no date" (1 January 1970) is none.

    Args:
        text: the time as stated, with or without a label.
        day_first: whether the page writes the day before the month; None if that is not known.
        now: the present; a time more than two days later is refused. None accepts every time.

    >>> iso_time("2022-01-11T08:15:00.000+0200")
    '2022-01-11T08:15:00+02:00'
    >>> iso_time("Fri, 20 Nov 2026 08:15:00 +0200")
    '2026-11-20T08:15:00+02:00'
    >>> iso_time("Published 14:05 BST, 3 May 2026")
    '2026-05-03T14:05:00+01:00'
    """
    stated = stated_time(text, day_first=day_first)
    if stated is None or stated[:10] in _UNSET_DAYS or int(stated[:4]) < _FIRST_YEAR:
        return None
    return None if now is not None and _is_later(stated, now + _SOON) else stated


def stated_time(text: str | None, *, day_first: bool | None = None) -> str | None:
    """Return what ``iso_time`` does, for callers that judge themselves what is no date.

    >>> stated_time("1 January 1970"), iso_time("1 January 1970")
    ('1970-01-01', None)
    """
    if not text or len(text) > _LONGEST:
        return None
    plain = _MINUS_SIGN.sub(r"\1-", text.strip())
    if not plain.isascii():
        plain = _DIGIT.sub(lambda found: str(int(found[0])), unicodedata.normalize("NFC", plain))
    stated = _read(plain, day_first)
    offset = _OFFSET.search(stated or "")
    if stated and offset and (int(offset[1]) > _MAX_HOURS_EAST or int(offset[2]) > 59):
        return stated[:-6]  # no place has "+99:99": the clock time is kept without a zone
    return stated


def _read(plain: str, day_first: bool | None) -> str | None:
    if found := _SINCE_1970.fullmatch(plain):
        return datetime.fromtimestamp(int(found[1]), UTC).isoformat()
    if found := _BASIC_ISO.search(plain) or _ISO.search(plain):
        return _from_iso(found)
    if found := _ORDINAL.match(plain) or _WEEK_DATE.match(plain):
        return _from_week_or_ordinal(found, plain[found.end() :])
    return _from_words(plain, day_first) or _from_words(_with_long_year(plain), day_first)


def _is_later(stated: str, limit: datetime) -> bool:
    moment = datetime.fromisoformat(stated)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) > limit
    except OverflowError:  # the last day of year 9999, with an offset
        return True


def day_first(texts: Iterable[str | None]) -> bool | None:
    """Tell from the times of one document whether it writes days before months in figures.

    One date that can be read in one way only decides ("25/11/2026"). Without one, a 12-hour clock
    means the American order: it is what programs of Microsoft write by default. None if there is
    no sign.

    >>> day_first(["11/10/2026 08:15:00 AM", "11/20/2026 09:30:00 PM"])
    False
    >>> day_first(["03/11/2026 08:15", "25/11/2026 09:30"])
    True
    """
    guess: bool | None = None
    for text in texts:
        found = _FIGURES.search(text[:_LONGEST]) if text else None
        if text is None or found is None or found[2] == ".":
            continue
        one, other = int(found[1]), int(found[3])
        if (one > 12) != (other > 12):
            return one > 12
        if _HALF_OF_DAY.search(text[:_LONGEST]):
            guess = False
    return guess


def is_ambiguous(text: str | None) -> bool:
    """Tell whether a text states a date in figures that can be read in two ways.

    >>> is_ambiguous("07/12/2024"), is_ambiguous("Fri, 07/12/2024 - 17:57")
    (True, False)
    """
    found = _FIGURES.search(text or "")
    if text is None or not found or found[2] == ".":
        return False
    one, other = int(found[1]), int(found[3])
    is_open = one != other and one <= 12 and other <= 12
    return is_open and _day_first_by_weekday(text, found) is None


def _day_first_by_weekday(text: str, found: re.Match[str]) -> bool | None:
    """Tell which reading of a date in figures falls on the weekday that stands beside it.

    12 July 2024 was a Friday, 7 December was none. None without a weekday, or where both or
    neither of the readings fall on it.
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    named = {day for word in words if (day := weekday_number(word))}
    year = found[4] if len(found[4]) == 4 else f"20{found[4]}"
    readings = (_day(year, found[3], found[1]), _day(year, found[1], found[3]))
    fits = [day is not None and date.fromisoformat(day).isoweekday() in named for day in readings]
    return fits[0] if len(named) == 1 and fits[0] != fits[1] else None


def _from_iso(found: re.Match[str]) -> str | None:
    year, month, day, hour, minute, second, half, zone = found.groups()
    stated = _day(year, month, day)
    if stated is None or hour is None:
        return stated
    return _at(stated, _of_24_hours(int(hour), half), minute, second, zone) or stated


def _at(day: str, hour: int, minute: str, second: str | None, zone: str | None) -> str | None:
    """Return a day with a clock time, or None if no clock shows it; 24:00 ends the day."""
    if hour == 24 and int(minute) == 0 and int(second or 0) == 0:
        try:
            day = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
        except OverflowError:
            return None
        hour = 0
    # The second 60 is a leap second.
    if not (hour < 24 and int(minute) < 60 and int(second or 0) <= 60):
        return None
    clock = f"{day}T{hour:02d}:{minute}:{min(int(second or 0), 59):02d}"
    return clock + _zone(zone, clock)


def _of_24_hours(hour: int, half: str | None) -> int:
    """Return the hour of the 24-hour clock; "20:15 PM" is taken as it stands."""
    if not half or hour > 12:
        return hour
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _from_week_or_ordinal(found: re.Match[str], clock: str) -> str | None:
    year, *parts = (int(part) for part in found.groups())
    try:
        if len(parts) == 2:
            day = date.fromisocalendar(year, *parts)
        else:
            day = date(year, 1, 1) + timedelta(days=parts[0] - 1)
    except (ValueError, OverflowError):
        return None
    return _with_clock(day.isoformat(), clock.removeprefix("T")) if day.year == year else None


def _with_long_year(plain: str) -> str:
    """Write the year of an RFC 822 date in full: "20 Nov 26 08:15 GMT" is of 2026.

    Years from 50 on are of the 20th century (RFC 5322, 4.3).
    """
    found = _SHORT_YEAR.match(plain)
    if not found:
        return ""
    century = "20" if int(found["year"]) < 50 else "19"
    return f"{found['start']}{century}{found['year']}{plain[found.end() :]}"


def _from_words(plain: str, day_first: bool | None) -> str | None:
    span, stated = _day_in_words(plain) or _day_in_figures(plain, day_first) or (None, None)
    if span is None or stated is None:
        return None
    rest = f"{plain[: span[0]]} ; {plain[span[1] :]}"
    inner = re.search(
        r"\d\d:\d\d(?::\d\d)?(?: (?:[A-Z]{3,4}|[+-]\d\d:?\d\d))?", plain[slice(*span)]
    )
    return _with_clock(stated, inner[0] if inner else rest)


def _day_in_words(plain: str) -> tuple[tuple[int, int], str] | None:
    for pattern in _DATES_IN_WORDS:
        for found in pattern.finditer(plain):
            month, year = month_number(found["month"].lower()), int(found["year"])
            if "ก" <= found["month"][0] <= "\u0e4e" and year > _THAI_YEARS:
                year -= _BUDDHIST_ERA
            if month and year < _THAI_YEARS and (stated := _day(year, month, found["day"])):
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
    by_weekday = _day_first_by_weekday(plain, found)
    if by_weekday is not None:
        day_first = by_weekday
    elif day_first is None and _DRUPAL.search(plain):
        day_first = False
    if day_first is None and is_ambiguous(plain):
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
        if timed := _at(
            day, _of_24_hours(hour, found["half"]), minute or "00", found["second"], found["zone"]
        ):
            return timed
    return day


def _zone(name: str | None, clock: str) -> str:
    """Return the offset of a stated zone ("+0530", "UTC+2", "EST"), or "" if it is unknown."""
    if not name:
        return ""
    plain = name.upper().replace(" ", "")
    if found := re.fullmatch(r"(?:UTC|GMT)?([+-])(\d\d?):?(\d\d)?", plain):
        offset = f"{int(found[2]):02d}:{found[3] or '00'}"
        return ("+" if offset == "00:00" else found[1]) + offset  # "-0000" is UTC (RFC 5322, 3.3)
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
