"""``dateline upgrade``: bring a store to the installed version, or say what that takes."""

import sys
from typing import Annotated

import typer

from pipeline.cli.app import STORE
from pipeline.cli.output import print_note, print_table

_HELP = (
    "Bring the store to the installed version of Dateline, or say what that takes.\n\n"
    "The schema is migrated with its data. Articles that an older version read stay as they are; "
    "the command that reads them again is named. --check changes nothing, and its exit code is 1 "
    "where anything is to be done. Take a backup first.\n\n"
    "Example: dateline upgrade --check"
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=STORE, help=_HELP)
    def upgrade(
        check: Annotated[
            bool, typer.Option("--check", help="Say what is to be done; change nothing.")
        ] = False,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON object a line.")
        ] = False,
    ) -> None:
        from pipeline.installation.upgrade import steps
        from pipeline.settings import settings
        from pipeline.warehouse.store import ensure_store

        if not check:
            ensure_store()
        found = steps(settings())
        rows = [(step.what, step.said, step.command) for step in found]
        print_table(rows, ["what", "said", "command"], "json" if as_json else "table")
        left = sum(bool(step.command) for step in found)
        print_note(f"{left} to do." if left else "nothing is to be done.")
        sys.exit(1 if check and left else 0)
