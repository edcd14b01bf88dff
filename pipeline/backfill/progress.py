"""How far a backfill is: files, share, pages, rate, and the time that is left."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True)
class Progress:
    """Counts what was read and says how long the rest will take.

    The time left is that of the bytes (or requests) left at the rate of this process, so that what
    an earlier process did counts as done and not as speed.
    """

    files: int
    total: int
    """Bytes of all files, or requests to make; 0 where that is not known."""
    done_before: int = 0
    """Bytes that earlier processes read."""
    clock: Callable[[], float] = monotonic
    files_done: int = 0
    done: int = 0
    """Bytes that this process read."""
    records: int = 0
    pages: int = 0
    started: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self.started = self.clock()

    def line(self) -> str:
        """Return one line such as "file 2 of 3, 41 %: 120 pages of 900 records, 60/s, 4 min left".

        The rate is of records.
        """
        seconds = max(self.clock() - self.started, 1e-6)
        parts = [f"{self.pages:,} pages of {self.records:,} records"]
        if self.records:
            parts.append(f"{self.records / seconds:.0f}/s")
        done = self.done_before + self.done
        share = ""
        if self.total:
            share = f", {min(100, 100 * done // self.total)} %"
            if self.done and done < self.total:
                parts.append(f"{_duration((self.total - done) * seconds / self.done)} left")
        number = min(self.files_done + 1, self.files)
        return f"file {number} of {self.files}{share}: " + ", ".join(parts)


def _duration(seconds: float) -> str:
    """Return a duration in its two largest units at most.

    >>> [_duration(each) for each in (8, 200, 7300, 200_000)]
    ['8 s', '3 min', '2 h 1 min', '2 d 7 h']
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"
