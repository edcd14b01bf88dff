"""How often a host is asked: request slots, retries with backoff, and hosts that are left alone.

- ``Throttle`` hands out request slots, so that a host has one request at a time, and no host is
  asked more often than its delay allows.
- ``RetryPolicy`` repeats a request that failed for a passing reason, as the server asks for it
  (Retry-After). It covers seconds. A longer wait ends the page with its outcome, and the next
  scheduled run asks again.
- ``HostHealth`` remembers hosts that do not answer or asked us to wait. Without it, a batch of
  200 links on a dead host takes 200 x 3 time-outs of 20 s: over three hours.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Protocol, TypeVar

from pipeline.errors import NotConfigured, PageError, Refused, Transient
from pipeline.fetch.freshness import parse_http_date
from pipeline.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Slot:
    """The answer to a reservation: when to send, or when to ask again."""

    wait: float
    """Seconds until the request may be sent; without a token, until the next reservation."""
    token: int | None = None
    """Ends the slot with ``release``; None where another request to the host is under way."""
    is_paused: bool = False
    """The host asked to be left alone for the seconds of ``wait``; there is no slot."""


BUSY_WAIT = 0.1
"""Seconds after which a host that another request occupies is asked for again."""


class Throttle(Protocol):
    """Lets one request at a time through to each host; shared by all fetchers that use it.

    A slot is occupied until it is released. The next one comes ``delay`` seconds after the slot and
    after its release, whichever is later: so a server that is slow to accept or to answer never
    sees two requests closer together than that. A slot whose process was killed ends by itself.
    """

    def reserve(self, authority: str, delay: float, lasts: float) -> Slot:
        """Reserve the next request to a host.

        Args:
            authority: host and port.
            delay: least number of seconds since the request before it.
            lasts: seconds from the slot after which it is free again without a release.
        """

    def release(self, authority: str, token: int) -> None:
        """End a slot: its request has been answered or has failed."""

    def pause(self, authority: str, seconds: float) -> None:
        """Leave a host alone for that long: it asked for it (Retry-After)."""


@dataclass(slots=True)
class _HostPace:
    last_at: float
    token: int
    is_occupied: bool
    free_at: float
    is_paused: bool = False


class MemoryThrottle:
    """A ``Throttle`` for one process; safe for threads.

    Args:
        clock: returns seconds that never go back, such as ``time.monotonic``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hosts: dict[str, _HostPace] = {}
        self._tokens = count()
        self._lock = threading.Lock()

    def reserve(self, authority: str, delay: float, lasts: float) -> Slot:
        """Reserve the next slot, or say that the host is occupied."""
        with self._lock:
            now = self._clock()
            pace = self._hosts.get(authority)
            if pace is not None and pace.is_occupied and now < pace.free_at:
                left = pace.free_at - now
                return Slot(left, is_paused=True) if pace.is_paused else Slot(min(BUSY_WAIT, left))
            at = now if pace is None else max(now, pace.last_at + delay)
            token = next(self._tokens)
            self._hosts[authority] = _HostPace(at, token, True, at + lasts)
            return Slot(at - now, token)

    def release(self, authority: str, token: int) -> None:
        """End the slot, unless it ended by itself before and the host was reserved again."""
        with self._lock:
            pace = self._hosts.get(authority)
            if pace is not None and pace.token == token:
                pace.is_occupied = False
                pace.last_at = max(pace.last_at, self._clock())

    def pause(self, authority: str, seconds: float) -> None:
        """Leave a host alone for that long."""
        with self._lock:
            now = self._clock()
            self._hosts[authority] = _HostPace(
                now, next(self._tokens), True, now + seconds, is_paused=True
            )


T = TypeVar("T")


