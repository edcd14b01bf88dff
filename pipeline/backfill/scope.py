"""What a backfill keeps: outlets, languages, days; and the days and months that users write."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipeline.errors import UsageError
from pipeline.extract.encoding import decode
from pipeline.language import language_of
from pipeline.models import Source

_HIDDEN = re.compile(r"<(script|style|noscript|template|svg)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)
_TAG = re.compile(r"<[^<>]*>")
_LANG = re.compile(r"<html\b[^>]*?\blang\s*=\s*[\"']?([a-z]{2,3})\b", re.I)
_PAGE_CHARS = 400_000
"""Characters of a page that are looked at for its language."""
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_FIRST_MONTH = (2016, 8)
"""CC-NEWS began in August 2016."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The filters of a backfill; what is empty or None keeps everything."""

    outlets: frozenset[str] = frozenset()
    """Keys of sources."""
    languages: frozenset[str] = frozenset()
    """ISO 639-1 codes."""
    since: date | None = None
    until: date | None = None
    """First and last day (UTC): of the capture, or of the publication for a site's own past."""

    def covers(self, at: datetime) -> bool:
        """Tell whether a time lies within the days."""
        day = at.astimezone(UTC).date()
        return (self.since is None or day >= self.since) and (
            self.until is None or day <= self.until
        )

    def takes_language(self, body: bytes, content_type: str | None, outlet: Source) -> bool:
        """Tell whether a page is in one of the languages.

        The words of the page decide; where they are too few, its ``lang`` attribute does, then the
        language of its outlet.
        """
        if not self.languages:
            return True
        page = decode(body, content_type)[:_PAGE_CHARS]
        words = html.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", page)))
        stated = _LANG.search(page[:5000])
        shown = language_of(" ".join(words.split())) or (stated[1].lower() if stated else None)
        return (shown or outlet.language) in self.languages


def checked_scope(
    outlets: Iterable[str],
    languages: Iterable[str],
    since: date | None,
    until: date | None,
) -> Scope:
    """Return the filters that a user asks for.

    Raises:
        UsageError: the days are in the wrong order, or a language is no code.
    """
    if since and until and since > until:
        raise UsageError(f"--since {since} is after --until {until}: swap them.")
    codes = frozenset(code.strip().lower() for code in languages if code.strip())
    for code in codes:
        if not re.fullmatch(r"[a-z]{2}", code):
            raise UsageError(f"{code!r} is not a language code: write en, de, fr, …")
    return Scope(frozenset(outlets), codes, since, until)


def month_days(month: str) -> tuple[date, date]:
    """Return the first and last day of a month written as "2024-05".

    Raises:
        UsageError: it is no month, or CC-NEWS does not have it yet.

    >>> month_days("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    found = _MONTH.fullmatch(month.strip())
    if found is None or not 1 <= int(found[2]) <= 12:
        raise UsageError(f"{month!r} is not a month: write it as 2024-05.")
    year, number = int(found[1]), int(found[2])
    if (year, number) < _FIRST_MONTH:
        raise UsageError(f"CC-NEWS begins in 2016-08, so there is nothing of {month}.")
    following = date(year + number // 12, number % 12 + 1, 1)
    return date(year, number, 1), following - timedelta(days=1)
