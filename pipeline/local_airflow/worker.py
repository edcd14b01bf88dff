"""A Celery worker: the process that runs tasks where Airflow's scheduler hands them to a broker."""

import os
import sys
import time
from importlib.util import find_spec

from pipeline.errors import SettingsError, UsageError
from pipeline.extras import how_to_install
from pipeline.local_airflow.api import AirflowApi
from pipeline.local_airflow.environment import airflow_environment
from pipeline.local_airflow.home_folder import UI_USER, HomeFolder, ui_password
from pipeline.local_airflow.processes import find_running
from pipeline.settings import Settings

_READY_SECONDS = 900.0
"""Seconds to wait for the API server of this home folder, which may have just been started."""
_ASK_SECONDS = 1.0
"""Seconds between two questions whether it is ready."""


def require_celery() -> None:
    """Check that Celery and its provider are installed.

    Raises:
        SettingsError: they are not; the message says how to install them.
    """
    if find_spec("airflow") is None or find_spec("airflow.providers.celery") is None:
        raise SettingsError(f"Celery is not installed: {how_to_install('celery')}")


def run_worker(settings: Settings, dsn: str, concurrency: int, api: str | None) -> None:
    """Become a Celery worker, which ends at SIGTERM when its tasks are over.

    Args:
        settings: the broker, the home folder and the sources.
        dsn: the news database.
        concurrency: tasks at the same time.
        api: address of the API server; None for the Airflow that runs for this home folder.

    Raises:
        UsageError: no Airflow runs for this home folder, and no address is given.
        SettingsError: there is no broker.
    """
    if settings.broker is None:
        raise SettingsError(
            "DATELINE_BROKER is not set: give `dateline up` and all workers the same address, such "
            "as redis://broker.example:6379/0"
        )
    home = HomeFolder(settings.home_folder)
    home.create()
    url = api or _own_api(home)
    environ = airflow_environment(settings, dsn, url.rstrip("/"))
    words = ["celery", "worker", "--concurrency", str(concurrency)]
    # Several workers may run on one machine, and Celery knows each by its name.
    words += ["--celery-hostname", f"{os.getpid()}@{os.uname().nodename}"]
    if api is None:
        # The API server reads the logs of tasks from the home folder.
        words.append("--skip-serve-logs")
    os.execve(sys.executable, [sys.executable, "-m", "airflow", *words], environ)  # noqa: S606


def _own_api(home: HomeFolder) -> str:
    """Return the address of the home folder's API server as soon as it answers.

    `dateline up` may still move to another port, so the address counts only once that server knows
    the passwords of this home folder.

    Raises:
        UsageError: no Airflow runs for this home folder, or it does not become ready.
    """
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        running = find_running(home)
        if running is None:
            raise UsageError(
                f"no Airflow runs for {home.path}: start `dateline up` first, or name the API "
                "server of another machine with --api"
            )
        api = AirflowApi(running.url, UI_USER, ui_password(home))
        if api.is_healthy() and api.accepts_login():
            return running.url
        time.sleep(_ASK_SECONDS)
    raise UsageError(f"Airflow is not ready after {_READY_SECONDS:.0f} s: see {home.log}")
