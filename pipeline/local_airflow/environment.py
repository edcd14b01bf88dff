"""The environment variables of the local Airflow, and the port of its API server.

Every Airflow setting that Dateline depends on is set here, so an ``airflow.cfg`` changes none of
them. Other variables of the user are passed on (``AIRFLOW__METRICS__STATSD_ON``,
``AIRFLOW_CONN_…``), for metrics, OpenLineage, mail or logging. The API server gets a free port on
loopback, because another Airflow may use the default one.
"""

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import PortInUse
from pipeline.local_airflow import metadata_database
from pipeline.local_airflow.home_folder import (
    UI_ROLES,
    HomeFolder,
    bundled_folder,
    secret_settings,
)
from pipeline.settings import Settings

HOST = "127.0.0.1"
"""The UI and the REST API listen here; they are not meant for other machines."""
_FIRST_PORT = 8080
"""Airflow's default port."""


def free_port(first: int, *, tries: int = 100) -> int:
    """Return the first port, counting up from ``first``, that no program listens on.

    Raises:
        PortInUse: none of ``tries`` ports is free.
    """
    for port in range(first, first + tries):
        if is_free(port):
            return port
    raise PortInUse(
        f"no free port from {first} to {first + tries - 1} on {HOST}: stop a program that listens "
        "on one of them"
    )


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port, both on loopback and on all addresses.

    Both are tried because a listener on all addresses blocks loopback only on some systems.
    ``SO_REUSEADDR`` is set as uvicorn sets it: a port in TIME_WAIT counts as free.
    """
    return all(_can_bind(host, port) for host in (HOST, ""))


def _can_bind(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


_OTHER_TASKS = 4
"""Tasks at the same time that are in no pool: planning, copies, publishing."""

_CELERY_PARALLELISM = 256
"""Tasks at the same time on Celery workers; below it, the pools and the workers set the limit."""

_FIXED_SETTINGS = {
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(
        f"{user}:{role}" for user, role in UI_ROLES.items()
    ),
    # Without this, setproctitle overwrites the environment by which `processes` recognises ours.
    "SPT_NOENV": "1",
    "SCARF_ANALYTICS": "false",
    "DO_NOT_TRACK": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}
"""Variables that nobody may change, because ``up`` works only with them."""

_DEFAULT_SETTINGS = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    # Airflow fails a task that maps over more parts than this (its default is 1024); 10,000 batches
    # are 3 million pages.
    "AIRFLOW__CORE__MAX_MAP_LENGTH": "10000",
    "AIRFLOW__API__HOST": HOST,
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__API__EXPOSE_CONFIG": "False",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    # Seconds after which tasks that a kill left in "running" are run again (default 300).
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",
    # Seconds without a sign of life (one comes every 5) after which a task whose worker was killed
    # is tried again (default 300). With the delay of a retry it runs again within 2 minutes.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "75",
    # Seconds that the process above a task sleeps when the task has closed its sockets but has not
    # exited yet (default 5).
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    # Seconds that a task waits for an answer of the API server (default 5). On two cores at a load
    # of 40, where the server took up to 39, the first two tries of a task failed for this alone.
    "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
}
"""What suits Dateline, unless the user's own environment says otherwise."""


_CELERY_SETTINGS = {
    # Seconds after which a task that a worker took and never began is handed out again (default
    # 600): the worker was killed in between. That may happen any number of times (default 2),
    # since a task that merely waits for a busy worker loses nothing by it.
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "90",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "15",
    "AIRFLOW__SCHEDULER__NUM_STUCK_IN_QUEUED_RETRIES": "1000",
}
"""What suits Celery, unless the user's own environment says otherwise."""


def api_url() -> str:
    """Return an address for the UI and the REST API: port 8080, or the next free one.

    Raises:
        PortInUse: none of the next 100 ports is free.
    """
    return f"http://{HOST}:{free_port(_FIRST_PORT)}"


