"""``dateline backup`` and ``dateline restore``: an installation into a folder and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import STORE
from pipeline.cli.output import print_note, print_progress

if TYPE_CHECKING:
    from pipeline.installation.backup import Manifest

_BACKUP_HELP = (
    "Write a backup of this installation into a new folder.\n\n"
    "It holds the news database, Airflow's database, the index of the archive, the source files "
    "and Airflow's keys (keep it where only you can read it). The WARC files are not in it: copy "
    "the archive folder beside it with any tool, since closed files never change. Airflow may run "
    "meanwhile.\n\n"
    "Example: dateline backup /backups/2026-11-28"
)
_RESTORE_HELP = (
    "Restore a backup into an installation that has no data yet.\n\n"
    "Set $DATELINE_HOME to a new folder (or $DATELINE_DSN to an empty database), copy the archive "
    "to where it was, and start with `dateline up`. The rows of each table are compared with those "
    "of the backup. Passwords of roles on a server of your own are not in a backup.\n\n"
    "Example: DATELINE_HOME=/srv/dateline dateline restore /backups/2026-11-28"
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=STORE, help=_BACKUP_HELP)
    def backup(
        folder: Annotated[Path, typer.Argument(help="Folder that does not exist yet.")],
    ) -> None:
        from pipeline.installation.backup import back_up

        print_progress(f"writing a backup to {folder}")
        manifest = back_up(folder)
        _print_manifest(manifest, f"written to {folder}; the WARC files stay in {manifest.archive}")

    @app.command(rich_help_panel=STORE, help=_RESTORE_HELP)
    def restore(
        folder: Annotated[Path, typer.Argument(help="Folder that `dateline backup` wrote.")],
    ) -> None:
        from pipeline.installation.backup import restore as restore_from
        from pipeline.settings import settings

        print_progress(f"restoring {folder}")
        manifest, archive = restore_from(folder), settings().archive_url
        where = f"the WARC files are looked for in {archive}"
        if archive != manifest.archive:
            where += f": copy those of {manifest.archive} there, if you have not"
        _print_manifest(manifest, f"restored from {folder}; {where}")


def _print_manifest(manifest: "Manifest", done: str) -> None:
    articles = manifest.rows.get("news.articles", 0)
    print_note(
        f"{sum(manifest.rows.values())} rows in {len(manifest.rows)} tables ({articles} articles) "
        f"{done}"
    )
