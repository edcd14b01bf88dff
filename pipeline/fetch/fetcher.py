"""The fetcher: from URLs to responses, many hosts at a time and each host politely.

A page's fault never raises; it becomes the outcome and reason of its response.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from itertools import count
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self, TypeVar

from pipeline.errors import PageError
from pipeline.fetch.body_memory import BodyMemory
from pipeline.fetch.http_client import held_bytes
from pipeline.fetch.local_pages import read_archived, read_file
from pipeline.fetch.page_request import PageRequest
from pipeline.fetch.response_checks import Kind, check_bytes, is_usable_as
from pipeline.fetch.robots import RobotsStore
from pipeline.fetch.session import Environment, Session
from pipeline.fetch.throttle import MemoryThrottle, RetryPolicy, Throttle
from pipeline.models import Response, Source, Validators
from pipeline.settings import Settings
from pipeline.urls import authority

Item = TypeVar("Item")
Result = TypeVar("Result")
HOSTS_AT_ONCE = 32
_LONGEST_PAUSE = 1.0
"""Seconds after which the scheduler looks again whether a host is free."""


def per_host(
    items: Sequence[Item],
    host_of: Callable[[Item], str],
    work: Callable[[Item], Result],
    *,
    hosts_at_once: int = HOSTS_AT_ONCE,
    seconds_until_free: Callable[[str], float] = lambda host: 0.0,
    discard: Callable[[Result], None] = lambda result: None,
    is_over: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Item, Result]]:
    """Do one item per host at a time, and yield each item with its result as it is ready.

    The items of one host are done in their order. A host whose pace does not allow a request yet
    occupies no thread. An error of ``work`` is raised here. After that, or when the caller leaves
    the loop, no further item is begun.

    Args:
        items: what is to be done.
        host_of: returns the host of an item.
        work: does one item; called in a thread where there is more than one host.
        hosts_at_once: items that are worked on, or done and not taken by the caller yet.
        seconds_until_free: returns how long a host must be left alone still.
        discard: called with each result that came after the caller left the loop.
        is_over: tells when no further item is to be begun; those that are running are yielded.
    """
    queues: dict[str, deque[Item]] = {}
    for item in items:
        queues.setdefault(host_of(item), deque()).append(item)
    if len(queues) == 1:
        for item in items:
            if is_over():
                return
            yield item, work(item)
        return
    turns = [(0.0, number, host) for number, host in enumerate(queues)]
    numbers = count(len(turns))
    running: dict[Future[Result], tuple[str, Item]] = {}
    done: SimpleQueue[Future[Result]] = SimpleQueue()
    executor = ThreadPoolExecutor(hosts_at_once)

    def begin_due() -> float | None:
        """Begin what may begin, and return the seconds until a host is free, None without limit."""
        if is_over():
            turns.clear()
        while turns and len(running) < hosts_at_once:
            now = time.monotonic()
            if turns[0][0] > now:
                return min(turns[0][0] - now, _LONGEST_PAUSE)
            host = heappop(turns)[2]
            wait = seconds_until_free(host)
            if wait > 0:
                heappush(turns, (now + min(wait, _LONGEST_PAUSE), next(numbers), host))
                continue
            item = queues[host].popleft()
            future = executor.submit(work, item)
            running[future] = host, item
            future.add_done_callback(done.put)
        return None

    try:
        while turns or running:
            pause = begin_due()
            try:
                future = done.get(timeout=pause)
            except Empty:
                continue
            host, item = running.pop(future)
            if queues[host] and not is_over():
                heappush(turns, (time.monotonic(), next(numbers), host))
            yield item, future.result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        for future in running:
            future.add_done_callback(partial(_discard, discard))


def _discard(discard: Callable[[Result], None], future: Future[Result]) -> None:
    if not future.cancelled() and future.exception() is None:
        discard(future.result())


@dataclass(frozen=True, slots=True)
class Request:
    """One page to fetch."""

    key: int
    """The caller's identifier of it (a link id), returned with the response."""
    url: str
    validators: Validators | None = None
    source: Source | None = None
    archived_at: str | None = None
    """A WARC locator: the page is read from this record instead of the network."""