def airflow_environment(
    settings: Settings, dsn: str, url: str, inherited: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return all environment variables of the Airflow processes.

    Creates the metadata database, and the keys of the home folder if they do not exist yet.

    Args:
        settings: the home folder and the sources; relative paths are made absolute because tasks
            may run in another folder.
        dsn: the news database; the metadata database is created on the same server.
        url: where the API server listens, ``http://<host>:<port>``.
        inherited: variables to pass on; see ``ignored_variables`` for those that are not.

    Raises:
        StoreError: the metadata database cannot be created.
    """
    home = HomeFolder(settings.home_folder)
    kept = {key: value for key, value in inherited.items() if key not in OUR_VARIABLES}
    return {
        **_DEFAULT_SETTINGS,
        **(_CELERY_SETTINGS if settings.broker is not None else {}),
        "AIRFLOW__CORE__PARALLELISM": str(_parallelism(settings)),
        "DATELINE_UI_URL": url,
        **kept,
        **_FIXED_SETTINGS,
        **_executor(settings),
        **secret_settings(home),
        **_addresses(url),
        **_databases(dsn),
        **_folders(settings, home, kept.get("PYTHONPATH")),
        "NO_PROXY": ",".join(filter(None, [kept.get("NO_PROXY"), HOST, "localhost"])),
        "no_proxy": ",".join(filter(None, [kept.get("no_proxy"), HOST, "localhost"])),
    }


def ignored_variables(inherited: Mapping[str, str] = os.environ) -> list[str]:
    """Return the names of the user's variables that are set and not passed on, sorted."""
    ours = OUR_VARIABLES.intersection(inherited)
    return sorted(key for key in ours if key.startswith("AIRFLOW"))


def _parallelism(settings: Settings) -> int:
    """Return how many tasks the scheduler may run at the same time."""
    if settings.broker is not None:
        return _CELERY_PARALLELISM
    return settings.fetch_tasks + (settings.cpu_tasks or os.cpu_count() or 1) + _OTHER_TASKS


def _executor(settings: Settings) -> dict[str, str]:
    """Return who runs the tasks: processes of the scheduler, or Celery where there is a broker."""
    if settings.broker is None:
        return {"AIRFLOW__CORE__EXECUTOR": "LocalExecutor"}
    return {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CELERY__BROKER_URL": settings.broker.get_secret_value(),
    }


def _addresses(url: str) -> dict[str, str]:
    return {
        "AIRFLOW__API__PORT": url.rpartition(":")[2],
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
    }


def _databases(dsn: str) -> dict[str, str]:
    metadata_dsn = metadata_database.create_database(dsn)
    return {
        "DATELINE_DSN": dsn,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata_database.sqlalchemy_uri(metadata_dsn),
        # By default Airflow derives an asyncpg URI, and asyncpg rejects libpq options such as
        # sslmode.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": metadata_database.sqlalchemy_uri(
            metadata_dsn, "psycopg_async"
        ),
    }


def _folders(settings: Settings, home: HomeFolder, python_path: str | None) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(home.airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(bundled_folder("dags")),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(bundled_folder("plugins")),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home.passwords),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home.airflow / "logs"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(bundled_folder("config")), python_path])),
        "DATELINE_HOME": str(settings.home_folder),
        "DATELINE_SOURCES": str(Path(settings.sources).expanduser().absolute()),
        **{
            f"DATELINE_{name.upper()}": str(path.expanduser().absolute())
            for name in ("alerts_file", "heartbeat_url_file")
            if (path := getattr(settings, name)) is not None
        },
    }


OUR_VARIABLES = frozenset(
    {
        *_FIXED_SETTINGS,
        "AIRFLOW_CONFIG",
        "AIRFLOW_HOME",
        "AIRFLOW__CELERY__BROKER_URL",
        "AIRFLOW__API__PORT",
        "AIRFLOW__API__BASE_URL",
        "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__API_AUTH__JWT_SECRET",
        "AIRFLOW__CORE__DAGS_FOLDER",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
        "AIRFLOW__CORE__EXECUTOR",
        "AIRFLOW__CORE__FERNET_KEY",
        "AIRFLOW__CORE__PLUGINS_FOLDER",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER",
    }
)
"""Variables that are always Dateline's own: addresses, databases, folders, keys. A value of the
user's is ignored, since it belongs to another Airflow of theirs."""
