"""Times as pages state them, read into instants: ISO 8601 with the page's own offset, or a day."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Precision = Literal["day", "minute", "second"]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_SECONDS = re.compile(r"T?\d{2}:\d{2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time in UTC, and how much of it the page told."""

    at: datetime
    precision: Precision


def parse_instant(text: str | None) -> Instant | None:
    """Read an ISO 8601 time; None where there is none or it cannot be read.

    A bare day is its midnight in UTC with precision ``day``, a time without offset is UTC.

    >>> parse_instant("2026-11-20T08:15:00+02:00").at.isoformat()
    '2026-11-20T06:15:00+00:00'
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        instant = aware.astimezone(UTC)
    except (ValueError, OverflowError):  # "last Tuesday"; year 1 with an offset before it
        return None
    if _DAY.match(text.strip()):
        return Instant(instant, "day")
    return Instant(instant, "second" if _SECONDS.search(text) else "minute")
