"""Build the report: rows and charts into one HTML file that needs no network.

Style and pictures stand in the page, no script runs, and text of strangers is escaped and shown
without control characters. It prints on paper and follows the reader's choice of light or dark.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from itertools import groupby
from typing import Any

from pipeline.report.rows import Row, newest_day, report_rows
from pipeline.text import visible
from pipeline.ui import outcome_groups
from pipeline.ui.charts import Chart, articles_chart, last_days, stacked_chart
from pipeline.ui.rendering import templates
from pipeline.warehouse.read_only import read_only_transaction, reader

LONGEST_DAYS = 400
_TITLES = {"PERSON": "People", "ORG": "Organisations"}
_WORDS = re.compile(r"\s+|[^\s]+")
_MOST_WORDS = 400
"""Words of a paragraph that are compared; a longer one is cut."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of an edit that stayed, went or came."""

    text: str
    kind: str
    """"" for words that stayed, "del" or "ins"."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A name with its articles in this span and the one before it."""

    row: Row
    bars: Chart

    @property
    def change(self) -> str:
        """How it compares, such as "+40 %"; "new" where there was nothing before."""
        now, before = int(self.row["articles"]), int(self.row["before"])
        return f"{(now - before) / before:+.0%}".replace("%", " %") if before else "new"


@dataclass(frozen=True, slots=True)
class Report:
    """The page, and what to do where its days have no articles."""

    html: str
    hint: str | None = None
    """Where articles are instead, and the command that shows them; None where there are some."""


def build_report(days: int, now: datetime, until: date | None = None) -> Report:
    """Return the report of some days as HTML.

    Args:
        days: how many, the last included.
        now: the moment at which it is made.
        until: the last day; by default that of ``now`` (UTC).
    """
    last = until or now.astimezone(UTC).date()
    first = last - timedelta(days=days - 1)
    with reader() as session, read_only_transaction(session.conn):
        rows = report_rows(session.conn, first, last)
        hint = None
        if not rows["totals"][0]["articles"]:
            hint = _hint(newest_day(session.conn), days)
    style = (files("pipeline.ui") / "static" / "dateline.css").read_text(encoding="utf-8")
    html = (
        templates("pipeline.report", "pipeline.ui")
        .get_template("report.html")
        .render(
            style=style,
            first=first,
            last=last,
            now=now,
            totals=rows["totals"][0],
            links=_links(rows["outcomes"], last, days),
            completeness=list(_completeness(rows["completeness"], last, days)),
            volume=rows["volume"],
            names=_names(rows["names"], rows["name_days"], last, days),
            speakers=rows["speakers"],
            stories=list(_stories(rows["stories"], rows["story_articles"])),
            copied=rows["copied"],
            edits=[(row, list(_changes(row))) for row in rows["edits"] if not row["is_announced"]],
            corrections=[row for row in rows["edits"] if row["is_announced"]],
            states=rows["states"],
            alerts=rows["alerts"],
            hint=hint,
        )
    )
    return Report(html, hint)


def _hint(newest: date | None, days: int) -> str:
    if newest is None:
        return "The store has no articles yet: `dateline run` or `dateline up` brings them."
    return (
        f"No article is of these days. The newest are of {newest}: "
        f"`dateline report --since {days}d --until {newest}`"
    )


def _links(rows: Sequence[Row], last: date, days: int) -> tuple[Chart, dict[str, int]]:
    counts = outcome_groups.by_day(rows)
    chart = stacked_chart(counts, list(outcome_groups.GROUPS), last, 840, 160, days)
    of_group = {
        name: sum(of_day.get(name, 0) for of_day in counts.values())
        for name in outcome_groups.GROUPS
    }
    return chart, of_group


def _completeness(rows: Sequence[Row], last: date, days: int) -> Iterator[tuple[str, Row, Chart]]:
    """Yield each source with its sums and its days, those with most missing first."""
    found = []
    for source, group in groupby(rows, key=lambda row: row["source_key"]):
        of_source = list(group)
        sums = {
            name: sum(row[name] or 0 for row in of_source)
            for name in ("seen", "expected", "missing")
        }
        found.append((source, sums, articles_chart(of_source, last, 180, 28, days)))
    yield from sorted(found, key=lambda each: (-each[1]["missing"], each[0]))


def _names(
    names: Sequence[Row], by_day: Sequence[Row], last: date, days: int
) -> dict[str, list[Trend]]:
    of_day = {(row["entity_id"], row["day"]): int(row["articles"]) for row in by_day}
    found: dict[str, list[Trend]] = {}
    for row in names:
        counts = {
            day: {"seen": of_day.get((row["entity_id"], day), 0)} for day in last_days(last, days)
        }
        bars = stacked_chart(counts, ["seen"], last, 120, 22, days)
        found.setdefault(_TITLES[row["entity_type"]], []).append(Trend(row, bars))
    return found


def _stories(
    stories: Sequence[Row], articles: Sequence[Row]
) -> Iterator[tuple[Row, list[tuple[Row, float]]]]:
    """Yield each story with its articles and where each stands between its first and last, 0 to 1.

    Copies are left out.
    """
    for story in stories:
        span = (story["ended_at"] - story["started_at"]).total_seconds() or 1.0
        told = [
            (row, (row["told_at"] - story["started_at"]).total_seconds() / span)
            for row in articles
            if row["story_id"] == story["story_id"] and row["is_original"]
        ]
        yield story, told


def _changes(row: Mapping[str, Any]) -> Iterator[list[Piece]]:
    """Yield what an edit changed, a paragraph at a time, with the words that went and came.

    A removed paragraph is compared with the added one that shares most words with it.
    """
    if row["is_title_changed"]:
        yield list(_pieces(row["title_before"] or "", row["title_after"] or ""))
    added = list(row["paragraphs_added"] or ())
    for paragraph in row["paragraphs_removed"] or ():
        like = difflib.get_close_matches(paragraph[:2000], [each[:2000] for each in added], 1, 0.4)
        partner = next((each for each in added if like and each[:2000] == like[0]), None)
        if partner is not None:
            added.remove(partner)
        yield list(_pieces(paragraph, partner or ""))
    for paragraph in added:
        yield list(_pieces("", paragraph))


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = (_WORDS.findall(visible(text))[: 2 * _MOST_WORDS] for text in (before, after))
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("".join(old[a:b]), "")
            continue
        if old[a:b]:
            yield Piece("".join(old[a:b]), "del")
        if new[c:d]:
            yield Piece("".join(new[c:d]), "ins")
