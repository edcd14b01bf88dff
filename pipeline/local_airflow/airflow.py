"""One local Airflow from start to end, as ``dateline up`` and ``dateline demo`` use it."""

import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec

from pipeline.errors import PortInUse, SettingsError
from pipeline.extras import how_to_install
from pipeline.local_airflow import metadata_database, processes
from pipeline.local_airflow.api import AirflowApi, AirflowError, wait_for_dags
from pipeline.local_airflow.environment import airflow_environment, api_url
from pipeline.local_airflow.home_folder import UI_USER, HomeFolder, ui_password
from pipeline.local_airflow.supervisor import CANNOT_START
from pipeline.settings import Settings

_NEEDED_DAGS = {"ingest", "curate", "publish"}
"""DAGs that must have been read before Airflow counts as ready."""
_READY_SECONDS = 900.0
"""Seconds until Airflow must be healthy; it takes 25 s on a quiet machine, and more than 300 were
seen on two cores at a load of 24. A component that ends is noticed at once."""
_READ_DAGS_SECONDS = 60.0
"""Seconds that reading the DAGs may take at least, however long Airflow took to become healthy."""
_HEALTH_INTERVAL = 0.3
"""Seconds between two requests for Airflow's health."""
_LOG_TAIL_BYTES = 20_000
"""Bytes at the end of the log in which its last lines are looked for."""


class Airflow:
    """Airflow with Dateline's DAGs, and its metadata database on the server of the news database.

    Args:
        settings: the home folder and the sources.
        dsn: the news database, migrated.

    Raises:
        SettingsError: Airflow is not installed.
    """

    def __init__(self, settings: Settings, dsn: str) -> None:
        require_airflow()
        self._settings = settings
        self._dsn = dsn
        self.home = HomeFolder(settings.home_folder)
        self._supervisor: subprocess.Popen[bytes] | None = None
        self.url = ""
        """The address of the UI and the REST API, once ``start`` has been called."""

    @property
    def was_started(self) -> bool:
        """Whether ``start`` has started the Airflow processes."""
        return self._supervisor is not None

    @property
    def was_stopped(self) -> bool:
        """Whether the supervisor has ended because it was told to, as `dateline down` does."""
        return self._supervisor is not None and self._supervisor.poll() == 0

    @property
    def api(self) -> AirflowApi:
        """A client of the REST API that stops waiting for answers when Airflow has ended."""
        return AirflowApi(self.url, UI_USER, ui_password(self.home), self.check_alive)

    def start(self, *, detached: bool = False, restarts: bool = False) -> None:
        """Start the components and return at once; ``wait_until_ready`` waits for them.

        Args:
            detached: keep Airflow running when this process ends.
            restarts: start again what dies, and look after Postgres and the logs.

        Raises:
            UsageError: an Airflow runs already for this home folder.
            PortInUse: no port is free.
            StoreError: the metadata database cannot be created.
        """
        self.home.create()
        ui_password(self.home)
        self.url = api_url()
        variables = airflow_environment(self._settings, self._dsn, self.url)
        self._metadata_dsn = metadata_database.create_database(self._dsn)
        metadata_database.remove_deadlines(self._metadata_dsn)
        metadata_database.forget_renamed_assets(self._metadata_dsn)
        metadata_database.remove_runs_ahead(self._metadata_dsn)
        self._migrates = metadata_database.needs_migration(self._metadata_dsn, self.home)
        self._supervisor = processes.start(
            self.home,
            variables,
            self.url,
            migrate=self._migrates,
            detached=detached,
            restarts=restarts,
        )

    def wait_until_ready(self, seconds: float = _READY_SECONDS) -> None:
        """Wait until all components are healthy and the DAGs have been read.

        Raises:
            AirflowError: a component ended or the time has run out; the message names the log.
            PortInUse: another program took the port after ``start`` had chosen it; after ``stop``,
                ``start`` chooses another one.
        """
        deadline = time.monotonic() + seconds
        api = self.api
        warmed_up = False
        # The login, since another Airflow that took the port would be healthy too.
        while not (api.is_healthy() and api.accepts_login()):
            self.check_alive()
            if not warmed_up:
                with suppress(AirflowError):
                    api.warm_up()
                    warmed_up = True
            if time.monotonic() > deadline:
                raise AirflowError(
                    f"Airflow is not healthy after {seconds:.0f} s: {self._see_log()}"
                )
            time.sleep(_HEALTH_INTERVAL)
        if self._migrates:
            metadata_database.record_migration(self._metadata_dsn, self.home)
        wait_for_dags(api, _NEEDED_DAGS, max(_READ_DAGS_SECONDS, deadline - time.monotonic()))

    def check_alive(self) -> None:
        """Return while Airflow runs or its supervisor starts it again.

        Raises:
            AirflowError: Airflow has ended; the message holds the last lines of the log.
            PortInUse: it has, because another program took its port.
        """
        if self._supervisor is not None and self._supervisor.poll() == CANNOT_START:
            raise PortInUse(f"another program has taken {self.url} meanwhile: start again")
        if self._supervisor is not None and self._supervisor.poll() is not None:
            raise AirflowError(f"Airflow ended: {self._see_log()}\n{self.log_tail()}")

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines of the components' output."""
        with self.home.log.open("rb") as stream:
            stream.seek(max(0, self.home.log.stat().st_size - _LOG_TAIL_BYTES))
            text = stream.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> None:
        """End the Airflow that ``start`` started, but not one that another command started."""
        if self._supervisor is not None:
            processes.stop(self.home)
            self._supervisor.wait(5)

    def _see_log(self) -> str:
        return f"see {self.home.log}"


def require_airflow() -> None:
    """Check that Airflow is installed.

    Raises:
        SettingsError: it is not; the message says how to install it.
    """
    if find_spec("airflow") is None:
        raise SettingsError(f"Airflow is not installed: {how_to_install('airflow')}")