class RetryableStatus(Transient):
    """The server answered 408, 425, 429 or 5xx.

    ``retry_after`` is its Retry-After header in seconds, None where it sent none.
    """

    def __init__(
        self, outcome: Outcome, reason: str, http_status: int, retry_after: float | None
    ) -> None:
        super().__init__(outcome, reason, http_status)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long one page is tried."""

    attempts: int = 3
    first_wait: float = 0.5
    """Seconds before the second attempt; doubled for each further one, with jitter."""
    longest_wait: float = 30.0
    """Seconds; a longer Retry-After ends the page."""

    def call(self, ask: Callable[[], T], pause: Callable[[float], None] = time.sleep) -> T:
        """Call ``ask`` until it returns, and return its result.

        A library for this would keep the error, and with it every frame below, in a circle of
        references: a fetch process then held twenty bodies of 10 MB that nobody used any more.

        Args:
            ask: one attempt.
            pause: waits for that many seconds before the next one.

        Raises:
            PageError: the last error of ``ask``, once the attempts are used up, the server asked
                for too long a wait, or the error is none that another attempt can help.
        """
        for attempt in range(1, self.attempts):
            try:
                return ask()
            except Transient as error:
                wait = self._wait_after(error, attempt)
                if wait is None:
                    raise
            pause(wait)
        return ask()

    def _wait_after(self, error: Transient, attempt: int) -> float | None:
        """Return the seconds to wait after a failed attempt, None where no other should be made."""
        if isinstance(error, RetryableStatus) and error.retry_after is not None:
            return error.retry_after if error.retry_after <= self.longest_wait else None
        backoff = self.first_wait * 2.0 ** (attempt - 1)
        jitter = random.uniform(0.0, self.first_wait)  # noqa: S311 (no secret)
        return min(backoff + jitter, self.longest_wait)


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Return a Retry-After header (RFC 9110, 10.2.3) in seconds, never negative.

    The header holds seconds or a date. None stands for a missing or unreadable header.

    >>> parse_retry_after("120", datetime(2026, 11, 22))
    120.0
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    date = parse_http_date(text)
    return None if date is None else max(0.0, (date - now).total_seconds())


FAILURES = 3
"""Pages in a row without any response, or behind a bot wall, before a host is paused."""
_PAUSE = 120.0
"""Seconds for which a host that is down, or blocks us, is left alone."""
_NO_PAGE = frozenset({Outcome.UNREACHABLE, Outcome.TIMEOUT, Outcome.BLOCKED})


class HostHealth:
    """Remembers per host how its last pages ended and pauses hosts in trouble; safe for threads.

    Args:
        clock: returns seconds that never go back.
        longest_wait: seconds; a longer Retry-After pauses the host for as long as it asked.
    """

    def __init__(self, clock: Callable[[], float], longest_wait: float) -> None:
        self._clock = clock
        self._longest_wait = longest_wait
        self._failures: dict[str, int] = {}
        self._pauses: dict[str, tuple[float, Outcome, str]] = {}
        self._lock = threading.Lock()

    def check(self, authority: str) -> None:
        """Refuse a page of a host that is paused.

        Raises:
            Refused: with the outcome of the page that paused the host.
        """
        with self._lock:
            until, outcome, reason = self._pauses.get(authority, (0.0, Outcome.UNREACHABLE, ""))
        if until > self._clock():
            raise Refused(outcome, f"not asked: {reason}")

    def succeeded(self, authority: str) -> None:
        """Record that the host sent a usable response."""
        with self._lock:
            self._failures.pop(authority, None)

    def failed(self, authority: str, error: PageError) -> None:
        """Record the error of a page that got no usable response."""
        if isinstance(error, NotConfigured):
            return
        with self._lock:
            if isinstance(error, RetryableStatus):
                self._failures.pop(authority, None)
                asked = error.retry_after or 0.0
                if error.outcome is Outcome.RATE_LIMITED or asked > self._longest_wait:
                    self._pause(authority, asked or _PAUSE, error)
            elif error.outcome in _NO_PAGE:
                failures = self._failures.get(authority, 0) + 1
                self._failures[authority] = failures
                if failures >= FAILURES:
                    self._pause(authority, _PAUSE, error)

    def _pause(self, authority: str, seconds: float, error: PageError) -> None:
        reason = f"{authority} failed before: {error.reason}"
        self._pauses[authority] = (self._clock() + seconds, error.outcome, reason)
