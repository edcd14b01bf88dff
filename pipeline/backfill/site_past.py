"""A site's own past: which of its sitemaps, section pages and links lie within some days.

What a sitemap says of a page's publication counts, then the day in the page's address. ``lastmod``
is the time of the last change and only tells that a page was not published after that.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from pipeline.discover.results import Entry
from pipeline.discover.sections import parse_html

_URL_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)"
)
_NAMED_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])(?!\d)")
_NAMED_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_PAGE_IN_PATH = re.compile(r"^(?P<base>.*?)/(?:page|p|seite|pagina)[/-](?P<number>\d{1,5})/?$")
_PAGE_PARAMETERS = frozenset({"page", "p", "paged", "pg", "pagina", "seite"})


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


def next_page(body: bytes, url: str) -> str | None:
    """Return the address of the page after a section page, or None where it names none.

    ``rel="next"`` counts, then a link to the page whose number is one higher. The address is of the
    same host and another page.

    Raises:
        Refused: bad_content if there is no HTML.
    """
    tree = parse_html(body)
    marked = [str(each) for each in tree.xpath("//*[self::link or self::a][@rel='next']/@href")]
    links = [str(each.get("href") or "") for each in tree.iter("a")]
    number = _page_number(url) or (_base(url), 1)
    numbered = [each for each in links if _page_number(_joined(url, each)) == _after(number)]
    for href in (*marked, *numbered):
        found = _joined(url, href)
        if found != urldefrag(url).url and urlsplit(found).netloc == urlsplit(url).netloc:
            return found
    return None


def _after(number: tuple[str, int]) -> tuple[str, int]:
    return number[0], number[1] + 1


def _page_number(url: str) -> tuple[str, int] | None:
    """Return an address without its page number, and the number: "/news/page/3" or "?page=3"."""
    parts = urlsplit(url)
    if found := _PAGE_IN_PATH.match(parts.path):
        return f"{parts.netloc}{found['base'].rstrip('/')}", int(found["number"])
    for name, value in parse_qsl(parts.query):
        if name.lower() in _PAGE_PARAMETERS and value.isdecimal() and len(value) < 6:
            return _base(url), int(value)
    return None


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path.rstrip('/')}"


def _joined(url: str, href: str) -> str:
    try:
        return urldefrag(urljoin(url, href.strip())).url
    except ValueError:
        return url


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
