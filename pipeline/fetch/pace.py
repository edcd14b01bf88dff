"""Pace: slots in time per authority, so that no host is asked faster than it allows."""

from typing import Protocol


class Pace(Protocol):
    """A memory of when each authority may be asked next; shared by all who fetch."""

    def reserve(self, authority: str, delay: float) -> float:
        """Reserve the next free slot of the authority and return the seconds until it comes.

        ``delay`` is the least distance in seconds to the slot before it.
        """
