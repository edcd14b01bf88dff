"""Send a digest to a web hook, and the heartbeat of a dead man's switch.

``urllib`` rather than httpx2: httpx2 logs each URL at level INFO, and the path of a web hook is its
password. It follows HTTPS_PROXY and SSL_CERT_FILE.
"""

import hashlib
import http.client
import json
import re
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from typing import IO, Any, Literal
from urllib.parse import urlsplit

from pipeline import __version__
from pipeline.alerts.digest import Digest
from pipeline.errors import AlertError
from pipeline.text import one_line

Style = Literal["slack", "teams", "json"]
_SECONDS = 10.0
"""Longest wait for a connection, and for each answer."""
_TEAMS_HOSTS = ("webhook.office.com", "powerplatform.com", "logic.azure.com", "office365.com")
_LONGEST_TEXT = 12_000
"""Teams takes messages of 28 kB, Slack texts of 40,000 characters."""
_MENTION = re.compile(r"@(?=\w)")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#|~>])")
_BODY_READ = 200


def style_of_host(host: str) -> Style:
    """Return how a web hook on this host is written to."""
    is_teams = any(host == each or host.endswith(f".{each}") for each in _TEAMS_HOSTS)
    return "teams" if is_teams else "slack"


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Posts each digest as JSON."""

    url: str = field(repr=False)
    style: Style
    wakes: bool = True
    seconds: float = _SECONDS

    @property
    def name(self) -> str:
        """The host, and a part of a hash of the address, since two hooks may share a host."""
        digest = hashlib.sha256(self.url.encode()).hexdigest()[:4]
        return f"webhook {urlsplit(self.url).hostname} #{digest}"

    def send(self, digest: Digest) -> None:
        """Post the digest.

        Raises:
            AlertError: no answer, or one that is not 2xx.
        """
        body = json.dumps(payload(digest, self.style)).encode()
        request(self.url, "POST", body, self.seconds)


def payload(digest: Digest, style: Style) -> dict[str, Any]:
    """Return the JSON for a web hook.

    Titles and reasons come from other people's servers. In Slack ``<!channel>`` would call
    everybody and ``<https://evil|text>`` would hide an address, in Teams ``[text](address)`` would,
    in Mattermost ``@all`` would call everybody.
    """
    if style == "json":
        return {"subject": digest.subject, "alerts": digest.records()}
    text = f"{digest.subject}\n\n{digest.text}"
    if len(text) > _LONGEST_TEXT:
        text = text[:_LONGEST_TEXT].rsplit("\n", 1)[0] + "\n…"
    text = _MENTION.sub("@\u200b", text)
    if style == "slack":
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return {"text": escaped, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    blocks = [
        {"type": "TextBlock", "text": _MARKDOWN.sub(r"\\\1", line), "wrap": True, "spacing": "None"}
        for line in text.splitlines()
        if line.strip()
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect as the answer: the POST of a digest would become a GET elsewhere."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        return None


def request(url: str, method: str, body: bytes | None, seconds: float) -> None:
    """Ask an address of the operator's own settings; its answer must be 2xx.

    Args:
        url: an http or https address.
        method: GET or POST.
        body: JSON, or None.
        seconds: longest wait for a connection, and for each answer.

    Raises:
        AlertError: names the host and what went wrong, and nothing else of the address.
    """
    host = urlsplit(url).hostname
    headers = {"User-Agent": f"Dateline/{__version__}", "Content-Type": "application/json"}
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        asked = urllib.request.Request(url, body, headers, method=method)  # noqa: S310  (http only)
        with opener.open(asked, timeout=seconds):
            return
    except urllib.error.HTTPError as error:
        with error:
            said = one_line(_beginning(error), 150)
        raise AlertError(f"{host}: HTTP {error.code}{f' ({said})' if said else ''}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise AlertError(f"{host}: {_reason(error)}") from error


def _beginning(error: urllib.error.HTTPError) -> str:
    try:
        return error.read(_BODY_READ).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""


def _reason(error: Exception) -> str:
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, ssl.SSLError):
        return f"TLS: {getattr(cause, 'verify_message', None) or cause.reason or 'failed'}"
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, OSError):
        return cause.strerror or type(cause).__name__
    return type(cause).__name__
