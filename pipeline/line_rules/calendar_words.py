"""Names of months, weekdays and time zones, words before times, patterns for English dates.

The words are in ``months.tsv``, ``weekdays.tsv``, ``time_zones.tsv``, ``relative_times.tsv`` and
``time_labels.tsv``.
Every rule that recognises a date uses them, so a row added to a table serves all rules.
"""

import re
from datetime import datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.tables import read_rows

_MONTHS = [
    (language, int(month), stem, example)
    for language, month, stem, example in read_rows(__package__, "months.tsv", columns=4)
]
_MONTH_BY_STEM = sorted(
    {(stem, month) for _, month, stem, _ in _MONTHS}, key=lambda row: (-len(row[0]), row)
)
"""Longest stem first: Czech "červen" is June, "červenec" is July."""
_MONTH_WORDS = frozenset(
    word for _, _, stem, example in _MONTHS for word in (stem, example.lower())
)
_WEEKDAYS = [
    (language, int(day), name, abbreviations.split())
    for language, day, name, abbreviations in read_rows(__package__, "weekdays.tsv", columns=4)
]
_DAY_BY_WORD = {word.lower(): day for _, day, name, short in _WEEKDAYS for word in (name, *short)}

ENGLISH_MONTHS = tuple(dict.fromkeys(name for language, _, _, name in _MONTHS if language == "en"))
"""January to December."""
ENGLISH_MONTH = (
    "(?:" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in ENGLISH_MONTHS) + r"|Sept)\.?"
)
"""Pattern for an English month, in full or cut: "January", "Jan.", "Sept."."""
MONTH_NAME = "(?:" + "|".join(dict.fromkeys(name.lower() for *_, name in _MONTHS)) + ")"
"""Pattern for a whole month name in any language of ``months.tsv``, in lower case."""
ENGLISH_WEEKDAYS = tuple(name for language, _, name, _ in _WEEKDAYS if language == "en")
"""Monday to Sunday."""
ENGLISH_WEEKDAY = (
    "(?:"
    + "|".join(
        word
        for language, _, name, abbreviations in _WEEKDAYS
        if language == "en"
        for word in (name, *abbreviations)
    )
    + ")"
)
"""Pattern for an English weekday, in full or cut: "Tuesday", "Tues", "Tue"."""
WEEKDAY = "(?:" + "|".join(name for _, _, name, _ in _WEEKDAYS) + f"|{ENGLISH_WEEKDAY})"
"""Pattern for a weekday in any language of ``weekdays.tsv``."""
AM_PM = r"[ap]\.?m\.?"
"""Pattern for the half of the day, in lower case: "am", "p.m."."""
CLOCK = rf"\d{{1,2}}[:.]\d\d ?(?:{AM_PM})?"
"""Pattern for a clock time as English pages print it, in lower case: "10:15", "10.15 p.m."."""
CLOCK_12 = rf"\d{{1,2}}[:.]\d\d ?{AM_PM}"
"""Pattern for a clock time of the 12-hour clock, in lower case: "10:15 am"."""


@cache
def time_labels(kind: str) -> tuple[str, ...]:
    """Return the words of ``time_labels.tsv`` before a time: "updated", "last", "published", …."""
    rows = read_rows(__package__, "time_labels.tsv", columns=5)
    return tuple(word for of, _, words, *_ in rows if of == kind for word in words.split("|"))


def time_label(kind: str) -> str:
    """Return a pattern for the words of one kind before a time, in lower case."""
    words = (re.escape(word).replace(r"\*", r"\w+") for word in time_labels(kind))
    return f"(?:{'|'.join(words)})"


UPDATED = f"(?:{time_label('last')} )?{time_label('updated')}"
"""Pattern for what stands before the time of a change, in lower case: "last updated"."""


@lru_cache(maxsize=512)
def month_number(word: str) -> int | None:
    """Return the number of the month that a word in lower case names, in any language known.

    >>> month_number("sept"), month_number("července"), month_number("harbour")
    (9, 7, None)
    """
    return next((month for stem, month in _MONTH_BY_STEM if word.startswith(stem)), None)


def weekday_number(word: str) -> int | None:
    """Return 1 (Monday) to 7 for a weekday in lower case, in any language known, or None.

    >>> weekday_number("tue"), weekday_number("samedi"), weekday_number("market")
    (2, 6, None)
    """
    return _DAY_BY_WORD.get(word)


def is_month(word: str) -> bool:
    """Tell whether a word in lower case is a month's whole name or its usual abbreviation.

    >>> is_month("nov"), is_month("novembre"), is_month("novel")
    (True, True, False)
    """
    return word in _MONTH_WORDS


def utc_offset(abbreviation: str, clock: str) -> str | None:
    """Return the offset of a time zone as "+01:00", or None for an unknown abbreviation.

    Args:
        abbreviation: in capitals: "BST", "ET".
        clock: the ISO 8601 time without offset for which it is asked: "ET" changes with the season.
    """
    zone = _zones().get(abbreviation)
    if zone is None or "/" not in zone:
        return zone
    try:
        there = datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo(zone))
    except ZoneInfoNotFoundError:  # a machine without the IANA database
        return None
    return there.isoformat()[-6:]


@cache
def _zones() -> dict[str, str]:
    rows = read_rows(__package__, "time_zones.tsv", columns=3)
    return {abbreviation: zone for abbreviation, zone, _ in rows}


def _relative_times() -> list[tuple[re.Pattern[str], timedelta]]:
    found = []
    for _, minutes, words, frame, _ in read_rows(__package__, "relative_times.tsv", columns=5):
        unit = "(?:" + "|".join(map(re.escape, words.split("|"))) + ")"
        number = r"(?P<number>\d\d?|an?|one|une?|eine[rm]?|uma?|una?|un)"
        stated = unit if frame == "=" else frame.replace("#", rf"{number}\s*{unit}")
        pattern = re.compile(rf"(?<!\w)(?:{stated})(?!\w)", re.IGNORECASE)
        found.append((pattern, timedelta(minutes=int(minutes))))
    return found


_RELATIVE_TIMES = _relative_times()


def time_ago(text: str) -> timedelta | None:
    """Return how long ago a text says that something was, to the day; None where it does not.

    >>> time_ago("Published 3 hours ago"), time_ago("vor 2 Tagen"), time_ago("A day at sea")
    (datetime.timedelta(seconds=10800), datetime.timedelta(days=2), None)
    """
    for pattern, unit in _RELATIVE_TIMES:
        if found := pattern.search(text):
            number = found.groupdict().get("number") or "1"
            return unit * (int(number) if number.isdecimal() else 1)
    return None
