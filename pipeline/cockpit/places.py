"""Where things are: what Airflow loads from us, and what it keeps in the home folder."""

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
