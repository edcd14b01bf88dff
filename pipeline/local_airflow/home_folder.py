"""The home folder of a local Airflow: what it loads from us, what it keeps, and its secrets.

Keys and the UI's password are made once for a home folder and are readable by its owner only.
"""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SettingsError

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
