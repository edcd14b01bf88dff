"""Take secrets out of texts that are sent or stored, for errors repeat what was given to them."""

import re
from urllib.parse import unquote, urlsplit

from pipeline.alerts.addresses import channel_addresses, heartbeat_address
from pipeline.settings import Settings

_LOGIN = re.compile(r"//[^/@\s]+@")
_PASSWORD = re.compile(r"(?i)\b(password|passwd|pwd|token|secret|api_?key)=[^\s&;,'\"]+")
_SHORTEST = 4
"""Characters of the shortest secret that is looked for; "a" would take every a out of a text."""


def without_secrets(text: str, settings: Settings) -> str:
    """Return a text without logins in URLs, passwords, and the secret parts of these settings."""
    for secret in _secrets(settings):
        text = text.replace(secret, "…")
    text = _LOGIN.sub("//…@", text)
    return _PASSWORD.sub(r"\1=…", text)


def _secrets(settings: Settings) -> list[str]:
    """Return what must not be shown, longest first: whole addresses, passwords, paths of hooks."""
    found: set[str] = set()
    for address in filter(None, (*channel_addresses(settings), heartbeat_address(settings))):
        found.add(address)
        if "http" in address.partition(":")[0]:
            parts = urlsplit(address)
            found.update((parts.path, parts.query, f"{parts.path}?{parts.query}"))
    for dsn in filter(None, (settings.dsn, settings.sql_dsn, settings.proxy)):
        found.update(_passwords(dsn))
    for address in channel_addresses(settings):
        found.update(_passwords(address))
    return sorted((each for each in found if len(each) >= _SHORTEST), key=len, reverse=True)


def _passwords(address: str) -> list[str]:
    try:
        password = urlsplit(address).password or ""
    except ValueError:
        password = ""
    return [password, unquote(password)]