class Fetcher:
    """Fetches pages; one object per task or process, a context manager, safe for threads.

    Args:
        settings: limits, delays, user agent.
        throttle: request slots per host; those of this process by default.
        allow_private_addresses: overrides the setting; a source may allow it for itself.
        kept: responses that another fetcher of this process kept, by URL; each is used once.
        retries: how often and how long one page is tried.
        environment: clock, sleep, name resolution and trusted certificates.
        robots: where robots.txt files are remembered; those of this process by default.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        throttle: Throttle | None = None,
        allow_private_addresses: bool | None = None,
        kept: dict[str, Response] | None = None,
        retries: RetryPolicy | None = None,
        environment: Environment | None = None,
        robots: RobotsStore | None = None,
    ) -> None:
        environment = environment or Environment()
        allow = allow_private_addresses
        self._session = Session(
            settings,
            throttle or MemoryThrottle(environment.clock),
            allow_private=settings.allow_private_addresses if allow is None else allow,
            retries=retries or RetryPolicy(),
            environment=environment,
            robots=robots,
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
        """End every wait, refuse further requests and close all connections."""
        self._session.close()

    def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        source: Source | None = None,
        kind: Kind = "page",
        memory: BodyMemory | None = None,
    ) -> Response:
        """Fetch one URL and return its response, whose ``outcome`` is None if it has a body.

        Where the page cannot be had, ``outcome`` and ``reason`` say why; nothing is raised.

        Args:
            url: an http(s) URL, or a ``file://`` URL below the source's ``files``.
            validators: for a conditional GET.
            source: the source of the page, for the off-site check and the delay.
            kind: ``document`` also accepts feeds and sitemaps (JSON, gzip).
            memory: room to take for a long body; the caller gives back ``held_bytes``.
        """
        return self._fetch(url, validators, source, kind, memory)

    def _fetch(
        self,
        url: str,
        validators: Validators | None,
        source: Source | None,
        kind: Kind,
        memory: BodyMemory | None,
    ) -> Response:
        kept = self.kept.pop(url, None)
        if kept is not None and is_usable_as(kept, kind):
            if memory is not None:
                memory.take(held_bytes(kept.exchanges))
            return kept
        if url.startswith("file:"):
            now = self._session.environment.now()
            return self._read_local(url, partial(read_file, url, source, self.max_body_bytes, now))
        return PageRequest(self._session, source, kind, validators, memory).run(url)

    def keep(self, response: Response) -> None:
        """Return this response from the next ``fetch`` of its URL, once, without a request."""
        self.kept[response.requested_url] = response

    @property
    def max_body_bytes(self) -> int:
        """The size limit of one body."""
        return self._session.settings.max_body_bytes

    @property
    def memory(self) -> BodyMemory:
        """The room for the long bodies of this process."""
        return self._session.memory

    def fetch_all(
        self, requests: Sequence[Request], is_over: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[Request, Response]]:
        """Fetch many pages of any sources, and yield each response as it is ready.

        Many hosts are asked at a time (the setting ``hosts_at_once``), and each of them for one
        page at a time, at its pace. The bodies that wait for the caller have bounded memory: take
        one response, store it, take the next. When the caller leaves the loop, the requests that
        are running end and no further one is begun.

        Args:
            requests: the pages.
            is_over: tells when no further page is to be asked for.
        """
        memory = self._session.memory

        def give_back(response: Response) -> None:
            memory.give_back(held_bytes(response.exchanges))

        for request, response in per_host(
            requests,
            lambda request: authority(request.url),
            lambda request: self.fetch_request(request, memory),
            hosts_at_once=self._session.settings.hosts_at_once,
            seconds_until_free=self._session.seconds_until_free,
            discard=give_back,
            is_over=is_over,
        ):
            try:
                yield request, response
            finally:
                give_back(response)

    def fetch_request(self, request: Request, memory: BodyMemory | None = None) -> Response:
        """Read one page from the network, a local file or an archive.

        Args:
            request: the page.
            memory: room to take for a long body; the caller gives back ``held_bytes``.
        """
        if request.archived_at is None:
            return self._fetch(request.url, request.validators, request.source, "page", memory)
        return self._read_local(
            request.url, partial(read_archived, request.archived_at, request.url, request.source)
        )

    def sitemaps(self, url: str, source: Source | None = None) -> tuple[str, ...]:
        """Return the Sitemap lines of a URL's robots.txt, none where it cannot be read."""
        try:
            return self._session.rules(url, source).sitemaps
        except PageError:
            return ()

    def _read_local(self, url: str, read: Callable[[], Response]) -> Response:
        try:
            response = read()
            check_bytes(response.body)
        except PageError as error:
            return Response(
                requested_url=url,
                final_url=url,
                fetched_at=self._session.environment.now(),
                status=None,
                outcome=error.outcome,
                reason=error.reason,
            )
        return response
