"""CC-NEWS: the monthly lists of WARC files that Common Crawl publishes.

``<base>/crawl-data/CC-NEWS/2024/05/warc.paths.gz`` names the files of a month, one a line, each
with the time at which it was begun: ``CC-NEWS-20240501012345-00123.warc.gz``. Its records follow
that time, up to about that of the next file.
"""

import re
import zlib
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.backfill.downloads import Downloader
from pipeline.backfill.scope import month_days
from pipeline.errors import ArchiveError
from pipeline.file_formats import GZIP
from pipeline.text import one_line

BASE = "https://data.commoncrawl.org/"
"""Common Crawl's public address."""
_NAMED_DAY = re.compile(r"CC-NEWS-(\d{4})(\d\d)(\d\d)\d{6}-")
_MOST_BYTES = 64_000_000
"""Bytes of a list after decompression; a month has some 400 files of 80 characters."""


@dataclass(frozen=True, slots=True)
class MonthFile:
    """One WARC file of a month."""

    url: str
    day: date | None
    """The day on which it was begun; None where its name does not say."""


def files_of_month(base: str, month: str, downloader: Downloader) -> list[MonthFile]:
    """Return the files of a month, in the order of their names.

    Args:
        base: address below which ``crawl-data/`` lies.
        month: such as "2024-05".
        downloader: reads the list.

    Raises:
        UsageError: the month is none.
        ArchiveError: there is no list, or it is something else.
    """
    month_days(month)
    root = base.rstrip("/")
    where = f"{root}/crawl-data/CC-NEWS/{month[:4]}/{month[5:7]}/warc.paths.gz"
    lines = _lines(downloader.read(where), where)
    wrong = next((line for line in lines if not _is_path(line)), None)
    if wrong is not None or not lines:
        said = f"a line of it is {one_line(wrong, 60)!r}" if wrong is not None else "it is empty"
        raise ArchiveError(
            f"{where} is not a list of WARC files ({said}): check the month, or give another --base"
        )
    return [MonthFile(f"{root}/{line.lstrip('/')}", _day(line)) for line in sorted(set(lines))]


def files_of_days(
    files: list[MonthFile], since: date | None, until: date | None
) -> list[MonthFile]:
    """Return the files that may hold captures of these days, judged by their names.

    The last file that was begun before the first day may reach into it.
    """
    begun = [each.day for each in files if each.day is not None and since and each.day < since]
    last_before = max(begun, default=None)
    # A crawl that pauses leaves a file open: a day is allowed for that.
    earliest = last_before - timedelta(days=1) if last_before else None
    return [
        each
        for each in files
        if each.day is None
        or ((until is None or each.day <= until) and (earliest is None or each.day >= earliest))
    ]


def _lines(body: bytes, where: str) -> list[str]:
    if body.startswith(GZIP):
        try:
            body = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(body, _MOST_BYTES)
        except zlib.error as error:
            raise ArchiveError(
                f"{where} cannot be decompressed ({error}): run the same command again"
            ) from error
    return [line.strip() for line in body.decode("utf-8", "replace").splitlines() if line.strip()]


def _is_path(line: str) -> bool:
    """Tell whether a line names a file below the base: no other host, no way out by ".."."""
    return bool(re.fullmatch(r"/?[\w.-]+(/[\w.-]+)*\.warc(\.gz|\.zst)?", line)) and ".." not in line


def _day(line: str) -> date | None:
    found = _NAMED_DAY.search(line)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
