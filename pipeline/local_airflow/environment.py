"""The environment Airflow runs in: every setting we depend on, so that no airflow.cfg matters.

It also picks the port: Airflow's API server wants a free one on loopback, and another Airflow may
hold the usual one.
"""

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import PortInUse
from pipeline.local_airflow import metadata_database
from pipeline.local_airflow.home_folder import USER, Places, keys, shipped
from pipeline.settings import Settings

HOST = "127.0.0.1"


def free_port(first: int, *, tries: int = 100) -> int:
    """Return the first port from ``first`` on that nobody listens on.

    Raises:
        PortInUse: none of ``tries`` ports is free.
    """
    for port in range(first, first + tries):
        if is_free(port):
            return port
    raise PortInUse(f"no free port from {first} to {first + tries - 1} on {HOST}")


def is_free(port: int) -> bool:
    """Tell whether we could listen on the port, on loopback and on all addresses.

    A listener on all addresses blocks loopback only on some systems: so both are tried.
    ``SO_REUSEADDR`` as uvicorn sets it, so that a port in TIME_WAIT counts as free.
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


_FIXED = {
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    # Tasks mostly wait, and a slot is refilled only once a scheduler loop.
    "AIRFLOW__CORE__PARALLELISM": "8",
    # Airflow fails a task that maps over more (default 1024): 10,000 batches are 3 million pages.
    "AIRFLOW__CORE__MAX_MAP_LENGTH": "10000",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
    "AIRFLOW__API__HOST": HOST,
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__API__EXPOSE_CONFIG": "False",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    # After a kill, tasks left in "running" are taken up again within this many seconds (300).
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",
    # A supervisor whose task has closed its sockets but not exited yet sleeps for this long (5).
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    # setproctitle would overwrite the environment that tells our processes from others'.
    "SPT_NOENV": "1",
    "SCARF_ANALYTICS": "false",
    "DO_NOT_TRACK": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}


def api_url() -> str:
    """Return an address for the UI and the API: port 8080, or the next free one.

    Raises:
        PortInUse: a hundred in a row are taken.
    """
    return f"http://{HOST}:{free_port(8080)}"


def airflow_environment(
    settings: Settings, dsn: str, url: str, inherited: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the full environment of our Airflow processes.

    Args:
        settings: made absolute here, for tasks may run in another folder.
        dsn: the news database; the metadata database stands beside it.
        url: where to listen, ``http://<host>:<port>``.
        inherited: what the caller has; its ``AIRFLOW*`` variables are dropped, they mean another.
    """
    places = Places(settings.home_folder)
    kept = {key: value for key, value in inherited.items() if not key.startswith("AIRFLOW")}
    return {
        **kept,
        **_FIXED,
        **keys(places),
        **_listening(url),
        **_databases(dsn),
        **_folders(settings, places, kept.get("PYTHONPATH")),
        "NO_PROXY": ",".join(filter(None, [kept.get("NO_PROXY"), HOST, "localhost"])),
        "no_proxy": ",".join(filter(None, [kept.get("no_proxy"), HOST, "localhost"])),
    }


def _listening(url: str) -> dict[str, str]:
    return {
        "AIRFLOW__API__PORT": url.rpartition(":")[2],
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
    }


def _databases(dsn: str) -> dict[str, str]:
    own = metadata_database.create_database(dsn)
    return {
        "DATELINE_DSN": dsn,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata_database.sqlalchemy_uri(own),
        # Airflow would derive an asyncpg URI, and asyncpg refuses libpq's words such as sslmode.
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": metadata_database.sqlalchemy_uri(
            own, "psycopg_async"
        ),
    }


def _folders(settings: Settings, places: Places, python_path: str | None) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(places.airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(shipped("dags")),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(shipped("plugins")),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(places.passwords),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(places.airflow / "logs"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(shipped("config")), python_path])),
        "DATELINE_HOME": str(settings.home_folder),
        "DATELINE_SOURCES": str(Path(settings.sources).expanduser().absolute()),
    }
