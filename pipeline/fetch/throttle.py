"""Pace: slots in time per authority, so that no host is asked faster than it allows.

Another try within one fetch: only for what is transient, and as the server asks (Retry-After).

Retries across hours are the scheduler's, not ours; a wait longer than our patience ends the page
with its outcome, and the next run asks again.

Hosts that do not answer, or asked us to wait: not asked again by this task until they may be.

Without this a batch of 200 links on a dead host takes 200 x 3 time-outs of 20 s: over three hours.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar

import stamina

from pipeline.errors import PageError, Refused, Transient
from pipeline.outcomes import Outcome


class Pace(Protocol):
    """A memory of when each authority may be asked next; shared by all who fetch."""

    def reserve(self, authority: str, delay: float) -> float:
        """Reserve the next free slot of the authority and return the seconds until it comes.

        ``delay`` is the least distance in seconds to the slot before it.
        """


class MemoryPace:
    """A pace for one process; safe for threads.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last: dict[str, float] = {}
        self._lock = threading.Lock()

    def reserve(self, authority: str, delay: float) -> float:
        """Reserve the next slot and return the seconds to wait for it."""
        with self._lock:
            now = self._clock()
            last = self._last.get(authority)
            slot = now if last is None else max(now, last + delay)
            self._last[authority] = slot
        return slot - now


T = TypeVar("T")


class AskedToWait(Transient):
    """The server answered 429 or 5xx; ``seconds`` is its Retry-After, None where it gave none."""

    def __init__(
        self, outcome: Outcome, reason: str, http_status: int, seconds: float | None
    ) -> None:
        super().__init__(outcome, reason, http_status)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one page is worth waiting for."""

    attempts: int = 3
    first_wait: float = 0.5
    """Seconds before the second try; doubles, with jitter."""
    longest_wait: float = 30.0
    """A Retry-After of more seconds than this ends the page."""

    def tries(self, ask: Callable[[], T]) -> T:
        """Call ``ask`` until it returns, raises what is not transient, or patience runs out."""
        for attempt in stamina.retry_context(
            on=self._backoff,
            attempts=self.attempts,
            timeout=None,
            wait_initial=self.first_wait,
            wait_max=self.longest_wait,
            wait_jitter=self.first_wait,
        ):
            with attempt:
                return ask()
        raise AssertionError("stamina raises the last error itself")

    def _backoff(self, error: Exception) -> bool | float:
        if not isinstance(error, AskedToWait) or error.seconds is None:
            return isinstance(error, Transient)
        return error.seconds if error.seconds <= self.longest_wait else False


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read a Retry-After header (RFC 9110, 10.2.3): seconds, or a date; never negative.

    >>> retry_after("120", datetime(2026, 11, 22))
    120.0
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return None


FAILURES = 3
"""Pages in a row that ended without any answer before a host counts as down."""
_REST = 120.0
"""Seconds a host that is down is left alone."""
_SILENT = frozenset({Outcome.UNREACHABLE, Outcome.TIMEOUT})


class HostHealth:
    """Remembers per authority how the last pages ended; safe for threads.

    Args:
        clock: seconds that only go forward.
        longest_wait: a Retry-After beyond this rests the host.
    """

    def __init__(self, clock: Callable[[], float], longest_wait: float) -> None:
        self._clock = clock
        self._longest_wait = longest_wait
        self._failures: dict[str, int] = {}
        self._rests: dict[str, tuple[float, Outcome, str]] = {}
        self._lock = threading.Lock()

    def check(self, authority: str) -> None:
        """Refuse a page of a host that rests.

        Raises:
            Refused: with the outcome that sent the host to rest.
        """
        with self._lock:
            until, outcome, reason = self._rests.get(authority, (0.0, Outcome.UNREACHABLE, ""))
        if until > self._clock():
            raise Refused(outcome, f"not asked: {reason}")

    def succeeded(self, authority: str) -> None:
        """Note an answer of any kind."""
        with self._lock:
            self._failures.pop(authority, None)

    def failed(self, authority: str, error: PageError) -> None:
        """Note how a page ended that got no usable answer."""
        with self._lock:
            if isinstance(error, AskedToWait):
                self._failures.pop(authority, None)
                asked = error.seconds or 0.0
                if error.outcome is Outcome.RATE_LIMITED or asked > self._longest_wait:
                    self._rest(authority, asked or _REST, error)
            elif error.outcome in _SILENT:
                count = self._failures.get(authority, 0) + 1
                self._failures[authority] = count
                if count >= FAILURES:
                    self._rest(authority, _REST, error)

    def _rest(self, authority: str, seconds: float, error: PageError) -> None:
        reason = f"{authority} said or did before: {error.reason}"
        self._rests[authority] = (self._clock() + seconds, error.outcome, reason)
