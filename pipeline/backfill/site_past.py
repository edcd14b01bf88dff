"""A site's own past: which of its sitemaps, section pages and links lie within some days.

What a sitemap says of a page's publication counts, then the day in the page's address. ``lastmod``
is the time of the last change and only tells that a page was not published after that.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from pipeline.discover.results import Entry

_URL_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)"
)
_NAMED_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])(?!\d)")
_NAMED_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Days:
    """The days that are wanted, first and last included."""

    since: date
    until: date

    def __contains__(self, day: date) -> bool:
        """Tell whether a day is one of them."""
        return self.since <= day <= self.until


def published_day(entry: Entry) -> date | None:
    """Return the day on which an entry was published, as far as its document or address says.

    >>> published_day(Entry("https://news.example/2024/05/10/ferry"))
    datetime.date(2024, 5, 10)
    """
    return _day(entry.published_at) or _url_day(entry.url)


def may_be_within(entry: Entry, days: Days) -> bool:
    """Tell whether an entry may have been published on one of the days.

    A page that was changed last before the first day was published before it.
    """
    day = published_day(entry)
    if day is not None:
        return day in days
    changed = _day(entry.changed_at)
    return changed is None or changed >= days.since


def sitemap_may_hold(entry: Entry, days: Days) -> bool:
    """Tell whether a child of a sitemap index may list pages of the days.

    Its name tells ("sitemap-2024-05.xml"), else the time of its last change: nothing that was
    published after it is in it.
    """
    # A page is listed under the month of its own time zone, so a day more is allowed on both ends.
    first, last = days.since - timedelta(days=1), days.until + timedelta(days=1)
    name = urlsplit(entry.url).path
    if found := _NAMED_MONTH.search(name):
        month = (int(found[1]), int(found[2]))
        return (first.year, first.month) <= month <= (last.year, last.month)
    if found := _NAMED_YEAR.search(name):
        return first.year <= int(found[1]) <= last.year
    changed = _day(entry.changed_at)
    return changed is None or changed >= first


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Return children of an index by the time of their last change, the newest first."""
    return sorted(entries, key=lambda entry: entry.changed_at or "", reverse=True)


def _day(stated: str | None) -> date | None:
    try:
        return datetime.fromisoformat(stated).date() if stated else None
    except ValueError:
        return None


def _url_day(url: str) -> date | None:
    for found in _URL_DAY.finditer(urlsplit(url).path):
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
    return None
