"""``dateline up`` runs Airflow with the DAGs on the user's own sources, until Ctrl-C.

``dateline demo`` starts and stops Airflow with the functions of this module too.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.app import START

if TYPE_CHECKING:
    from pipeline.local_airflow.airflow import Airflow
    from pipeline.local_airflow.progress import Progress

_HELP = (
    "Start Postgres and Airflow and read your sources on a schedule, until Ctrl-C.\n\n"
    "Reads the sources of the folder sources/ (or $DATELINE_SOURCES) at the start, then by the "
    "cron line $DATELINE_SCHEDULE (in UTC; every 5 minutes by default). Prints the address of "
    "Airflow's UI and how to log in. A part that dies is started again, Postgres too.\n\n"
    "Example: dateline up --detach"
)


_PORTS_TRIED = 5
"""Ports on which Airflow is started, one after another, where others take them first."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=START, help=_HELP)
    def up(
        detach: Annotated[
            bool, typer.Option(help="Return and leave it running; `dateline down` stops it.")
        ] = False,
    ) -> None:
        from pipeline.local_airflow.airflow import Airflow, require_airflow
        from pipeline.local_airflow.api import trigger
        from pipeline.local_airflow.progress import Progress
        from pipeline.settings import settings
        from pipeline.stages.register_sources import active_sources
        from pipeline.telemetry import configure_logging
        from pipeline.warehouse.store import ensure_store

        require_airflow()
        configure_logging("WARNING", settings().log_format)
        progress = Progress()
        with ExitStack() as stack:
            stack.enter_context(ended_by_sigterm())
            with progress.step("starting Postgres", "Postgres is up, its schema up to date"):
                dsn = ensure_store()
            keys = active_sources()
            airflow = Airflow(settings(), dsn)
            stack.callback(stop_airflow, airflow, progress)
            start_airflow(airflow, progress, detached=detach, restarts=True)
            trigger(airflow.api, "ingest")
            progress.say(f"reading {', '.join(keys)} now, then at {settings().schedule} UTC")
            print_login(airflow)
            if detach:
                stack.pop_all()
            else:
                run_until_interrupted(airflow, progress)


def start_airflow(
    airflow: "Airflow", progress: "Progress", *, detached: bool = False, restarts: bool = False
) -> None:
    """Start Airflow and return when it is ready.

    Where another program takes the port before Airflow listens on it, Airflow is started again on
    the next free one.

    Raises:
        AirflowError: Airflow does not become ready; the message names its log.
        PortInUse: no port is free, or others were faster again and again.
    """
    from pipeline.errors import PortInUse
    from pipeline.local_airflow.environment import ignored_variables

    if ignored := ignored_variables():
        progress.say(f"not passed on, because Dateline sets them itself: {', '.join(ignored)}")
    with progress.step("starting Airflow", "Airflow is up"):
        for tries_left in reversed(range(_PORTS_TRIED)):
            airflow.start(detached=detached, restarts=restarts)
            try:
                airflow.wait_until_ready()
            except PortInUse:
                airflow.stop()
                if not tries_left:
                    raise
            else:
                return


def print_login(airflow: "Airflow") -> None:
    """Print the address, user and password of the UI, and the address of our page, on stderr."""
    from pipeline.local_airflow.home_folder import UI_ROLES, UI_USER, ui_password

    typer.secho(
        f"\nAirflow: {airflow.url}   user {UI_USER}   password {ui_password(airflow.home)}",
        err=True,
        bold=True,
    )
    others = ", ".join(user for user in UI_ROLES if user != UI_USER)
    typer.secho(f"other users: {others}; passwords in {airflow.home.passwords}", err=True)
    typer.secho(f"sources, intake and alerts: {airflow.url}/plugin/dateline", err=True)


def run_until_interrupted(airflow: "Airflow", progress: "Progress") -> None:
    """Watch Airflow until Ctrl-C, SIGTERM or `dateline down`.

    Raises:
        AirflowError: Airflow has died.
    """
    progress.say("Ctrl-C stops it.")
    try:
        while not airflow.was_stopped:
            airflow.check_alive()
            time.sleep(1.0)
        progress.say("Airflow was stopped")
    except KeyboardInterrupt:
        progress.say("")


def stop_airflow(airflow: "Airflow", progress: "Progress") -> None:
    """Stop Airflow, if it was started, and print that it stopped."""
    if airflow.was_started:
        with progress.step("stopping Airflow", "Airflow is stopped"):
            airflow.stop()


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end the block the way Ctrl-C does, so that it cleans up."""

    def interrupt(_number: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
