"""``dateline worker`` runs tasks of an Airflow on this or another machine, by Celery."""

import os
from typing import Annotated

import typer

from pipeline.cli.app import STORE

_HELP = (
    "Run tasks of Airflow as a Celery worker, until Ctrl-C or SIGTERM; running tasks are ended "
    "first.\n\n"
    "$DATELINE_BROKER must be the same here and for `dateline up`. On another machine, name the "
    "API server with --api, and set $DATELINE_DSN and $DATELINE_ARCHIVE to what both machines "
    "reach: see docs/scaling.md.\n\n"
    "Example: DATELINE_BROKER=redis://127.0.0.1:6379/0 dateline worker --concurrency 4"
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the app."""

    @app.command(rich_help_panel=STORE, help=_HELP)
    def worker(
        concurrency: Annotated[
            int | None,
            typer.Option(min=1, help="Tasks at the same time. Default: cores + 2."),
        ] = None,
        api: Annotated[
            str | None,
            typer.Option(
                metavar="URL", help="Address of the API server, where it is on another machine."
            ),
        ] = None,
    ) -> None:
        from pipeline.local_airflow.worker import require_celery, run_worker
        from pipeline.settings import settings
        from pipeline.warehouse.store import current_store

        require_celery()
        # Tasks that fetch only wait, so there is room for two beside those that keep cores busy.
        tasks = concurrency or (os.cpu_count() or 1) + 2
        run_worker(settings(), current_store(), tasks, api)
