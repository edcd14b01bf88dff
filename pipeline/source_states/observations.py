"""What an hour brought of each source, and how its documents stand now."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COUNTS = (
    "links",
    "dated_links",
    "overdue_links",
    "good_pages",
    "refused_pages",
    "paywalled_pages",
    "failed_pages",
    "unreadable_pages",
    "redesigned_pages",
    "foreign_pages",
    "articles",
    "undated_articles",
    "unsigned_articles",
    "short_articles",
    "stub_articles",
    "damaged_articles",
    "annotated_articles",
    "unnamed_articles",
    "log_words",
    "log_lag",
)
"""Sums of an hour. A link counts once for each fate: a page that is refused twenty times is one
refused page. The last two are sums of logarithms, of words and of minutes from an item's stated
time to its listing."""
PLACE = {name: place for place, name in enumerate(COUNTS)}


@dataclass(frozen=True, slots=True)
class HourSums:
    """What one hour, or the part of it until now, brought; a row for each source."""

    hour: int
    """Hours since 1970 (UTC)."""
    counts: Floats
    """Sources × ``COUNTS``."""
    asked_at: Floats
    """When one of its documents was last asked for in this hour, in hours since 1970, or NaN."""


@dataclass(frozen=True, slots=True)
class Documents:
    """How the documents stand that bring a source's links; shares are of the links they brought."""

    refused: Floats
    """Share of documents that are refused: 403, 429, robots.txt, a wall."""
    failing: Floats
    """Share of documents that cannot be read for another reason."""
    empty: Floats
    """Share of documents without an item, or with items of other sites only."""
    asleep: Floats
    """Share of documents that sleep."""
    failures: Floats
    """Failed requests in a row, of the document that has fewest of those that fail."""
    failing_hours: Floats
    """Hours since the first of these failures."""
    empty_hours: Floats
    """Hours since these documents first were empty."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of the sources beside their history; a row for each source."""

    zone_hours: Floats
    """Hours that the source's clock is ahead of UTC."""
    country: NDArray[np.int64]
    """Number of its country; sources of a country have holidays together. -1 where unknown."""
    first_rate: Floats
    """New links a day that its file or its feed lets expect, before anything is learnt; or NaN."""
    is_paused: Bools
