"""Keys and the UI's password: made once for a home folder, for its owner's eyes only."""

import base64
import json
import os
import secrets
from pathlib import Path

from pipeline.cockpit.places import Places

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
