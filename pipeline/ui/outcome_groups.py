"""Groups of outcomes, which charts and tables show in place of 26 single ones."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pipeline.outcomes import Outcome

GROUPS: dict[str, tuple[Outcome, ...]] = {
    "stored": (Outcome.LOADED,),
    "known": (Outcome.UNCHANGED, Outcome.DUPLICATE_URL),
    "aside": (
        Outcome.NOT_AN_ARTICLE,
        Outcome.PAYWALLED,
        Outcome.LANGUAGE_NOT_WANTED,
        Outcome.SUSPECTED_WALL,
    ),
    "refused": (
        Outcome.ROBOTS_DENIED,
        Outcome.RESERVED,
        Outcome.ADDRESS_REFUSED,
        Outcome.OFFSITE_REFUSED,
        Outcome.TAKEDOWN,
    ),
    "failed": (
        Outcome.GONE,
        Outcome.NOT_FOUND,
        Outcome.FORBIDDEN,
        Outcome.BLOCKED,
        Outcome.CONSENT_WALL,
        Outcome.REDESIGNED,
        Outcome.RATE_LIMITED,
        Outcome.SERVER_ERROR,
        Outcome.UNREACHABLE,
        Outcome.TIMEOUT,
        Outcome.TOO_LARGE,
        Outcome.REDIRECT_LOOP,
        Outcome.BAD_CONTENT,
        Outcome.ROBOTS_UNREACHABLE,
    ),
    "quarantined": (Outcome.QUARANTINED,),
}
"""Outcomes of each group, as in ``mart.run_quality``; each outcome is in one."""
MEANINGS = {
    "stored": "new articles and new versions",
    "known": "read before and not changed, or another address of a known page",
    "aside": "no article, paywalled, another language, a suspected wall",
    "refused": "by robots.txt, the page, our settings or a takedown",
    "failed": "an error of the site or the network, a wall, a page that is gone",
    "quarantined": "failed inside Dateline",
}
"""What each group holds, in words."""
UNDECIDED = "undecided"
"""In place of a group: links without an outcome."""
GROUP_OF = {str(outcome): name for name, outcomes in GROUPS.items() for outcome in outcomes}


def by_day(rows: Iterable[Mapping[str, Any]]) -> dict[date, dict[str, int]]:
    """Return the counts of ``outcomes_by_day`` by day and group."""
    found: dict[date, dict[str, int]] = {}
    for row in rows:
        counts = found.setdefault(row["day"], {})
        group = GROUP_OF[row["outcome"]]
        counts[group] = counts.get(group, 0) + row["links"]
    return found


def by_source(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Return counts by source and group, those with most failed links first."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = found.setdefault(row["source_key"], {})
        group = GROUP_OF.get(row["outcome"], UNDECIDED)
        counts[group] = counts.get(group, 0) + row["links"]

    def order(item: tuple[str, dict[str, int]]) -> tuple[int, int, str]:
        counts = item[1]
        bad = counts.get("failed", 0) + counts.get("quarantined", 0)
        return -bad, -sum(counts.values()), item[0]

    return dict(sorted(found.items(), key=order))
