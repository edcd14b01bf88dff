"""Spans of time as people write them: ``30m``, ``36h``, ``7d``, ``2w``."""

import re
from datetime import timedelta

_SPAN = re.compile(r"(\d+(?:\.\d+)?)([mhdw])", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_span(text: str) -> timedelta | None:
    """Return the span that a text says, or None where it says none.

    A span beyond what a ``timedelta`` can hold is the longest that it can.
    """
    found = _SPAN.fullmatch(text)
    if not found:
        return None
    try:
        return timedelta(**{_UNITS[found[2]]: float(found[1])})
    except OverflowError:
        return timedelta.max
