"""How values are shown on the pages: times, spans, and text that strangers wrote."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from pipeline.text import one_line, visible

_NO_VALUE = "–"
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))


def shown(text: str | None, limit: int = 200) -> str:
    """Return text on one line, without controls and direction marks, cut at ``limit``.

    >>> shown("Gol\u202eden\\n calf")
    'Golden calf'
    """
    return one_line(visible(text), limit) if text else ""


def web_address(url: str | None) -> str | None:
    """Return the URL where a link may lead to it: over http or https, to a host; else None.

    >>> web_address("https://news.example/a"), web_address("javascript:alert(1)")
    ('https://news.example/a', None)
    """
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def span(value: timedelta | None) -> str:
    """Return a span of time in its largest unit with at least two of them, such as "3 h"."""
    if value is None:
        return _NO_VALUE
    seconds = max(value.total_seconds(), 0)
    for unit, length in _UNITS:
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"


def ago(value: datetime | None, now: datetime) -> str:
    """Return how long ago or in what time a moment is: "3 h ago", "in 20 min"."""
    if value is None:
        return _NO_VALUE
    return f"{span(now - value)} ago" if value <= now else f"in {span(value - now)}"


def due(value: datetime | None, now: datetime) -> str:
    """Return in what time something is to be done: "in 20 min", "now" where that is past."""
    return "now" if value is not None and value <= now else ago(value, now)


def moment(value: datetime | None) -> str:
    """Return a moment in UTC to the minute; what is none is a dash."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}" if value else _NO_VALUE


def number(value: float | None) -> str:
    """Return a number with commas between thousands, and no decimals from ten on."""
    if value is None:
        return _NO_VALUE
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
