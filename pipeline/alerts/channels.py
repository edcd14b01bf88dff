"""The channels that alerts are sent through, made from their addresses.

========================================  =======================================================
``smtp://user:password@host:587?to=…``    mail; STARTTLS where the server offers it, and never a
                                          password without TLS
``smtps://…``                             mail over TLS from the first byte
``smtp+plain://host?to=…``                mail without TLS, to a relay of your own network
``https://…``                             a web hook: Slack's JSON, which Mattermost, Rocket.Chat
                                          and Google Chat read too; Teams' JSON for its hosts
``slack+https://…``, ``teams+https://…``  a web hook of that kind, whatever its host
``json+https://…``                        a web hook that gets the alerts as records
``file:PATH``                             a line of JSON for each alert; relative to the home folder
========================================  =======================================================
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pipeline.alerts.addresses import channel_addresses
from pipeline.alerts.digest import Digest
from pipeline.alerts.mail import MailChannel, Security
from pipeline.alerts.webhook import Style, WebhookChannel, style_of_host
from pipeline.errors import AlertError, SettingsError
from pipeline.settings import Settings

_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")


class Channel(Protocol):
    """A way to tell the operator."""

    @property
    def name(self) -> str:
        """A name without secrets, the same as long as the address is."""

    @property
    def wakes(self) -> bool:
        """Whether it may wake somebody, so that quiet hours count."""

    def send(self, digest: Digest) -> None:
        """Send a digest.

        Raises:
            AlertError: it was not taken; the message has no secret.
        """


@dataclass(frozen=True, slots=True)
class FileChannel:
    """Appends a line of JSON for each alert."""

    path: Path
    wakes: bool = False

    @property
    def name(self) -> str:
        """The path."""
        return f"file {self.path}"

    def send(self, digest: Digest) -> None:
        """Append the digest in one write, so that two processes do not mix their lines."""
        lines = "".join(json.dumps(record) + "\n" for record in digest.records())
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(lines)
        except OSError as error:
            raise AlertError(f"{self.path} cannot be written: {error.strerror}") from error


def channels(settings: Settings) -> tuple[list[Channel], list[SettingsError]]:
    """Return the channels of the settings, and an error for each address that cannot be used."""
    found: list[Channel] = []
    problems: list[SettingsError] = []
    try:
        addresses: Sequence[str] = channel_addresses(settings)
    except SettingsError as error:
        return [], [error]
    for number, address in enumerate(addresses, start=1):
        try:
            found.append(channel(address, settings.home_folder))
        except ValueError as error:
            problems.append(
                SettingsError(f"address {number} of DATELINE_ALERTS cannot be used: {error}.")
            )
    return found, problems


def channel(address: str, home: Path) -> Channel:
    """Return the channel of an address.

    Raises:
        ValueError: it cannot be used; the message says what to write, and nothing of the address
            but its scheme.
    """
    scheme, colon, rest = address.partition(":")
    if scheme == "file" and colon:
        path = Path(unquote(rest.removeprefix("//")))
        if not path.name:
            raise ValueError("after file: write a path")
        return FileChannel(path if path.is_absolute() else home / path)
    style, _, protocol = scheme.rpartition("+")
    try:
        parts = urlsplit(f"{protocol}:{rest}")
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"{scheme}: is not followed by a host and a port") from error
    if not parts.hostname:
        raise ValueError("write smtp://host?to=desk@news.example, https://… or file:PATH")
    if protocol in ("http", "https"):
        return _webhook(parts, style)
    if scheme in ("smtp", "smtps", "smtp+plain"):
        return _mail(parts, scheme)
    raise ValueError(f"{scheme[:20]!r} is no known scheme: write smtp, smtps, https or file")


def _webhook(parts: SplitResult, style: str) -> WebhookChannel:
    host = parts.hostname or ""
    styles: dict[str, Style] = {"slack": "slack", "teams": "teams", "json": "json"}
    if style and style not in styles:
        raise ValueError(f"{style!r} is no kind of web hook: write slack+https, teams+… or json+…")
    return WebhookChannel(parts.geturl(), styles.get(style) or style_of_host(host))


def _mail(parts: SplitResult, scheme: str) -> MailChannel:
    security: dict[str, Security] = {"smtp": "starttls", "smtps": "tls", "smtp+plain": "plain"}
    query = parse_qs(parts.query)
    to = tuple(part.strip() for text in query.get("to", []) for part in text.split(","))
    sender = query.get("from", [to[0] if to else ""])[0].strip()
    for each in (*to, sender):
        if not _ADDRESS.fullmatch(each):
            raise ValueError(f"{scheme}: needs ?to=desk@news.example, and &from=… is one address")
    if not to:
        raise ValueError(f"{scheme}: needs ?to=desk@news.example")
    return MailChannel(
        host=parts.hostname or "",
        port=parts.port or {"tls": 465, "starttls": 587, "plain": 25}[security[scheme]],
        security=security[scheme],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or ""),
        sender=sender,
        to=to,
    )
