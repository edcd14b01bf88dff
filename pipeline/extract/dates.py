"""Publication times: ISO 8601 with the page's own offset, or a bare day; never shifted to UTC.

A time is believed between 1990 and tomorrow. Sources in order: JSON-LD, meta tags, the feed, what a
reader sees (``time`` elements, then htmldate), the URL. Knows nothing of articles.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial

from lxml.html import HtmlElement

from pipeline.clean.openings import read_day
from pipeline.records import Origin

EARLIEST = date(1990, 1, 1)
META_PUBLISHED = (
    "article:published_time og:article:published_time datepublished article.published "
    "parsely-pub-date sailthru.date dc.date.issued dcterms.created dc.date pubdate publishdate "
    "publish-date publish_date "
    "date publication_date cxenseparse:recs:publishtime og:published_time rnews:datepublished "
    "article:published citation_publication_date dcterms.date displaydate originalpublicationdate"
).split()
META_MODIFIED = (
    "article:modified_time og:updated_time datemodified lastmod last-modified dcterms.modified "
    "article:updated revision_date"
).split()
_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,:]\d+)?)?\s*(Z|[+-]\d\d:?(?:\d\d)?|UTC|GMT)?)?",
    re.ASCII,
)
_SLASHED = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})")
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_-]|\b)")
_URL_WORDED = re.compile(r"/((?:19|20)\d\d)/([a-z]{3})[a-z]*/(\d\d?)(?=/)", re.IGNORECASE)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()

Candidate = tuple[Origin, str | None]


def iso_time(text: str | None) -> str | None:
    """Return a stated time as ISO 8601 with its own offset, or a bare day; None if unreadable.

    >>> iso_time("2022-01-11T08:15:00.000+0200")
    '2022-01-11T08:15:00+02:00'
    >>> iso_time("January 11, 2022")
    '2022-01-11'
    """
    if not text or len(text) > 80:
        return None
    plain = text.strip()
    if re.fullmatch(r"[0-9]{10}(?:[0-9]{3})?", plain):
        return datetime.fromtimestamp(int(plain[:10]), UTC).isoformat()
    if found := _ISO.match(plain):
        return _from_iso(found)
    if found := _SLASHED.match(plain):
        return _day(*found.groups())
    try:
        return parsedate_to_datetime(plain).isoformat()
    except (ValueError, TypeError, IndexError):
        return read_day(plain)


def _from_iso(found: re.Match[str]) -> str | None:
    year, month, day, hour, minute, second, zone = found.groups()
    bare = _day(year, month, day)
    if bare is None or hour is None:
        return bare
    if not (int(hour) < 24 and int(minute) < 60 and int(second or 0) < 60):
        return bare
    return f"{bare}T{int(hour):02d}:{minute}:{second or '00'}{_offset(zone)}"


def _offset(zone: str | None) -> str:
    if zone is None:
        return ""
    if zone[0] not in "+-":
        return "+00:00"
    digits = (zone[1:].replace(":", "") + "00")[:4]
    return f"{zone[0]}{digits[:2]}:{digits[2:]}"


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def is_plausible(stated: str, now: datetime) -> bool:
    """Tell whether a time lies between 1990 and a day after now (clocks and zones differ)."""
    try:
        day = date.fromisoformat(stated[:10])
    except ValueError:
        return False
    return EARLIEST <= day <= now.date() + timedelta(days=1)


def choose(candidates: Iterable[Candidate], now: datetime) -> tuple[str | None, Origin | None]:
    """Return the first plausible time and its origin.

    A bare day gives way to a later candidate that names the time of the same day.
    """
    chosen: tuple[str, Origin] | None = None
    for origin, text in candidates:
        stated = iso_time(text)
        if stated is None or not is_plausible(stated, now):
            continue
        if chosen is None:
            chosen = stated, origin
        elif len(chosen[0]) == 10 and len(stated) > 10 and stated.startswith(chosen[0]):
            return stated, origin
    return chosen or (None, None)


def url_day(url: str | None) -> str | None:
    """Return the day in a URL's path, or None."""
    if not url:
        return None
    if found := _URL_DAY.search(url):
        return _day(*found.groups())
    if (found := _URL_WORDED.search(url)) and found[2].lower() in _MONTHS:
        return _day(found[1], str(_MONTHS.index(found[2].lower()) + 1), found[3])
    return None


def visible_times(root: HtmlElement) -> list[str]:
    """Return the machine-readable times that stand in the page's body, best first."""
    marked = [
        element.get("datetime") or element.get("content") or ""
        for element in root.xpath("//*[@itemprop='datePublished']")
    ]
    times = [
        element.get("datetime") or ""
        for element in root.iter("time")
        if not any(a.tag in ("aside", "footer", "nav") for a in element.iterancestors())
    ]
    return [text for text in (*marked, *times[:1]) if text]


def guessed_day(root: HtmlElement, url: str | None) -> str | None:
    """Return the day that htmldate finds in the page, or None."""
    from htmldate import find_date

    try:
        found = find_date(root, original_date=True, url=url, outputformat="%Y-%m-%d")
    except Exception:  # a guess over arbitrary markup: whatever breaks in it, there is no day
        return None
    return str(found) if found else None


now_utc = partial(datetime.now, UTC)
