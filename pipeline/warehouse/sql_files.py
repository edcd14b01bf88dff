"""The SQL files of ``sql/``, found in a checkout and in an installed wheel alike."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import MigrationError

_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class SqlFile:
    """A file with SQL: its name without ending, its text, and the SHA-256 of its bytes."""

    name: str
    text: str
    sha256: bytes

    def header(self, key: str) -> str | None:
        """Return the value of the comment line ``-- key: value`` at the top, or None."""
        for line in self.text.splitlines():
            if not line.startswith("--"):
                break
            found, colon, value = line.removeprefix("--").strip().partition(":")
            if colon and found == key:
                return value.strip()
        return None


def sql_folder() -> Path:
    """Return ``sql/`` beside the package in a checkout, else the copy inside the wheel.

    Raises:
        MigrationError: neither exists, so the installation is broken.
    """
    places = (_PACKAGE.parent / "sql", _PACKAGE / "_bundled" / "sql")
    for place in places:
        if (place / "migrations").is_dir():
            return place
    raise MigrationError(f"no folder sql/migrations in {places[0]} or {places[1]}: reinstall.")


def read_sql(folder: Path) -> list[SqlFile]:
    """Return the ``*.sql`` files of a folder, sorted by name."""
    files = []
    for path in sorted(folder.glob("*.sql")):
        raw = path.read_bytes()
        files.append(SqlFile(path.stem, raw.decode(), hashlib.sha256(raw).digest()))
    return files
