"""``dateline takedown`` removes an article, an outlet or a person from every layer."""

from typing import Annotated, Literal

import typer

from pipeline.cli.app import STORE, login_name
from pipeline.cli.output import print_table
from pipeline.errors import UsageError

_HELP = (
    "Remove an article, a whole outlet or a person from the store and the archive, for ever.\n\n"
    "TARGET is a URL, an article_id of mart.articles, the key of a source, or entity:NAME. Rows, "
    "versions, names, quotes, copies, fingerprints, site memory and search go at once; groups of "
    "copies get a new original; the records of the page in WARC files are overwritten, and so are "
    "archived feeds and section pages that name it. A URL that was never seen is barred. Without "
    "TARGET the orders so far are listed.\n\n"
    "Of an entity (entity:NAME, entity:NUMBER; dateline entity find) mentions, names, quotes by it "
    "and quotes that name it go, and its names never come back by annotation. The articles keep "
    "their words and are still found by them, unless --texts takes every article down that names "
    "it.\n\n"
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
            str | None,
            typer.Argument(help="A URL, an article_id, the key of a source, or entity:NAME."),
        ] = None,
        reason: Annotated[str | None, typer.Option(help="Why, kept for later readers.")] = None,
        by: Annotated[
            str | None, typer.Option(help="Who asked for it; by default your login name.")
        ] = None,
        dry_run: Annotated[
            bool,
            typer.Option("--dry-run", help="List what would be removed and barred; do nothing."),
        ] = False,
        texts: Annotated[
            bool,
            typer.Option("--texts", help="Of an entity: also remove the articles that name it."),
        ] = False,
        yes: Annotated[
            bool,
            typer.Option("--yes", help="Remove an outlet, or the articles of --texts, unasked."),
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON objects.")] = False,
    ) -> None:
        from pipeline.stages.takedown import find_target, orders, preview, take_down

        form: Literal["json", "table"] = "json" if as_json else "table"
        if target is None:
            rows = [[getattr(each, name) for name in _COLUMNS] for each in orders()]
            print_table(rows, _COLUMNS, form)
            return
        found = find_target(target)
        if texts and found.kind != "entity":
            raise UsageError(f"--texts is for entity:NAME, and {found.name} is an {found.kind}")
        if dry_run:
            listed = preview(found, with_texts=texts)
            print_table(listed, ["would_remove", "item", "detail"], form)
            return
        if not reason:
            raise UsageError("a takedown needs --reason: it is kept for those who ask later")
        if (found.kind == "outlet" or texts) and not yes:
            whose = found.name if found.kind == "outlet" else f"all outlets that name {found.name}"
            question = f"Remove all {found.article_count} articles of {whose} for ever?"
            typer.confirm(question, abort=True, err=True)
        taken = take_down(found, reason=reason, requested_by=by or login_name(), with_texts=texts)
        removes = texts or found.kind != "entity"
        print_table(
            [(taken.target, taken.articles, taken.records)],
            ["target", "articles_removed" if removes else "articles_changed", "records_erased"],
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
