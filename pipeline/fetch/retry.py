"""Another try within one fetch: only for what is transient, and as the server asks (Retry-After).

Retries across hours are the scheduler's, not ours; a wait longer than our patience ends the page
with its outcome, and the next run asks again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import stamina

from pipeline.errors import Transient
from pipeline.outcomes import Outcome

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
