"""The fetcher: from URLs to responses, politely and safely; never raises for a page's fault.

Work on many items with one thread per lane: lanes side by side, each lane in order.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Generic, Self, TypeVar

from pipeline.errors import PageError
from pipeline.fetch.local_pages import read_archived, read_file
from pipeline.fetch.page_request import Errand
from pipeline.fetch.response_checks import Kind, check_bytes, may_be
from pipeline.fetch.session import Network, Surroundings
from pipeline.fetch.throttle import MemoryPace, Pace, Patience
from pipeline.models import Response, Source, Validators
from pipeline.settings import Settings
from pipeline.urls import authority

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


@dataclass(frozen=True, slots=True)
class Request:
    """One page that is asked for."""

    key: int
    """The caller's own name for it (a link id); comes back with the response."""
    url: str
    validators: Validators | None = None
    source: Source | None = None
    archived_at: str | None = None
    """A WARC locator: the page is read from there and no host is asked."""


class Fetcher:
    """Asks hosts for pages; one per task or process, a context manager, safe for threads.

    Args:
        settings: limits, delays, user agent.
        pace: shared memory of slots; in-process by default.
        allow_private_addresses: overrides the setting; a source may allow it for itself.
        kept: responses that another fetcher of this process kept, by URL; each is given once.
        patience: retries within one fetch.
        surroundings: time, sleep and name resolution; tests give others.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        pace: Pace | None = None,
        allow_private_addresses: bool | None = None,
        kept: dict[str, Response] | None = None,
        patience: Patience | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        around = surroundings or Surroundings()
        allow = allow_private_addresses
        self._network = Network(
            settings,
            pace or MemoryPace(around.clock),
            allow_private=settings.allow_private_addresses if allow is None else allow,
            patience=patience or Patience(),
            around=around,
        )
        self.kept: dict[str, Response] = {} if kept is None else kept

    def __enter__(self) -> Self:
        """Return the fetcher."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close all connections."""
        self.close()

    def close(self) -> None:
        """End every wait and close all connections."""
        self._network.close()

    def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        source: Source | None = None,
        kind: Kind = "page",
    ) -> Response:
        """Ask for one URL; a page's fault is told by ``Response.outcome`` and ``reason``.

        ``outcome`` is None when there is a body to read. ``document`` also takes feeds and
        sitemaps (JSON, gzip). ``file://`` is read only below the source's own ``files``.
        """
        kept = self.kept.pop(url, None)
        if kept is not None and may_be(kept, kind):
            return kept
        if url.startswith("file:"):
            now = self._network.around.now()
            return self._local(url, partial(read_file, url, source, self.max_body_bytes, now))
        return Errand(self._network, source, kind, validators).run(url)

    def keep(self, response: Response) -> None:
        """Give this response to the next ``fetch`` of its URL, once, instead of asking again."""
        self.kept[response.requested_url] = response

    @property
    def max_body_bytes(self) -> int:
        """The size limit of one body."""
        return self._network.settings.max_body_bytes

    def fetch_all(self, requests: Sequence[Request]) -> Iterator[tuple[Request, Response]]:
        """Ask for many URLs: hosts side by side, each host one page at a time and paced.

        Yields as the responses come. Leaving the loop early ends after the pages on their way.
        """
        return side_by_side(requests, lambda request: authority(request.url), self.fetch_request)

    def fetch_request(self, request: Request) -> Response:
        """Ask for one request, from the network, a file or an archive."""
        if request.archived_at is None:
            return self.fetch(request.url, validators=request.validators, source=request.source)
        return self._local(
            request.url, partial(read_archived, request.archived_at, request.url, request.source)
        )

    def sitemaps(self, url: str, source: Source | None = None) -> tuple[str, ...]:
        """Return the Sitemap lines of the robots.txt that governs a URL; none if unreadable."""
        try:
            return self._network.rules(url, source).sitemaps
        except PageError:
            return ()

    def _local(self, url: str, read: Callable[[], Response]) -> Response:
        try:
            response = read()
            check_bytes(response.body)
        except PageError as error:
            return Response(
                requested_url=url,
                final_url=url,
                fetched_at=self._network.around.now(),
                status=None,
                outcome=error.outcome,
                reason=error.reason,
            )
        return response
