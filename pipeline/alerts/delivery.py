"""Send digests to all channels at once, within a time limit that no server can stretch."""

import threading
import time
from collections.abc import Mapping

from pipeline.alerts.addresses import heartbeat_address
from pipeline.alerts.channels import Channel
from pipeline.alerts.digest import Digest
from pipeline.alerts.redaction import without_secrets
from pipeline.alerts.webhook import request
from pipeline.errors import AlertError, DatelineError, SettingsError
from pipeline.settings import Settings
from pipeline.telemetry import log

DELIVERY_SECONDS = 25.0
"""Time for all channels together. A timeout of a socket alone would not do: a server that sends a
byte every nine seconds keeps each read alive."""
_HEARTBEAT_SECONDS = 5.0


def deliver(
    digests: Mapping[Channel, Digest], settings: Settings, seconds: float = DELIVERY_SECONDS
) -> dict[str, str | None]:
    """Send each channel its digest and return, by the channel's name, None or what went wrong.

    A channel that has not answered in time counts as failed and is told again at the next tick; its
    thread ends with the process.

    Args:
        digests: what to tell, by channel.
        settings: for the secrets that no error may show.
        seconds: time for all of them together.
    """
    results: dict[str, str | None] = {}

    def send(channel: Channel, digest: Digest) -> None:
        try:
            channel.send(digest)
            results[channel.name] = None
        except AlertError as error:
            results[channel.name] = without_secrets(str(error), settings)
        except Exception as error:
            # A thread's edge: a fault of one channel is that channel's error. Its traceback might
            # show an address.
            log.error("alert channel failed", channel=channel.name, error=type(error).__name__)
            results[channel.name] = f"{type(error).__name__} in Dateline's own code"

    threads = [
        threading.Thread(target=send, args=pair, daemon=True, name="alert")
        for pair in digests.items()
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    late = f"no answer within {seconds:g} s"
    return {channel.name: results.get(channel.name, late) for channel in digests}


def beat(settings: Settings, *, seconds: float = _HEARTBEAT_SECONDS) -> bool:
    """Ask the address of the dead man's switch, and return whether it answered.

    A failure is logged and never raised. Without an address, nothing is asked.
    """
    said: list[str] = []

    def ask(address: str) -> None:
        try:
            method = settings.heartbeat_method
            request(address, method, b"{}" if method == "POST" else None, seconds)
            said.append("")
        except DatelineError as error:
            said.append(without_secrets(str(error), settings))

    try:
        address = heartbeat_address(settings)
    except SettingsError as error:
        log.error("heartbeat", error=str(error))
        return False
    if address is None:
        return False
    if not address.startswith(("http://", "https://")):
        log.error("heartbeat", error="DATELINE_HEARTBEAT_URL must begin with http:// or https://")
        return False
    thread = threading.Thread(target=ask, args=(address,), daemon=True, name="heartbeat")
    thread.start()
    thread.join(2 * seconds)
    problem = said[0] if said else f"no answer within {2 * seconds:g} s"
    if problem:
        log.warning("heartbeat", error=problem)
    return not problem
