"""``dateline export`` writes marts as files for other tools."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import print_table
from pipeline.errors import UsageError
from pipeline.spans import parse_span

_HELP = (
    "Write a mart as Parquet, CSV or JSON Lines, divided by day; the next call writes what changed "
    "since.\n\n"
    "Files go to FOLDER/MART. A mart with the column changed_seq is exported step by step: a row "
    "counts as long as its article has no later change in FOLDER/MART/changes, which also names "
    "deleted articles (docs/marts.md shows the query). Other marts are written whole each time. "
    "CSV is safe for spreadsheets: a text that would be a formula begins with an apostrophe. "
    "Without MART the marts are listed.\n\n"
    "Example: dateline export who_said_what --to parquet --into exports"
)


class _Form(StrEnum):
    """The formats that can be written."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=EVERY_DAY, help=_HELP)
    def export(
        mart: Annotated[str | None, typer.Argument(help="A view of the schema mart.")] = None,
        to: Annotated[_Form, typer.Option(help="The format of the files.")] = _Form.PARQUET,
        into: Annotated[Path, typer.Option(metavar="FOLDER", help="Where exports are.")] = Path(
            "exports"
        ),
        since: Annotated[
            str | None,
            typer.Option(
                help="Begin at a day (2026-11-28), a time, some time ago (36h, 7d, 2w) or after a "
                "change number; never later than where the last export ended.",
                show_default=False,
            ),
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ) -> None:
        from pipeline.exports.marts import export as write
        from pipeline.exports.marts import marts

        if mart is None:
            print_table([[name] for name in marts()], ["mart"], "json" if as_json else "table")
            return
        done = write(mart, into, to.value, since=_begin(since) if since else None)
        print_table(
            [(done.mart, done.rows, done.deleted, done.files, done.until, str(done.folder))],
            ["mart", "rows", "deleted_articles", "files", "changed_seq", "folder"],
            "json" if as_json else "table",
        )


def _begin(since: str) -> datetime | int:
    if since.isascii() and since.isdigit():
        return int(since)
    try:
        if (ago := parse_span(since)) is not None:
            return datetime.now(UTC) - ago
        at = datetime.fromisoformat(since)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--since {since!r} is no day, time, change number or span such as 36h, 7d or 2w"
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
