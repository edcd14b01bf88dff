"""The order in which the sitemaps of an index are read: those with the newest entries first.

An index may list its sitemaps in any order, and a run does not read them all. Their times of change
tell the order, unless one program run stamped them all; else the dates in their names do
("sitemap-2026-11.xml"). Without either, both ends of the list are read, and reading goes on from
the end that held newer entries. What each sitemap held is remembered for the next run.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from urllib.parse import urlsplit

from pipeline.discover.results import ChildReading, Entry, Sitemap
from pipeline.line_rules.dates import age_key
from pipeline.tables import read_rows

_STAMPED_SHARE = 0.5
"""Share of an index with one day of change from which on the days say when it was generated."""
_LYING = timedelta(days=30).total_seconds()
"""By how much a time of change may be later than the newest entry, for a correction."""
_DATE_IN_NAME = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[-_/.]?(0[1-9]|1[0-2])(?:[-_/.]?(0[1-9]|[12]\d|3[01]))?"
    r"|[-_/.]([1-9])(?!\d))?(?!\d)"
)
_DATE_IN_QUERY = re.compile(
    r"(?:yyyy|year)=(\d{4})(?:&(?:mm|month)=(\d\d?))?(?:&(?:dd|day)=(\d\d?))?"
)
_DATE_IN_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)[/-](0[1-9]|1[0-2])(?:[/-](0[1-9]|[12]\d|3[01]))?\b"
)
_REMEMBERED = 50_000
"""Addresses whose names are not read again each time that the order is made: those of an index."""
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[a-z]+")


def child_reading(sitemap: Sitemap, read_at: datetime) -> ChildReading:
    """Return what a sitemap holds, to be remembered.

    The time of an entry is its publication, else the date in its address ("/2026/11/20/ferry"),
    else its change: a new design changes every page of an archive.
    """
    times = [time for entry in sitemap.entries if (time := _entry_time(entry)) is not None]
    return ChildReading(
        read_at,
        len(sitemap.entries),
        datetime.fromtimestamp(max(times), UTC) if times else None,
        datetime.fromtimestamp(min(times), UTC) if times else None,
    )


def _entry_time(entry: Entry) -> float | None:
    if entry.published_at:
        return age_key(entry.published_at)
    found = _DATE_IN_ADDRESS.search(entry.url)
    dated = _first_second(*found.groups()) if found else None
    return dated if dated is not None else age_key(entry.changed_at)


def order_children(children: Sequence[Entry], held: Mapping[str, ChildReading]) -> list[Entry]:
    """Return the sitemaps of an index, those with the newest entries first.

    Called again after each sitemap that was read, with its reading in ``held``, it decides by that
    where to go on. Sitemaps that were read stand in the order too, by the newest entry they held.

    Args:
        children: the sitemaps as the index lists them.
        held: what those held that were read in this run or an earlier one, by address.
    """
    trusts_changes = _are_changes_informative(children, held)
    ranks: dict[str, tuple[int, float, float]] = {}
    unknown: list[Entry] = []
    for child in children:
        time = _stated_time(child, held.get(child.url), trusts_changes)
        if time is None:
            unknown.append(child)
        else:
            ranks[child.url] = (1, -time, 0.0)
    for sequence in _sequences(children, {child.url for child in unknown}):
        ranks |= _ranks_by_neighbours(sequence, held, ranks)
    return sorted(children, key=lambda child: (_kind_order(child.url), *ranks[child.url]))


def _stated_time(child: Entry, reading: ChildReading | None, trusts_changes: bool) -> float | None:
    """Return the time of the newest entry as the memory, the index or the name tells it."""
    changed = age_key(child.changed_at) if trusts_changes else None
    if reading is not None and (changed is None or changed <= reading.read_at.timestamp()):
        if reading.newest is not None:
            return reading.newest.timestamp()
        if reading.entries == 0:
            return float("-inf")
    return changed if changed is not None else _time_in_name(child.url)


def _are_changes_informative(children: Sequence[Entry], held: Mapping[str, ChildReading]) -> bool:
    """Tell whether the times of change differ as those of real changes do."""
    days = Counter(child.changed_at[:10] for child in children if child.changed_at)
    if sum(days.values()) < len(children) / 2 or len(days) < 2:
        return False
    if max(days.values()) > _STAMPED_SHARE * len(children):
        return False
    lies = truths = 0
    for child in children:
        reading, changed = held.get(child.url), age_key(child.changed_at)
        if reading is not None and reading.newest is not None and changed is not None:
            is_lie = changed - reading.newest.timestamp() > _LYING
            lies, truths = lies + is_lie, truths + (not is_lie)
    return lies < 2 or lies <= truths


@lru_cache(maxsize=_REMEMBERED)
def _time_in_name(url: str) -> float | None:
    """Return the last moment of the year, month or day in a sitemap's name.

    >>> _time_in_name("https://herald.example/sitemap-2026-11.xml") == _first_second("2026", "12")
    True
    """
    parts = _split(url)
    found = _DATE_IN_QUERY.search(parts[1]) or _DATE_IN_NAME.search(parts[0])
    if not found:
        return None
    year, month, day = found[1], found[2], found[3]
    if found.re is _DATE_IN_NAME:
        month = month or found[4]
    start = _first_second(year, month, day)
    if start is None:
        return None
    if day:
        return start + 86_400
    if month is None:
        return _first_second(str(int(year) + 1))
    following = (int(year) + 1, 1) if int(month) == 12 else (int(year), int(month) + 1)
    return _first_second(*map(str, following))


def _first_second(year: str, month: str | None = None, day: str | None = None) -> float | None:
    try:
        found = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return datetime(found.year, found.month, found.day, tzinfo=UTC).timestamp()


def _sequences(children: Sequence[Entry], unknown: set[str]) -> Iterable[list[Entry]]:
    """Yield the rows of sitemaps in which times rise or fall, and some are unknown.

    Sitemaps whose names differ in one number are a row in the order of that number; the others are
    one row as the index lists them.
    """
    rows: dict[str, list[Entry]] = defaultdict(list)
    for child in children:
        rows[_NUMBER.sub("#", child.url)].append(child)
    listed: list[Entry] = []
    for stem, row in rows.items():
        if len(row) == 1 or "#" not in stem:
            listed += row
        elif any(child.url in unknown for child in row):
            yield sorted(row, key=lambda child: _numbers(child.url))
    if any(child.url in unknown for child in listed):
        yield listed


def _numbers(url: str) -> list[int]:
    return [int(found[-18:]) for found in _NUMBER.findall(url)]


def _ranks_by_neighbours(
    row: list[Entry],
    held: Mapping[str, ChildReading],
    ranks: Mapping[str, tuple[int, float, float]],
) -> dict[str, tuple[int, float, float]]:
    """Return the ranks of the sitemaps of a row whose times are unknown.

    An end that was never read comes first; sitemaps that hold no times are no ends. Between two
    that were read the time is estimated in proportion; of equal estimates, that beside the newer
    one comes first.
    """
    known = [
        place
        for place, child in enumerate(row)
        if child.url in ranks and ranks[child.url][1] != float("inf")
    ]
    times = [-ranks[row[place].url][1] for place in known]
    known_places = set(known)
    telling = [
        place for place, child in enumerate(row) if place in known_places or child.url not in held
    ]
    ends = telling[:1] + telling[-1:]
    found: dict[str, tuple[int, float, float]] = {}
    for place, child in enumerate(row):
        if child.url in ranks:
            continue
        if place in ends and child.url not in held:
            found[child.url] = (0, float(place == ends[0]), 0.0)
        elif child.url in held or not known:
            found[child.url] = (2, float(child.url in held), float(len(row) - place))
        else:
            found[child.url] = (1, *_estimate(place, known, times))
    return found


def _estimate(place: int, known: list[int], times: list[float]) -> tuple[float, float]:
    """Return the negative of a place's estimated time, and the distance of the newer neighbour."""
    after = bisect_left(known, place)
    if after in (0, len(known)):
        nearest = min(after, len(known) - 1)
        return -times[nearest], float(abs(known[nearest] - place))
    left, right = known[after - 1], known[after]
    early, late = times[after - 1], times[after]
    share = (place - left) / (right - left)
    newer = left if early > late else right
    return -(early + (late - early) * share), float(abs(newer - place))


@lru_cache(maxsize=_REMEMBERED)
def _kind_order(url: str) -> int:
    """Return 0 for a sitemap of news, 2 for one of tags, authors or pictures, and 1 for others."""
    words = set(_WORD.findall(_split(url)[0].rpartition("/")[2].lower()))
    orders = {order for word, order in _kinds().items() if word in words}
    return 0 if "first" in orders else 2 if "last" in orders else 1


@cache
def _kinds() -> dict[str, str]:
    rows = read_rows(__package__, "sitemap_names.tsv", columns=3)
    return {word: order for word, order, _ in rows}


def _split(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, ""
    return parts.path, parts.query
