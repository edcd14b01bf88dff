"""``dateline report`` writes one HTML page about the last days."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import print_note
from pipeline.errors import SettingsError, UsageError
from pipeline.spans import parse_span

_HELP = (
    "Write one HTML page about the last days: intake, completeness, names and their trend, who was "
    "quoted, wire copy, texts that went round, silent edits with the words that changed, and "
    "warnings.\n\n"
    "The page needs no network and no server, prints well, and has a light and a dark look. "
    "The numbers are those of the marts. Where no article is of these days, it says which days "
    "have some.\n\n"
    "Example: dateline report --since 7d --out week.html\n\n"
    "Example: dateline report --since 2w --until 2026-11-15"
)
_FIRST_YEAR = 1900
"""The span before the longest one, of 400 days, must lie in years that Python knows."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=EVERY_DAY, help=_HELP)
    def report(
        since: Annotated[str, typer.Option(help="How far back: 7d, 2w.")] = "7d",
        until: Annotated[
            str | None, typer.Option(metavar="DAY", help="The last day; by default today (UTC).")
        ] = None,
        out: Annotated[
            Path, typer.Option(metavar="FILE", help="The page; - for standard output.")
        ] = Path("report.html"),
    ) -> None:
        from pipeline.report.page import build_report

        report = build_report(_days(since), datetime.now(UTC), _day(until) if until else None)
        if report.hint:
            print_note(report.hint)
        if str(out) == "-":
            typer.echo(report.html)
            return
        try:
            out.write_text(report.html, encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"{out} cannot be written: {error.strerror}") from error
        print_note(f"{out}: open it in a browser")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--until {text!r} is not a day: use a form like 2026-11-15") from error
    if day.year < _FIRST_YEAR:
        raise UsageError(f"--until {text!r}: give a day of {_FIRST_YEAR} or later")
    return day


def _days(since: str) -> int:
    from pipeline.report.page import LONGEST_DAYS

    span = parse_span(since) or timedelta()
    if span % timedelta(days=1) or not 1 <= span.days <= LONGEST_DAYS:
        raise UsageError(f"--since {since!r}: give days or weeks up to {LONGEST_DAYS}d, such as 7d")
    return span.days
