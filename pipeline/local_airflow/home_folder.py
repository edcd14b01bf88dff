"""Where a local Airflow keeps its files under Dateline's home folder, and its secrets.

The keys and the UI's password are generated once for each home folder, in files that only their
owner can read.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SettingsError

UI_USER = "admin"
"""The user of Airflow's UI and REST API who may do everything; Dateline itself logs in so."""
UI_ROLES = {UI_USER: "admin", "operator": "op", "viewer": "viewer"}
"""Users of the UI and their roles: an operator starts, clears and marks runs, a viewer looks."""
_PACKAGE = Path(__file__).parents[1]


def bundled_folder(name: str) -> Path:
    """Return the folder ``dags``, ``plugins`` or ``config`` of the checkout or of the wheel.

    Raises:
        SettingsError: the folder is missing.
    """
    # Not by a pyproject.toml beside the package: kubernetes_asyncio 36.1 puts one there.
    bundled = _PACKAGE / "_bundled"
    folder = (bundled if bundled.is_dir() else _PACKAGE.parent) / name
    if not folder.is_dir():
        raise SettingsError(f"{folder} is missing: the installation is broken, install again")
    return folder


@dataclass(frozen=True, slots=True)
class HomeFolder:
    """The paths of Airflow's files under a home folder.

    Args:
        path: the home folder, absolute.
    """

    path: Path

    @property
    def airflow(self) -> Path:
        """``AIRFLOW_HOME``: Airflow's configuration, its task logs and the files below."""
        return self.path / "airflow"

    @property
    def log(self) -> Path:
        """The output of all components."""
        return self.path / "logs" / "airflow.log"

    @property
    def secrets(self) -> Path:
        """The keys of this Airflow, as settings by name."""
        return self.airflow / "secrets.json"

    @property
    def passwords(self) -> Path:
        """The UI's users and passwords, in the form that SimpleAuthManager reads."""
        return self.airflow / "passwords.json"

    @property
    def running(self) -> Path:
        """The record of the supervisor that was started last: process and address of the UI."""
        return self.airflow / "running.json"

    @property
    def restarts(self) -> Path:
        """A JSON line for each component that died and was started again."""
        return self.airflow / "restarts.jsonl"

    @property
    def migrated(self) -> Path:
        """The version of Airflow that last migrated the metadata database, and the revision."""
        return self.airflow / "migrated.json"

    def create(self) -> None:
        """Create the folders that do not exist yet.

        Raises:
            SettingsError: a folder cannot be created.
        """
        try:
            self.airflow.mkdir(parents=True, exist_ok=True)
            self.log.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"cannot create {error.filename}: {error.strerror}. "
                "Set DATELINE_HOME to a folder that you can write to."
            ) from error


def write_private_json(path: Path, content: object) -> None:
    """Write JSON in one step to a file that only its owner can read."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        json.dump(content, stream)
    part.replace(path)


def ui_password(home: HomeFolder, user: str = UI_USER) -> str:
    """Return the password of a user; those of all users are generated where they are missing."""
    known: dict[str, str] = {}
    if home.passwords.exists():
        known = json.loads(home.passwords.read_text())
    missing = UI_ROLES.keys() - known.keys()
    if missing:
        known |= {name: secrets.token_urlsafe(12) for name in sorted(missing)}
        write_private_json(home.passwords, known)
    return known[user]


def secret_settings(home: HomeFolder) -> dict[str, str]:
    """Return the keys as Airflow settings, generated on the first call for a home folder.

    The Fernet key is 32 random bytes in URL-safe base64; it must stay the same for as long as the
    metadata database holds connections encrypted with it.
    """
    if not home.secrets.exists():
        fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        generated = {
            "AIRFLOW__CORE__FERNET_KEY": fernet,
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
            "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        }
        write_private_json(home.secrets, generated)
    settings: dict[str, str] = json.loads(home.secrets.read_text())
    return settings
