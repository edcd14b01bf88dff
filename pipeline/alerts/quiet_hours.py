"""Quiet hours: the hours of a day in which only severe alerts are sent."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from pipeline.errors import SettingsError

_FORM = re.compile(r"(\d{1,2}(?::\d\d)?)\s*-\s*(\d{1,2}(?::\d\d)?)(?:\s+(\S+))?")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day to another, over midnight where the first is later."""

    start: time
    end: time
    zone: ZoneInfo

    def include(self, moment: datetime) -> bool:
        """Tell whether a moment lies in them."""
        now = moment.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


def quiet_hours(stated: str | None) -> QuietHours | None:
    """Return the hours that a text such as "22:00-07:00 Europe/Berlin" names; None for none.

    Raises:
        SettingsError: it cannot be read.
    """
    if not stated or not stated.strip():
        return None
    found = _FORM.fullmatch(stated.strip())
    try:
        zone = ZoneInfo((found[3] if found else None) or "UTC")
        hours = (_time(found[1]), _time(found[2])) if found else None
    except (ValueError, KeyError, OSError):  # of ZoneInfo all three
        hours = None
    if hours is None:
        raise SettingsError(
            f"DATELINE_QUIET_HOURS={stated!r}: write it as 22:00-07:00 Europe/Berlin."
        )
    return QuietHours(*hours, zone)


def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute or 0))
