"""A systemd unit that keeps ``dateline up`` running from boot to shutdown."""

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SettingsError, UsageError
from pipeline.settings import Settings

_NAME = "dateline.service"
_SYSTEM_FOLDER = Path("/etc/systemd/system")
_PREFIXES = ("DATELINE_", "AIRFLOW__", "AWS_", "GOOGLE_", "AZURE_", "PG", "OTEL_")
_NAMES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
"""Variables that Dateline, or a library below it, reads: an archive on S3 needs ``AWS_…``."""
_UNIT = """\
[Unit]
Description=Dateline: news pages into tables
After=network-online.target time-sync.target
Wants=network-online.target

[Service]
Type=exec
ExecStart={command} up
ExecStop={command} down
WorkingDirectory={folder}
EnvironmentFile=-{environment}
Restart=always
RestartSec=10
KillMode=mixed
TimeoutStopSec=120
{user}
[Install]
WantedBy={target}
"""
"""``up`` itself starts again what dies below it; systemd starts ``up`` again. ``down`` ends Airflow
and then Postgres in order, so that nothing is left for the signals of ``KillMode=mixed``."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The files of a service."""

    path: Path
    """Of the unit file."""
    text: str
    environment: Path
    """Of the file with this installation's settings, which only its owner can read."""
    variables: str
    commands: tuple[str, ...]
    """What to type next."""


def unit(settings: Settings, *, for_system: bool) -> Unit:
    """Return the unit of this installation.

    The variables of the calling shell for Dateline, Airflow, object stores, Postgres, telemetry,
    certificates and proxies go into a file of their own with mode 0600, because a DSN may hold a
    password and unit files can be read by everybody.

    Args:
        settings: of the installation.
        for_system: start at boot, as the user who calls; else with that user's session.

    Raises:
        UsageError: the command ``dateline`` is not installed where this Python is.
    """
    command = Path(sys.executable).with_name("dateline")
    if not command.exists():
        raise UsageError(
            f"{command} is missing: install Dateline into the environment of this Python"
        )
    home = settings.home_folder
    environment = home / "service.env"
    wanted = {"DATELINE_HOME": str(home), "DATELINE_SOURCES": str(settings.sources.absolute())}
    set_here = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_PREFIXES) or name.upper() in _NAMES
    }
    text = _UNIT.format(
        command=_quoted(str(command)).replace("%", "%%").replace("$", "$$"),
        folder=str(Path.cwd()).replace("%", "%%"),
        environment=str(environment).replace("%", "%%"),
        user=f"User={os.geteuid()}\n" if for_system else "",
        target="multi-user.target" if for_system else "default.target",
    )
    user = "" if for_system else "--user "
    folder = _SYSTEM_FOLDER if for_system else _user_folder()
    return Unit(
        folder / _NAME,
        text,
        environment,
        "".join(
            f"{name}={_quoted(value)}\n" for name, value in sorted((set_here | wanted).items())
        ),
        (
            f"systemctl {user}daemon-reload",
            f"systemctl {user}enable --now dateline",
            f"journalctl {user}-u dateline",
        ),
    )


def install(made: Unit) -> None:
    """Write the files of a service.

    Raises:
        SettingsError: a file cannot be written.
    """
    try:
        made.environment.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(made.environment, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as stream:
            os.fchmod(handle, 0o600)  # the mode above is that of a new file only
            stream.write(made.variables)
        made.path.parent.mkdir(parents=True, exist_ok=True)
        made.path.write_text(made.text)
    except OSError as error:
        raise SettingsError(
            f"cannot write {error.filename}: {error.strerror}. Print the unit with --print, and "
            "let an administrator write it."
        ) from error


def _user_folder() -> Path:
    configured = os.environ.get("XDG_CONFIG_HOME")
    base = Path(configured) if configured else Path.home() / ".config"
    return base / "systemd" / "user"


def _quoted(text: str) -> str:
    """Return a word as systemd reads it; ``%`` begins a specifier there only in unit files."""
    if "\n" in text:
        raise UsageError(f"a value with a line break cannot be given to a service: {text!r}")
    if shlex.quote(text) == text:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
