"""``dateline alerts`` lists what is wrong, and tries the channels that tell of it."""

import sys
from typing import Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import print_table

_HELP = (
    "What is wrong, since when, and who was told ($DATELINE_ALERTS).\n\n"
    "Example: dateline alerts list --open"
)
_LIST_HELP = (
    "List alerts, the newest first: what is wrong or was, since when, and who was told.\n\n"
    "Channels that take no messages are named on stderr; they are tried again at every tick, and "
    "the exit code is 1 if there is one. --json shows all columns of mart.alerts.\n\n"
    "Example: dateline alerts list --open --json"
)
_TEST_HELP = (
    "Send a message to each channel of $DATELINE_ALERTS and $DATELINE_ALERTS_FILE, also in quiet "
    "hours, and say what happened.\n\n"
    "The exit code is 1 if a channel did not take it, and 3 if there is none.\n\n"
    "Example: dateline alerts test"
)
_SHORT = ("severity", "title", "opened_at", "closed_at", "text")
_ALL = (
    *("alert_id", "kind", "severity", "source_key", "page_url", "title", "text", "is_open"),
    *("opened_at", "closed_at", "closing_note", "last_sent_at", "sent_to", "failing_channels"),
)
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=_LIST_HELP)(list_alerts)
    group.command("test", help=_TEST_HELP)(try_channels_out)
    app.add_typer(group, name="alerts", help=_HELP, rich_help_panel=EVERY_DAY)


def list_alerts(
    only_open: Annotated[bool, typer.Option("--open", help="Only what is still so.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Most alerts listed.")] = 100,
    as_json: _Json = False,
) -> None:
    """List alerts."""
    from pipeline.stages.alerts import listed_alerts

    listed = listed_alerts(only_open=only_open, limit=limit)
    columns = _ALL if as_json else _SHORT
    rows = [[row[name] for name in columns] for row in listed.alerts]
    print_table(rows, columns, "json" if as_json else "table")
    if not listed.has_channels:
        _say(
            "nobody is told: set DATELINE_ALERTS, such as smtp://mail.example?to=desk@news.example"
        )
    for line in listed.problems:
        _say(line)
    sys.exit(1 if listed.problems else 0)


def try_channels_out(as_json: _Json = False) -> None:
    """Send a test message to each channel."""
    from datetime import UTC, datetime

    from pipeline.errors import SettingsError
    from pipeline.stages.alerts import try_channels

    tried, problems = try_channels(datetime.now(UTC))
    for problem in problems:
        _say(str(problem))
    if not tried and not problems:
        raise SettingsError(
            "there is no channel: set DATELINE_ALERTS, such as "
            "smtp://mail.example?to=desk@news.example, https://hooks.example/… or file:alerts.jsonl"
        )
    rows = [(each.channel, each.error or "took it") for each in tried]
    print_table(rows, ("channel", "result"), "json" if as_json else "table")
    sys.exit(1 if problems or any(each.error for each in tried) else 0)


def _say(line: str) -> None:
    typer.secho(line, err=True)
