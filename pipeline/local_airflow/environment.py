"""The environment Airflow runs in: every setting we depend on, so that no airflow.cfg matters.

Where things are: what Airflow loads from us, and what it keeps in the home folder.

A free port on loopback: Airflow's API server wants one, and another may be there already.

Keys and the UI's password: made once for a home folder, for its owner's eyes only.
"""

import base64
import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import PortInUse, SettingsError
from pipeline.local_airflow import metadata_database
from pipeline.settings import Settings

_PACKAGE = Path(__file__).parents[1]


def shipped(folder: str) -> Path:
    """Return ``dags``, ``plugins`` or ``config``: of the checkout, or as the wheel carries them.

    Raises:
        SettingsError: it is not there.
    """
    in_checkout = (_PACKAGE.parent / "pyproject.toml").exists()
    place = (_PACKAGE.parent if in_checkout else _PACKAGE / "_bundled") / folder
    if not place.is_dir():
        raise SettingsError(f"{place} is missing: the installation is broken, install again")
    return place


@dataclass(frozen=True, slots=True)
class Places:
    """Files and folders of one Airflow installation of ours, under an absolute home folder."""

    home: Path

    @property
    def airflow(self) -> Path:
        """``AIRFLOW_HOME``: its configuration, task logs and our secrets."""
        return self.home / "airflow"

    @property
    def log(self) -> Path:
        """What all components print."""
        return self.home / "logs" / "airflow.log"

    @property
    def secrets(self) -> Path:
        """Keys made once for this home, readable by its owner only."""
        return self.airflow / "secrets.json"

    @property
    def passwords(self) -> Path:
        """The UI's users, as SimpleAuthManager reads them."""
        return self.airflow / "passwords.json"

    @property
    def running(self) -> Path:
        """Who runs here now, and where the UI is."""
        return self.airflow / "running.json"

    @property
    def migrated(self) -> Path:
        """Which Airflow prepared which metadata database."""
        return self.airflow / "migrated.json"

    def make(self) -> None:
        """Create the folders.

        Raises:
            SettingsError: a folder cannot be made.
        """
        try:
            self.airflow.mkdir(parents=True, exist_ok=True)
            self.log.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"cannot make {error.filename}: {error.strerror}. "
                "Set DATELINE_HOME to a folder you may write to."
            ) from error


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


USER = "admin"


def write_private(path: Path, content: object) -> None:
    """Write JSON that only its owner may read, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        json.dump(content, stream)
    part.replace(path)


def password(places: Places) -> str:
    """Return the UI password of ``admin``, making one up the first time."""
    if not places.passwords.exists():
        write_private(places.passwords, {USER: secrets.token_urlsafe(12)})
    found: str = json.loads(places.passwords.read_text())[USER]
    return found


def keys(places: Places) -> dict[str, str]:
    """Return this home's keys as Airflow settings, making them the first time.

    The Fernet key is 32 random bytes in URL-safe base64; it must stay the same for as long as the
    metadata database holds connections encrypted with it.
    """
    if not places.secrets.exists():
        fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        made = {
            "AIRFLOW__CORE__FERNET_KEY": fernet,
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
            "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        }
        write_private(places.secrets, made)
    found: dict[str, str] = json.loads(places.secrets.read_text())
    return found


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
