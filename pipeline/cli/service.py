"""``dateline service``: keep Dateline running by systemd."""

from typing import Annotated

import typer

from pipeline.cli.app import STORE
from pipeline.cli.output import print_note
from pipeline.errors import UsageError

_HELP = "Keep Dateline running from boot to shutdown.\n\nExample: dateline service install --user"
_INSTALL_HELP = (
    "Write a systemd unit for this installation, or print it.\n\n"
    "It runs `dateline up` with the settings of this shell, which go into <home>/service.env, "
    "readable by you alone: DATELINE_, AIRFLOW__, AWS_, PG and OTEL_ variables, proxies and "
    "certificates. --user needs no rights; it runs while you are logged in, or always "
    "after `loginctl enable-linger`. --system starts at boot, as you.\n\n"
    "Example: dateline service install --user"
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""
    group = typer.Typer(no_args_is_help=True)
    group.command("install", help=_INSTALL_HELP)(install)
    app.add_typer(group, name="service", help=_HELP, rich_help_panel=STORE)

    @group.callback()
    def top() -> None:
        """Make ``install`` a command of its own, though it is the only one."""


def install(
    user: Annotated[bool, typer.Option("--user", help="For your own session.")] = False,
    system: Annotated[bool, typer.Option("--system", help="For the whole machine.")] = False,
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the unit and write nothing.")
    ] = False,
) -> None:
    """Write or print the unit."""
    from pipeline.installation.service import install as write
    from pipeline.installation.service import unit
    from pipeline.settings import settings

    if user == system:
        raise UsageError("choose one: dateline service install --user, or --system")
    made = unit(settings(), for_system=system)
    if only_print:
        typer.echo(made.text, nl=False)
        return
    write(made)
    print_note(f"written: {made.path}, settings in {made.environment}. Next:")
    for command in made.commands:
        typer.echo(command)
