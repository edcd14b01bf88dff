"""Publication times as feeds and sitemaps state them, brought to ISO 8601. Pure."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

_W3C = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?"
)


def iso_time(text: str | None) -> str | None:
    """Return the time in ISO 8601 with its own offset, a bare day where only that is known.

    Takes RFC 3339 and W3C dates, and RFC 822 dates as RSS has them; None for anything else, and for
    days that do not exist.

    >>> iso_time("Fri, 20 Nov 2026 08:15:00 +0200")
    '2026-11-20T08:15:00+02:00'
    >>> iso_time("2026-11-20")
    '2026-11-20'
    """
    stripped = (text or "").strip()
    match = _W3C.fullmatch(stripped)
    try:
        if match is None:
            return parsedate_to_datetime(stripped).replace(microsecond=0).isoformat()
        day, clock, offset = match.groups()
        if clock is None:
            return date.fromisoformat(day).isoformat()
        return datetime.fromisoformat(f"{day}T{clock}{offset or ''}").isoformat()
    except (ValueError, TypeError, IndexError):
        return None


def age_key(published_at: str | None) -> float | None:
    """Return seconds since 1970 of an ISO 8601 time, to sort by; a bare day is its midnight."""
    if published_at is None:
        return None
    try:
        found = datetime.fromisoformat(published_at)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
