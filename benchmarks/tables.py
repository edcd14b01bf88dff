"""Format figures as Markdown tables for the docs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from benchmarks.language.resampling import Interval


class Line(NamedTuple):
    """One row of the README's table: the measure, its data, our figure and that of other tools."""

    what: str
    data: str
    ours: float
    others: str = "–"


TUNED_ON = {
    "Scrapinghub": "half of its hosts",
    "Fundus": "half of its hosts",
    "trafilatura's own set": "half of its hosts",
    "6,927 lines": "half of its hosts",
    "one half of the hosts": "partly",
    "the two example articles": "yes",
    "made and real copies": "yes",
    "Worldwide": "half of its articles",
    "PolNeAR": "partly",
    "direct quotes of PolNeAR": "partly",
    "other news, half kept": "no",
    "pages of all kinds": "yes",
    "seven US outlets": "no",
}
"""Which part of a set was in view when rules, thresholds or weights were chosen, by how the name
of the set begins; docs/accuracy.md says more of each."""


class MeasuredLines(NamedTuple):
    """Rows of the README's table that come from one run."""

    measured: str
    """The day of the run, as in 2026-11-30."""
    lines: Sequence[Line]


def lines_table(runs: Iterable[MeasuredLines]) -> str:
    """Return the rows as a Markdown table, each with the day on which it was measured."""
    rows = [
        (r.what, r.data, tuned_on(r.data), f"**{percent(r.ours)}**", r.others, run.measured)
        for run in runs
        for r in run.lines
    ]
    head = ("what, in percent", "data", "tuned on it", "Dateline", "others, same run", "measured")
    return markdown(head, rows)


def today() -> str:
    """Return the day of today in UTC, as in 2026-11-30."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


def tuned_on(data: str) -> str:
    """Return which part of a test set was tuned on.

    Raises:
        ValueError: nobody has said it of this set.
    """
    for beginning, part in TUNED_ON.items():
        if data.startswith(beginning):
            return part
    raise ValueError(f"say in benchmarks.tables.TUNED_ON what was tuned on {data!r}")


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    rule = "|" + "---|" * len(head)
    return "\n".join([_row(head), rule, *(_row(row) for row in rows)])


def percent(share: float) -> str:
    """Write a share in percent: one decimal, two where it is small."""
    return f"{100 * share:.1f}" if share >= 0.02 else f"{100 * share:.2f}"


def with_interval(share: float, around: Interval) -> str:
    """Write a share with its 95 % interval: "79.1 (77.5–80.6)"."""
    return f"{percent(share)} ({percent(around.low)}–{percent(around.high)})"


def measured_today(command: str = "make eval") -> str:
    """Return the sentence below every recorded table."""
    return f"Measured on {today()} with `{command}`."


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
