"""What to expect of an outlet: articles a day, and the age its newest article may reach.

Both come from the times that its feeds and sitemaps state, over the days for which all of them are
complete: a feed of the newest twenty items says nothing about the day before its oldest one.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pipeline.discover.results import Entry
from pipeline.line_rules.dates import age_key

_DAY = 86_400.0
_LONGEST_DAYS = 30.0
_FEWEST = 4
"""Dated articles from which a rate is stated."""
_GAPS = 2.0
"""The newest article may be as old as this many of the longest pause that was seen."""
_SHORT_DAYS = 7.0
"""Below this, no whole week was seen, and a pause over a weekend is allowed for."""
_LEAST_HOURS = 6.0
_LEAST_HOURS_OF_SHORT = 72.0
_MOST_HOURS = 2160.0
_STEPS = (6, 12, 24, 36, 48, 72, 96, 168, 336, 720, 1440, 2160)
"""Hours that are proposed; the next one above is taken."""
_EARLIEST_DAYS = 2.0 / 24
"""A shorter window shows an hour of the day and not a day."""


@dataclass(frozen=True, slots=True)
class Expectations:
    """What was read from a source's documents; None where they show too little."""

    articles_a_day: float | None
    latest_age_hours: float | None
    days: float
    """Days over which articles were counted."""
    count: int
    """Dated articles of these days."""
    newest: float | None
    """Time of the newest article, in seconds since 1970."""


def read_expectations(
    documents: Iterable[Sequence[Entry]], now: datetime, time_zone: str | None = None
) -> Expectations:
    """Return the expectations that the entries of a source's documents show.

    Args:
        documents: the entries of each feed and sitemap.
        now: when they were read.
        time_zone: the source's, for times without an offset.
    """
    end = now.timestamp()
    dated = [_times(entries, time_zone, end) for entries in documents]
    dated = [times for times in dated if len(times) > 1]
    newest = max((max(times.values()) for times in dated), default=None)
    if newest is None:
        return Expectations(None, None, 0.0, 0, None)
    start = max(end - _LONGEST_DAYS * _DAY, *(min(times.values()) for times in dated))
    articles = {url: time for times in dated for url, time in times.items() if time > start}
    days = (end - start) / _DAY
    if len(articles) < _FEWEST or days < _EARLIEST_DAYS:
        return Expectations(None, None, days, len(articles), newest)
    moments = [start, *sorted(articles.values())]
    longest = max(after - before for before, after in pairwise(moments))
    # Of an outlet that has fallen silent, the silence counts neither as habit nor as days.
    days = (min(end, newest + longest) - start) / _DAY
    rate = len(articles) / days
    least = _LEAST_HOURS if days >= _SHORT_DAYS else _LEAST_HOURS_OF_SHORT
    hours = min(max(_GAPS * longest / 3600, least), _MOST_HOURS)
    return Expectations(_rounded(rate), _next_step(hours), days, len(articles), newest)


def _times(entries: Sequence[Entry], time_zone: str | None, end: float) -> dict[str, float]:
    """Return the time of each dated entry; a time after ``end`` is a mistake and left out."""
    found = {}
    for entry in entries:
        time = age_key(entry.published_at, time_zone)
        if time is not None and time <= end and not entry.is_foreign and not entry.is_advert:
            found[entry.url] = time
    return found


def _rounded(rate: float) -> float:
    """Return a rate with two significant figures: 37.4 gives 37, 0.123 gives 0.12."""
    digits = 1 - math.floor(math.log10(rate))
    return max(round(rate, digits), 0.01)


def _next_step(hours: float) -> float:
    return float(next((step for step in _STEPS if step >= hours), _STEPS[-1]))
