"""Build the ``dateline`` command and turn expected errors into one line and an exit code.

Each command is a module of this folder with a function ``register(app)``. It imports the packages
and libraries that do the work inside its command function, so that ``dateline --help`` loads little
more than typer and rich (0.2 CPU-seconds with cached bytecode, 0.5 without).
``tests/cli/test_help.py`` names the libraries that it must not load.
"""

import errno
import importlib
import os
import sys
from getpass import getuser
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import __version__
from pipeline.errors import DatelineError

START = "Start here"
EVERY_DAY = "Every day"
FILTERS = "Unix filters (JSON Lines in and out, no database)"
STORE = "Store and settings"
"""These four are the headings of the commands in ``dateline --help``."""
_ORDER = (
    "demo up down run source backfill sql fate quarantine retry alerts extract annotate dedupe db"
    " archive reprocess"
).split()
"""The commands in the order of ``dateline --help``; others follow in alphabetical order."""
_SHARED_MODULES = {"__init__", "app", "filters", "output"}
"""Modules of this folder that are not commands."""

_HELP = (
    "Dateline turns news sites into tables: articles, copies of articles, people and places, and "
    "who said what.\n\n"
    "New here? [bold]dateline demo[/bold] runs everything on a bundled news site. Then take a real "
    "one, [bold]dateline run https://news.example/feed.xml[/bold], and ask your questions with "
    "[bold]dateline sql[/bold].\n\n"
    "All state lives in $DATELINE_HOME (default: .dateline/ in this folder); removing that folder "
    "removes everything. $DATELINE_DSN points to a Postgres server of your own."
)


def login_name() -> str:
    """Return the login name of the person who gives the command, for what is kept of a decision."""
    try:
        return getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return "unknown"


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dateline {__version__}")
        raise typer.Exit


def build() -> typer.Typer:
    """Return the app with every command of this folder registered."""
    app = typer.Typer(
        name="dateline",
        help=_HELP,
        no_args_is_help=True,
        rich_markup_mode="rich",
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def top(
        version: Annotated[
            bool,
            typer.Option(
                "--version", callback=_show_version, is_eager=True, help="Print the version."
            ),
        ] = False,
    ) -> None:
        """Prepare the process for a command; ``--help`` and ``--version`` end before this runs."""
        from pipeline.telemetry import configure_logging

        # structlog's own default prints every level on stdout, which belongs to the data.
        configure_logging("WARNING")

    for name in sorted(_command_modules(), key=_rank):
        importlib.import_module(f"pipeline.cli.{name}").register(app)
    return app


def _command_modules() -> set[str]:
    """Return the names of the modules that have a command each."""
    return {path.stem for path in Path(__file__).parent.glob("*.py")} - _SHARED_MODULES


def _rank(name: str) -> tuple[int, str]:
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _is_disk_full(error: Exception) -> bool:
    """Tell whether an error is that of a full disk, Postgres' or this process's own."""
    # 53100 is Postgres' disk_full; psycopg is not loaded for commands that need no store.
    is_ours = isinstance(error, OSError) and error.errno == errno.ENOSPC
    return is_ours or getattr(error, "sqlstate", None) == "53100"


def main() -> None:
    """Run the command line.

    Exit codes: 0 success, 1 part of the work failed, 2 usage, 3 installation, 4 Postgres, 5 a port
    is taken, 130 Ctrl-C, 141 the reader of stdout closed the pipe.
    """
    app: Any = build()
    try:
        app()
    except DatelineError as error:
        typer.secho(f"dateline: {error}", err=True, fg="red")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # "dateline sql … | head" closes the pipe early. The interpreter flushes stdout once more at
        # exit and would complain, so stdout is pointed at /dev/null.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    # Any library may be the one that meets the full disk; every other fault is raised again.
    except Exception as error:
        if not _is_disk_full(error):
            raise
        typer.secho(
            f"dateline: a disk is full ({str(error).splitlines()[0]}): make room where "
            "DATELINE_HOME, the archive and Postgres' data are, then run the same command again.",
            err=True,
            fg="red",
        )
        sys.exit(3)
    except KeyboardInterrupt:
        typer.echo("dateline: stopped", err=True)
        sys.exit(130)
