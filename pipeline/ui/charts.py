"""Geometry of the small charts: numbers to places in an SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DAYS = 14
"""Days that charts and tables by day show, today included."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle with the words that a reader sees over it."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    """CSS class."""
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, before a band of what was expected."""

    width: float
    height: float
    bars: tuple[Bar, ...]
    bands: tuple[Bar, ...] = ()
    labels: tuple[tuple[float, str], ...] = ()
    """Place and text below the bars."""
    top: float = 0
    """Value at the upper edge."""

    def paths(self) -> dict[str, str]:
        """Return the outlines of all bars of a kind as one SVG path, bands first."""
        found: dict[str, list[str]] = {}
        for bar in (*self.bands, *self.bars):
            outline = f"M{bar.x:.1f} {bar.y:.1f}h{bar.width:.1f}v{bar.height:.1f}h-{bar.width:.1f}z"
            found.setdefault(bar.kind, []).append(outline)
        return {kind: "".join(outlines) for kind, outlines in found.items()}


def last_days(today: date, days: int = DAYS) -> list[date]:
    """Return the last days, oldest first, today included."""
    return [today - timedelta(days=back) for back in reversed(range(days))]


def articles_chart(
    rows: Sequence[Mapping[str, Any]], today: date, width: float, height: float, days: int = DAYS
) -> Chart:
    """Return articles by day as bars, before the band that the source's history lets expect.

    Args:
        rows: of ``mart.completeness``: ``published_date``, ``seen``, ``low``, ``high``,
            ``expected``, ``is_incomplete``; a day without a row leaves a gap.
        today: the last day.
        width: of the picture.
        height: of the picture.
        days: days that it shows.
    """
    of_day = {row["published_date"]: row for row in rows}
    shown = last_days(today, days)
    present = [of_day[day] for day in shown if day in of_day]
    top = float(max([1.0, *(max(row["seen"], row["high"]) for row in present)]))
    step = width / days
    bars, bands = [], []
    for place, day in enumerate(shown):
        if (row := of_day.get(day)) is None:
            continue
        low, high = float(row["low"]) / top * height, float(row["high"]) / top * height
        words = (
            f"{day:%a %d %b}: {row['seen']} articles, {row['expected']} expected"
            f" ({row['low']} to {row['high']})"
        )
        # At least one pixel, so that an expectation of nothing is seen as one.
        thick = max(high - low, 1.0)
        bands.append(Bar(place * step, height - low - thick, step, thick, "band", words))
        tall = max(float(row["seen"]) / top * height, 1.0)
        kind = "short" if row["is_incomplete"] else "seen"
        bars.append(Bar(place * step + step * 0.2, height - tall, step * 0.6, tall, kind, words))
    labels = tuple(
        (place * step + step / 2, f"{day:%d %b}")
        for place, day in enumerate(shown)
        if place % 3 == 1
    )
    return Chart(width, height, tuple(bars), tuple(bands), labels, top)


def stacked_chart(
    counts: Mapping[date, Mapping[str, int]],
    kinds: Sequence[str],
    today: date,
    width: float,
    height: float,
    days: int = DAYS,
) -> Chart:
    """Return counts by day as bars that stand on each other.

    Args:
        counts: by day and kind.
        kinds: from the lowest bar to the highest; also their CSS classes.
        today: the last day.
        width: of the picture.
        height: of the picture.
        days: days that it shows.
    """
    shown = last_days(today, days)
    top = float(max([1, *(sum(counts.get(day, {}).values()) for day in shown)]))
    step = width / len(shown)
    bars = []
    for place, day in enumerate(shown):
        foot = height
        for kind in kinds:
            if number := counts.get(day, {}).get(kind, 0):
                tall = number / top * height
                foot -= tall
                words = f"{day:%a %d %b}: {number:,} {kind}"
                bars.append(Bar(place * step + step * 0.12, foot, step * 0.76, tall, kind, words))
    each = -(-len(shown) // DAYS)  # more than two weeks have no room for a label a day
    labels = tuple(
        (place * step + step / 2, f"{day:%d %b}")
        for place, day in enumerate(shown)
        if place % each == 0
    )
    return Chart(width, height, tuple(bars), labels=labels, top=top)
