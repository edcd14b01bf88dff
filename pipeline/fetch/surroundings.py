"""What a fetcher takes from the machine: time, sleep, name resolution, trust; tests give others."""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.fetch.address import Resolve, resolve


def utc_now() -> datetime:
    """Return the time of day, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The machine as a fetcher sees it."""

    resolver: Resolve = resolve
    sleep: Callable[[float], None] | None = None
    """Waits that many seconds; None for a wait that ends when the fetcher is closed."""
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = utc_now
    ssl_context: ssl.SSLContext | None = None
    """Trust of your own; None for the system's store."""
