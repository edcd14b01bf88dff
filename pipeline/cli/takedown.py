"""``dateline takedown`` removes an article or an outlet from every layer."""

from typing import Annotated, Literal

import typer

from pipeline.cli.app import STORE, login_name
from pipeline.cli.output import print_table
from pipeline.errors import UsageError

_HELP = (
    "Remove an article or a whole outlet from the store and the archive, and never fetch it "
    "again.\n\n"
    "TARGET is a URL, an article_id of mart.articles, or the key of a source. Rows, versions, "
    "names, quotes, copies, fingerprints, site memory and search go at once; groups of copies get "
    "a new original; the records of the page in WARC files are overwritten, and so are archived "
    "feeds and section pages that name it. A URL that was never seen is barred. Without TARGET the "
    "orders so far are listed.\n\n"
    "There is no undo. A command that was killed is completed by the same command, or by the DAG "
    "maintain. Backups and your own HTML or WARC files are not touched. The exit code is 1 while a "
    "WARC file that is being written has to be waited for.\n\n"
    "Example: dateline takedown https://news.example/storm --reason 'court order 12/2026'"
)
_COLUMNS = (
    "ordered_at target_kind target article_count record_count finished_at requested_by reason"
).split()


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=STORE, help=_HELP)
    def takedown(
        target: Annotated[
            str | None, typer.Argument(help="A URL, an article_id, or the key of a source.")
        ] = None,
        reason: Annotated[str | None, typer.Option(help="Why, kept for later readers.")] = None,
        by: Annotated[
            str | None, typer.Option(help="Who asked for it; by default your login name.")
        ] = None,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Show what would be removed; remove nothing.")
        ] = False,
        yes: Annotated[
            bool, typer.Option("--yes", help="Remove a whole outlet without asking.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON objects.")] = False,
    ) -> None:
        from pipeline.stages.takedown import find_target, orders, take_down

        form: Literal["json", "table"] = "json" if as_json else "table"
        if target is None:
            rows = [[getattr(each, name) for name in _COLUMNS] for each in orders()]
            print_table(rows, _COLUMNS, form)
            return
        found = find_target(target)
        if dry_run:
            print_table(
                [(found.kind, found.name, found.article_count)],
                ["target_kind", "target", "would_remove_articles"],
                form,
            )
            return
        if not reason:
            raise UsageError("a takedown needs --reason: it is kept for those who ask later")
        if found.kind == "outlet" and not yes:
            question = f"Remove all {found.article_count} articles of {found.name} for ever?"
            typer.confirm(question, abort=True, err=True)
        taken = take_down(found, reason=reason, requested_by=by or login_name())
        print_table(
            [(taken.target, taken.articles, taken.records)],
            ["target", "articles_removed", "records_erased"],
            form,
        )
        if taken.waiting:
            typer.secho(
                f"dateline: {len(taken.waiting)} WARC files are being written, the first is"
                f" {taken.waiting[0]}; run the command again when the run is over, or leave it to"
                " the DAG maintain",
                err=True,
                fg="yellow",
            )
            raise typer.Exit(1)
