"""``dateline down`` stops what ``dateline up`` or a killed command left running."""

import shutil
from typing import Annotated

import typer

from pipeline.cli.app import START

_HELP = (
    "Stop Airflow and the Postgres server that comes with Dateline.\n\n"
    "The stored rows are kept. --remove deletes everything that Dateline keeps: database, archive, "
    "logs, Airflow's settings. A server of your own ($DATELINE_DSN) is not touched.\n\n"
    "Example: dateline down --remove"
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=START, help=_HELP)
    def down(
        remove: Annotated[
            bool, typer.Option(help="Delete the home folder and everything in it.")
        ] = False,
    ) -> None:
        from pipeline.local_airflow.home_folder import HomeFolder
        from pipeline.local_airflow.processes import stop
        from pipeline.local_airflow.progress import Progress
        from pipeline.settings import settings
        from pipeline.warehouse.embedded_server import embedded_server

        folder, progress = settings().home_folder, Progress()
        home = HomeFolder(folder)
        if home.running.exists():
            with progress.step("stopping Airflow", "Airflow is stopped"):
                stop(home)
        if embedded_server().stop():
            progress.say("Postgres is stopped")
        if remove and folder.exists():
            embedded_server().remove()
            shutil.rmtree(folder)
            progress.say(f"{folder} is removed")
