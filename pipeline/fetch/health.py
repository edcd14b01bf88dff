"""Hosts that do not answer, or asked us to wait: not asked again by this task until they may be.

Without this a batch of 200 links on a dead host takes 200 x 3 time-outs of 20 s: over three hours.
"""

import threading
from collections.abc import Callable

from pipeline.errors import PageError, Refused
from pipeline.fetch.retry import AskedToWait
from pipeline.outcomes import Outcome

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
