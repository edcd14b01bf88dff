"""One Airflow of ours, from start to end: what ``dateline up`` and ``dateline demo`` hold on to."""

import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec

from pipeline.errors import SettingsError
from pipeline.local_airflow import home_folder, metadata_database, processes
from pipeline.local_airflow.api import AirflowApi, AirflowError, wait_for_dags
from pipeline.local_airflow.environment import airflow_environment, api_url
from pipeline.local_airflow.home_folder import Places
from pipeline.settings import Settings

DAGS = {"ingest", "curate"}
_READY_SECONDS = 300.0
"""A loaded machine was seen to take 112 s; a quiet one takes 25."""


class Airflow:
    """Airflow on the metadata database beside the news, with our DAGs.

    Args:
        settings: the home folder and the sources.
        dsn: the news database, migrated.
    """

    def __init__(self, settings: Settings, dsn: str) -> None:
        require_airflow()
        self._settings = settings
        self._dsn = dsn
        self.places = Places(settings.home_folder)
        self._keeper: subprocess.Popen[bytes] | None = None
        self.url = ""
        """The UI's address, once started."""

    @property
    def was_started(self) -> bool:
        """Tell whether this object has started an Airflow."""
        return self._keeper is not None

    @property
    def api(self) -> AirflowApi:
        """The REST client, logged in as the UI's user."""
        password = home_folder.password(self.places)
        return AirflowApi(self.url, home_folder.USER, password, self.check_alive)

    def start(self, *, detached: bool = False) -> None:
        """Start the components; returns at once, see ``wait_until_ready``.

        Args:
            detached: Airflow stays when this process ends.

        Raises:
            UsageError: it runs already for this home.
            PortInUse: no free port.
            StoreError: the metadata database cannot be made.
        """
        self.places.make()
        home_folder.password(self.places)
        self.url = api_url()
        variables = airflow_environment(self._settings, self._dsn, self.url)
        self._metadata_dsn = metadata_database.create_database(self._dsn)
        self._migrates = metadata_database.needs_migration(self._metadata_dsn, self.places)
        self._keeper = processes.start(
            self.places, variables, self.url, migrate=self._migrates, detached=detached
        )

    def wait_until_ready(self, seconds: float = _READY_SECONDS) -> None:
        """Wait until all components are healthy and our DAGs are read.

        Raises:
            AirflowError: a component died or the time is up; names the log.
        """
        deadline = time.monotonic() + seconds
        api = self.api
        warmed_up = False
        while not api.is_healthy():
            self.check_alive()
            if not warmed_up:
                with suppress(AirflowError):
                    api.warm_up()
                    warmed_up = True
            if time.monotonic() > deadline:
                raise AirflowError(
                    f"Airflow is not healthy after {seconds:.0f} s: {self._see_log()}"
                )
            time.sleep(0.3)
        if self._migrates:
            metadata_database.remember_migration(self._metadata_dsn, self.places)
        wait_for_dags(api, DAGS, max(60.0, deadline - time.monotonic()))

    def check_alive(self) -> None:
        """Do nothing while Airflow runs.

        Raises:
            AirflowError: it has ended; shows the log's last lines.
        """
        if self._keeper is not None and self._keeper.poll() is not None:
            raise AirflowError(f"Airflow ended: {self._see_log()}\n{self.log_tail()}")

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines that the components printed."""
        with self.places.log.open("rb") as stream:
            stream.seek(max(0, self.places.log.stat().st_size - 20_000))
            text = stream.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> None:
        """End what this object started; another command's Airflow is none of its business."""
        if self._keeper is not None:
            processes.stop(self.places)
            self._keeper.wait(5)

    def _see_log(self) -> str:
        return f"see {self.places.log}"


def require_airflow() -> None:
    """Do nothing if Airflow is installed.

    Raises:
        SettingsError: it is not; says how to install it.
    """
    if find_spec("airflow") is None:
        raise SettingsError(
            "Airflow is not installed: uv sync --extra airflow (or pip install 'dateline[airflow]')"
        )
