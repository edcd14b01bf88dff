"""``dateline prune`` deletes what is kept for some days only."""

from typing import Annotated

import typer

from pipeline.cli.app import STORE
from pipeline.cli.output import print_table

_HELP = (
    "Delete attempts, check results, alerts and WARC files older than the settings say.\n\n"
    "Articles, versions, names, quotes and copies are kept for ever, and so is every WARC file "
    "with the page of a current version. The DAG maintain does the same once a day.\n\n"
    "Example: dateline prune --dry-run"
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=STORE, help=_HELP)
    def prune(
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Show what would be deleted; delete nothing.")
        ] = False,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON object per rule.")
        ] = False,
    ) -> None:
        from pipeline.stages.retention import prune as delete

        done = delete(dry_run=dry_run)
        rows = [(each.what, each.days or "for ever", each.setting, each.removed) for each in done]
        columns = ["what", "days", "setting", "would_be_removed" if dry_run else "removed"]
        print_table(rows, columns, "json" if as_json else "table")
