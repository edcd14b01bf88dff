"""The memory for response bodies of one process, shared by all hosts that are asked at once."""

import ctypes
import threading
from functools import lru_cache

from pipeline.errors import Refused
from pipeline.outcomes import Outcome

SMALL_BODY = 256_000
"""Bytes that any body may have without asking for room."""
_ROOM = 40_000_000
"""Bytes for longer bodies: with the interpreter and its libraries, a process stays below 200 MB."""

_M_MMAP_THRESHOLD = -3
"""The parameter of glibc's mallopt from which size on memory is mapped, not taken from a heap."""


@lru_cache(maxsize=1)
def return_long_bodies_to_the_system() -> None:
    """Have the C library give the memory of a long body back to the system when it is freed.

    glibc raises its threshold to the size of what was freed, up to 32 MB. Long bodies then come
    from the heaps of the threads, which keep them: 48 hosts with bodies of 10 MB took 380 MB
    instead of 190. Other C libraries have no such function.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, 2 * SMALL_BODY)


class BodyMemory:
    """Room for the long bodies that are being read, or were read and not taken by the caller yet.

    A body asks for room for its greatest length once, before it holds more than ``SMALL_BODY``
    bytes, and waits for it without reading on. Whoever has room finishes without asking again, so
    nobody waits for ever as long as the caller takes what is done.

    Args:
        longest: greatest length of one body.
    """

    def __init__(self, longest: int) -> None:
        return_long_bodies_to_the_system()
        self._free = max(_ROOM, longest)
        self._changed = threading.Condition()
        self._is_closed = False

    def take(self, size: int) -> None:
        """Wait until that many bytes are free, and take them.

        Raises:
            Refused: the fetcher was closed meanwhile.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._free >= size)
            if self._is_closed:
                raise Refused(Outcome.QUARANTINED, "the fetcher was closed while the page waited")
            self._free -= size

    def give_back(self, size: int) -> None:
        """Return bytes that were taken."""
        with self._changed:
            self._free += size
            self._changed.notify_all()

    def close(self) -> None:
        """End every wait."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()


class LongDocuments:
    """The memory for long feeds and sitemaps of a process, from their download to their rows.

    A sitemap of 10 MB becomes 60,000 links, which take far more memory than its bytes. So only one
    long document at a time is parsed and kept until it is stored; others wait with their bodies.

    Args:
        bodies: room for the bodies.
    """

    def __init__(self, bodies: BodyMemory) -> None:
        self.bodies = bodies
        self._turn = threading.Semaphore()

    def begin(self, size: int) -> None:
        """Wait until a document of this size may be parsed; ``end`` must follow."""
        if size > SMALL_BODY:
            self._turn.acquire()

    def end(self, size: int) -> None:
        """Let the next one begin, after the document was stored."""
        if size > SMALL_BODY:
            self._turn.release()
            self.bodies.give_back(size)
