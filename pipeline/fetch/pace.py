"""Pace: slots in time per authority, so that no host is asked faster than it allows."""

import threading
import time
from collections.abc import Callable
from typing import Protocol


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
