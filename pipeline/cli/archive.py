"""``dateline archive`` lists, indexes, checks, joins and removes the WARC files of the archive."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import STORE
from pipeline.cli.output import print_note, print_table

if TYPE_CHECKING:
    from pipeline.archive.warc import BrokenRecord

_HELP = (
    "Look after the WARC files ($DATELINE_ARCHIVE): every request and response, as it was.\n\n"
    "Example: dateline archive list"
)
_LIST_HELP = (
    "List the WARC files with their size, their captures and their state.\n\n"
    "The state is ready, being written, interrupted (its writer was killed) or not indexed; "
    "`dateline archive index` mends the last two.\n\n"
    "Example: dateline archive list --json"
)
_INDEX_HELP = (
    "Make missing indexes (CDXJ, beside the WARC files) and finish files of killed writers.\n\n"
    "What a killed writer had not finished is cut off; no row refers to it. The exit code is 1 if "
    "a file is damaged elsewhere.\n\n"
    "Example: dateline archive index"
)
_COMPACT_HELP = (
    "Join the small WARC files of each day; the rows lead into the joined files.\n\n"
    "A file is joined once it gets no more records ($DATELINE_ARCHIVE_FILE_SECONDS) and all its "
    "pages were read. If the command is killed, the next one completes its work.\n\n"
    "Example: dateline archive compact --dry-run"
)
_PRUNE_HELP = (
    "Remove WARC files older than $DATELINE_ARCHIVE_DAYS (0 keeps them for ever).\n\n"
    "Files with the page of a current or held version stay, unless --all is given; what is lost "
    "then is told: `dateline reprocess` has only the stored text of these articles.\n\n"
    "Example: dateline archive prune --days 365 --dry-run"
)
_VERIFY_HELP = (
    "Read every WARC file whole, compare lengths and digests, and name what is damaged; the exit "
    "code is 1 then.\n\n"
    "Example: dateline archive verify"
)

_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")]
_DryRun = Annotated[bool, typer.Option(help="Show what would be done; change nothing.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=_LIST_HELP)(list_files)
    group.command("index", help=_INDEX_HELP)(index_files)
    group.command("compact", help=_COMPACT_HELP)(compact_files)
    group.command("prune", help=_PRUNE_HELP)(prune_files)
    group.command("verify", help=_VERIFY_HELP)(verify_files)
    app.add_typer(group, name="archive", help=_HELP, rich_help_panel=STORE)


def list_files(as_json: _Json = False) -> None:
    """List the WARC files."""
    from pipeline.archive.upkeep import archive_files, contents
    from pipeline.settings import settings

    rows = []
    for file in archive_files(settings().archive_url):
        listed = contents(file.name)
        rows.append(
            (file.name, file.size, listed.captures, listed.first_at, listed.last_at, file.state)
        )
    columns = ("file", "bytes", "captures", "first_at", "last_at", "state")
    print_table(rows, columns, "json" if as_json else "table")


def index_files(
    with_all: Annotated[
        bool, typer.Option("--all", help="Make the indexes of all files again.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Make missing indexes."""
    from pipeline.stages.archive import index

    rows: list[tuple[str, int, int]] = []
    damage: list[BrokenRecord] = []
    for each in index(with_all=with_all):
        rows.append((each.name, each.captures, len(each.broken)))
        damage += each.broken
    print_table(rows, ("file", "captures", "damaged"), "json" if as_json else "table")
    _end(damage)


def compact_files(dry_run: _DryRun = False, as_json: _Json = False) -> None:
    """Join small files."""
    from pipeline.stages.archive import compact

    rows = [(each.name, each.parts, each.size, each.rows) for each in compact(dry_run=dry_run)]
    print_table(rows, ("file", "parts", "bytes", "rows"), "json" if as_json else "table")


def prune_files(
    days: Annotated[
        int | None, typer.Option(min=1, help="Age in days; $DATELINE_ARCHIVE_DAYS by default.")
    ] = None,
    with_needed: Annotated[
        bool, typer.Option("--all", help="Remove files with pages of current versions, too.")
    ] = False,
    dry_run: _DryRun = False,
    as_json: _Json = False,
) -> None:
    """Remove old files."""
    from pipeline.settings import settings
    from pipeline.stages.archive import prune

    if days is None and not settings().archive_days:
        print_note("nothing is removed: DATELINE_ARCHIVE_DAYS is 0. Set it, or give --days.")
        return
    pruned = prune(days, with_needed=with_needed, dry_run=dry_run)
    rows = [(file.name, file.size, file.begun_at) for file in pruned.files]
    print_table(rows, ("file", "bytes", "begun_at"), "json" if as_json else "table")
    verb = "would be removed" if dry_run else "removed"
    print_note(f"{len(pruned.files)} files, {pruned.size / 1e6:,.1f} MB {verb}.")
    if pruned.current_versions:
        print_note(
            f"Their archived pages {'would be' if dry_run else 'are'} lost for "
            f"{pruned.current_versions} current versions: reprocess has only their stored text."
        )
    if pruned.kept:
        print_note(f"{pruned.kept} old files stay, since a page in them is needed.")


def verify_files(as_json: _Json = False) -> None:
    """Read every file."""
    from pipeline.archive.upkeep import archive_files, check_file
    from pipeline.settings import settings

    rows: list[tuple[str, int, int]] = []
    damage: list[BrokenRecord] = []
    for file in archive_files(settings().archive_url):
        captures, broken = check_file(file.name)
        # The last record of a file that is being written may be half there.
        found = [] if file.state == "being written" else broken
        rows.append((file.name, captures, len(found)))
        damage += found
    print_table(rows, ("file", "captures", "damaged"), "json" if as_json else "table")
    _end(damage)


def _end(damage: "list[BrokenRecord]") -> None:
    """Name the damaged places and end with the exit code that they ask for."""
    for each in damage:
        print_note(f"{each.raw_uri}: {each.reason}")
    sys.exit(1 if damage else 0)
