"""How long a response stays fresh, as its headers say (RFC 9111). Nothing here does any I/O."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DIRECTIVE = re.compile(r"""([a-z-]+)(?:\s*=\s*"?([^",]*)"?)?""", re.I)


def parse_http_date(value: str | None) -> datetime | None:
    """Return an HTTP date as a time in UTC, None where it is missing or unreadable.

    >>> parse_http_date("Fri, 20 Nov 2026 08:00:00 GMT")
    datetime.datetime(2026, 11, 20, 8, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        found = parsedate_to_datetime((value or "").strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def freshness_seconds(headers: tuple[tuple[str, str], ...], now: datetime) -> float | None:
    """Return for how many seconds a response need not be asked for again.

    Cache-Control wins over Expires (RFC 9111, 5.3). The time in a cache (Age) is taken off.

    Args:
        headers: of the response.
        now: the time from which Expires counts where the response has no Date.

    Returns:
        Seconds, 0.0 where the response must be asked for each time, or None where the headers do
        not say.
    """
    control = _values(headers, "cache-control")
    directives = {name.lower(): value for name, value in _DIRECTIVE.findall(", ".join(control))}
    if directives.keys() & {"no-store", "no-cache"}:
        return 0.0
    age = _seconds(next(iter(_values(headers, "age")), "")) or 0.0
    longest = _seconds(directives.get("max-age", ""))
    if longest is not None:
        return max(0.0, longest - age)
    expires = next(iter(_values(headers, "expires")), None)
    if expires is None:
        return None
    end = parse_http_date(expires)
    if end is None:  # "Expires: 0" and the like mean: now
        return 0.0
    sent = parse_http_date(next(iter(_values(headers, "date")), None)) or now
    return max(0.0, (end - sent).total_seconds() - age)


def _values(headers: tuple[tuple[str, str], ...], name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def _seconds(text: str) -> float | None:
    digits = text.strip()
    return float(digits[:9]) if digits.isascii() and digits.isdigit() else None
