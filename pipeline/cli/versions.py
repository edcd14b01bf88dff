"""``dateline versions`` shows and decides texts that may be walls in place of stored articles."""

from typing import Annotated

import typer

from pipeline.cli.app import EVERY_DAY
from pipeline.cli.output import print_table

_HELP = (
    "Show and decide texts that were held back: a page of a stored article showed them, and they "
    "may be a wall in its place.\n\n"
    "Most are decided by later visits. The rest wait for release or refuse.\n\n"
    "Example: dateline versions list"
)
_LIST_HELP = (
    "List the texts that are held, the latest first, and why.\n\n"
    "Example: dateline versions list --source harbour --all"
)
_SHOW_HELP = "Show a held text beside the stored one.\n\nExample: dateline versions show 12"
_RELEASE_HELP = (
    "Make a held text the current version of its article, with an edit at the time when its page "
    "first showed it.\n\nExample: dateline versions release https://news.example/2026/11/storm"
)
_REFUSE_HELP = (
    "Decide that a held text is a wall. Should the page show it again, it stays held.\n\n"
    "Example: dateline versions refuse 12"
)
_COLUMNS = (
    "held_version_id source_key canonical_url held_at shown_count words_stored words_held why"
    " decision"
).split()
_LIST = f"""
select {", ".join(_COLUMNS)} from mart.held_versions
where (%(all)s or decision is null) and (%(source)s::text is null or source_key = %(source)s)
order by held_at desc, held_version_id desc
limit 500
"""  # noqa: S608  # no value is spliced in
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")]
_Key = Annotated[
    str, typer.Argument(metavar="ID|URL", help="Id of the held text, or the article's URL.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=_LIST_HELP)(list_held)
    group.command("show", help=_SHOW_HELP)(show_held)
    group.command("release", help=_RELEASE_HELP)(release_held)
    group.command("refuse", help=_REFUSE_HELP)(refuse_held)
    app.add_typer(group, name="versions", help=_HELP, rich_help_panel=EVERY_DAY)


def list_held(
    source: Annotated[str | None, typer.Option(help="Only articles of this source.")] = None,
    with_all: Annotated[
        bool, typer.Option("--all", help="Also those that are decided already.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """List the held texts."""
    from pipeline.warehouse.store import store

    with store() as connection:
        values = {"all": with_all, "source": source}
        rows = connection.execute(_LIST, values).fetchall()
    print_table(rows, _COLUMNS, "json" if as_json else "table")


def show_held(key: _Key, as_json: _Json = False) -> None:
    """Show one held text beside the stored one."""
    from pipeline.errors import UsageError
    from pipeline.warehouse.held_versions import find_held
    from pipeline.warehouse.store import store

    with store() as connection:
        held = find_held(connection, key)
    if held is None:
        raise UsageError(f"{key}: no text is held under this id or URL; see dateline versions list")
    columns = ("which", "title", "text")
    rows = [
        ("stored", held.stored_title, held.stored_text),
        (held.decision or "held", held.title, held.text),
    ]
    print_table(rows, columns, "json" if as_json else "table")
    typer.echo(f"{held.held_version_id}: {held.why}", err=True)


def release_held(key: _Key) -> None:
    """Make a held text the current version."""
    from pipeline.stages.held_versions import release

    held = release(key)
    typer.echo(f"{held.canonical_url}: the text first shown at {held.held_at} is current now.")


def refuse_held(key: _Key) -> None:
    """Decide that a held text is a wall."""
    from pipeline.stages.held_versions import refuse

    held = refuse(key)
    typer.echo(f"{held.canonical_url}: held text {held.held_version_id} is refused.")
