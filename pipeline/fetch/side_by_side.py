"""Work on many items with one thread per lane: lanes side by side, each lane in order."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
MAX_THREADS = 32
_MAX_WAITING = 16
"""Results kept while the caller is busy: 16 bodies of 10 MB are 160 MB at worst."""


def side_by_side(
    items: Sequence[Item], lane_of: Callable[[Item], str], work: Callable[[Item], Result]
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with its result, as they come.

    An error that ``work`` raises is raised here, after which no further item is begun; so does
    leaving the loop. Threads are daemons: an interpreter that must end does not wait for them.

    Args:
        items: what is to be done.
        lane_of: items of the same lane are done one at a time, in their order.
        work: does one item.
    """
    lanes: dict[str, deque[Item]] = {}
    for item in items:
        lanes.setdefault(lane_of(item), deque()).append(item)
    if len(lanes) == 1:
        yield from ((item, work(item)) for item in items)
        return
    crew = _Crew(lanes, work)
    try:
        for _ in items:
            item, result = crew.next()
            yield item, result
    finally:
        crew.stop()


class _Crew(Generic[Item, Result]):
    """Threads that take whole lanes and hand over results one by one."""

    def __init__(self, lanes: dict[str, deque[Item]], work: Callable[[Item], Result]) -> None:
        self._lanes = deque(lanes.values())
        self._work = work
        self._results: queue.Queue[tuple[Item, Result] | BaseException] = queue.Queue(_MAX_WAITING)
        self._stopped = threading.Event()
        for _ in range(min(MAX_THREADS, len(lanes))):
            threading.Thread(target=self._run, daemon=True).start()

    def next(self) -> tuple[Item, Result]:
        """Wait for the next result; raises what ``work`` raised."""
        found = self._results.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def stop(self) -> None:
        """Let every thread end after the item it is at."""
        self._stopped.set()

    def _run(self) -> None:
        while True:
            try:
                lane = self._lanes.popleft()
            except IndexError:
                return
            for item in lane:
                if self._stopped.is_set() or not self._hand_over(self._done(item)):
                    return

    def _done(self, item: Item) -> tuple[Item, Result] | BaseException:
        try:
            return item, self._work(item)
        except BaseException as error:  # a thread's rim: raised again in the caller's thread
            return error

    def _hand_over(self, result: tuple[Item, Result] | BaseException) -> bool:
        """Put the result; a caller that left without emptying the queue must not hold us."""
        while not self._stopped.is_set():
            try:
                self._results.put(result, timeout=0.5)
            except queue.Full:
                continue
            return True
        return False
