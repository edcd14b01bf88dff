"""The addresses that alerts and heartbeats go to, from the environment or from files.

They hold passwords and tokens, so no error and no log shows more of one than its scheme and host.
"""

import re
from pathlib import Path

from pydantic import SecretStr

from pipeline.errors import SettingsError
from pipeline.settings import Settings

_BETWEEN = re.compile(r"[\s,]+(?=(?:[a-z]+\+)?(?:smtps?|https?|file):)")
"""Between two addresses; "smtp://h?to=a@x,b@y https://…" has a comma inside the first."""


def channel_addresses(settings: Settings) -> list[str]:
    """Return the addresses of ``DATELINE_ALERTS`` and ``DATELINE_ALERTS_FILE``, each once.

    Raises:
        SettingsError: the file cannot be read.
    """
    stated = settings.alerts.get_secret_value() if settings.alerts else ""
    found = [each.strip(" ,\t\n") for each in _BETWEEN.split(stated.strip())]
    found += _lines(settings.alerts_file, "DATELINE_ALERTS_FILE")
    return list(dict.fromkeys(filter(None, found)))


def heartbeat_address(settings: Settings) -> str | None:
    """Return the address that is asked after each publish, or None.

    Raises:
        SettingsError: ``DATELINE_HEARTBEAT_URL_FILE`` cannot be read.
    """
    lines = _lines(settings.heartbeat_url_file, "DATELINE_HEARTBEAT_URL_FILE")
    stated: SecretStr | None = settings.heartbeat_url
    return lines[0] if lines else (stated.get_secret_value().strip() or None if stated else None)


def _lines(path: Path | None, setting: str) -> list[str]:
    """Return the lines of a file without empty ones and those that begin with ``#``."""
    if path is None:
        return []
    try:
        lines = path.expanduser().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SettingsError(
            f"{setting}={path} cannot be read ({said}): write the addresses into it, one a line."
        ) from error
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
