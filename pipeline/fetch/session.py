"""The HTTP session of one process: connections, one request at a time per host, robots.txt.

``Environment`` holds what a session takes from the machine (clock, sleep, name resolution, trusted
certificates), so that tests can pass their own.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from pipeline.errors import PageError, Refused
from pipeline.fetch import response_checks
from pipeline.fetch.address import Resolve, resolve
from pipeline.fetch.body_memory import BodyMemory
from pipeline.fetch.content_encoding import OFFERED
from pipeline.fetch.http_client import Client, Headers, HttpResponse, Limits, utc_now
from pipeline.fetch.redirects import RedirectChain
from pipeline.fetch.robots import MAX_BYTES as ROBOTS_BYTES
from pipeline.fetch.robots import MemoryRobotsStore, RobotsCache, RobotsStore
from pipeline.fetch.robots_rules import RobotsRules, product_token
from pipeline.fetch.source_access import (
    merged,
    own_headers,
    proxy_address,
    without_secrets,
)
from pipeline.fetch.throttle import HostHealth, RetryableStatus, RetryPolicy, Throttle
from pipeline.models import Exchange, Source
from pipeline.outcomes import Outcome
from pipeline.settings import Settings
from pipeline.urls import authority


@dataclass(frozen=True, slots=True)
class Environment:
    """What a fetcher takes from the machine; the defaults are the real ones."""

    resolver: Resolve = resolve
    sleep: Callable[[float], None] | None = None
    """Waits for that many seconds; None for a wait that ends early when the fetcher is closed."""
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = utc_now
    ssl_context: ssl.SSLContext | None = None
    """Trusted certificates; None for the system's store."""


_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.5"
_SPARE_SECONDS = 10.0
"""Beyond the time limit of a page, a slot ends by itself after as many seconds more."""
_LONGEST_PAUSE = 86_400.0
"""Seconds that a Retry-After is believed to mean at most."""
_ROBOTS_REDIRECTS = 5
"""RFC 9309, 2.3.1.2: at least five redirects are followed, also to other hosts."""


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What one request depends on besides its URL."""

    source: Source | None = None
    kind: response_checks.Kind = "page"
    delay: float = 0.0
    """Seconds that robots.txt asks for between two requests."""
    record: Callable[[Exchange], None] = lambda exchange: None
    """Called with every request that was sent and what came of it."""
    memory: BodyMemory | None = None
    """Room to take for a long body."""


@dataclass(slots=True)
class TimeBudget:
    """The time left for one page over all its attempts and hops; waiting for a slot is free."""

    seconds_left: float


class Session:
    """Sends the requests of a process; shared by all its page requests and safe for threads.

    Args:
        settings: limits, delays, user agent.
        throttle: request slots per host.
        allow_private: whether to connect to private addresses, whatever the source says.
        retries: how often and how long a page or robots.txt is tried.
        robots: where robots.txt files are remembered; by default in this process.
        environment: clock, sleep, name resolution and trusted certificates.
    """

    def __init__(
        self,
        settings: Settings,
        throttle: Throttle,
        *,
        allow_private: bool,
        retries: RetryPolicy,
        environment: Environment,
        robots: RobotsStore | None = None,
    ) -> None:
        self.settings = settings
        self.product = settings.robots_token or product_token(settings.user_agent)
        self.retries = retries
        self.environment = environment
        self.health = HostHealth(environment.clock, retries.longest_wait)
        self._throttle = throttle
        self._allow_private = allow_private
        self._limits = Limits(
            settings.connect_timeout,
            settings.read_timeout,
            settings.total_timeout,
            settings.max_body_bytes,
        )
        self._headers = (
            ("User-Agent", settings.user_agent),
            ("Accept", _ACCEPT),
            ("Accept-Encoding", OFFERED),
        )
        self.memory = BodyMemory(settings.max_body_bytes)
        self._clients: dict[tuple[bool, str | None], Client] = {}
        self._robots_store = robots or MemoryRobotsStore()
        self._robots: dict[bool, RobotsCache] = {}
        self._free_at: dict[str, float] = {}
        """When this process may ask a host again, by the clock."""
        self._host_locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._closed = threading.Event()

    def close(self) -> None:
        """End every wait, refuse further requests and close every connection."""
        self._closed.set()
        self.memory.close()
        with self._guard:
            clients = list(self._clients.values())
        for client in clients:
            client.close()

    def rules(self, url: str, source: Source | None) -> RobotsRules:
        """Return the robots.txt rules for a URL.

        Raises:
            PageError: the rules are not known, or the host must not be asked (private address).
        """
        allow = self._allows_private(source)
        with self._guard:
            if allow not in self._robots:
                self._robots[allow] = RobotsCache(
                    self._get_robots,
                    self.product,
                    self.environment.now,
                    self._robots_store,
                )
            cache = self._robots[allow]
        parts = urlsplit(url)
        return cache.rules(f"{parts.scheme}://{authority(url)}", source)

    def get(
        self,
        url: str,
        options: RequestOptions,
        headers: Headers,
        budget: TimeBudget,
        limits: Limits | None = None,
    ) -> HttpResponse:
        """Request one URL once, when no other request to its host is running and its slot has come.

        Args:
            url: absolute http(s) URL.
            options: source, kind and robots.txt delay.
            headers: sent besides User-Agent, Accept and Accept-Encoding.
            budget: time for the page; reduced by what the request takes, without the wait.
            limits: other limits than those of the settings.

        Raises:
            PageError: no usable response.
        """
        if budget.seconds_left <= 0:
            limit = self.settings.total_timeout
            raise Refused(
                Outcome.TIMEOUT, f"no complete response within {limit:g} s (total_timeout)"
            )
        name = authority(url)
        own = own_headers(options.source, url)
        delay = max(options.delay, self._configured_delay(options.source))
        with self._host_lock(name), self._slot(name, delay):
            began = time.monotonic()
            try:
                return self._client(options.source).get(
                    url,
                    merged((*self._headers, *headers), own),
                    limits or replace(self._limits, memory=options.memory),
                    seconds=budget.seconds_left,
                    check=self._checker(options.kind),
                    record=lambda exchange: options.record(without_secrets(exchange, own)),
                )
            finally:
                budget.seconds_left -= time.monotonic() - began

    def _get_robots(
        self, url: str, source: Source | None, record: Callable[[Exchange], None]
    ) -> HttpResponse:
        """Request a robots.txt and follow its redirects."""
        limits = replace(self._limits, max_bytes=ROBOTS_BYTES, cut=True)
        options = RequestOptions(source, "document", record=record)
        budget = TimeBudget(self.settings.total_timeout)

        def ask(hop: str, cookies: Headers) -> HttpResponse:
            return self.retries.call(
                lambda: self.get(hop, options, cookies, budget, limits), self.pause
            )

        chain = RedirectChain(url, lambda hop: None, ask, _ROBOTS_REDIRECTS)
        try:
            return chain.follow()
        except PageError as error:
            if chain.history and error.outcome in (Outcome.ADDRESS_REFUSED, Outcome.UNREACHABLE):
                raise Refused(
                    Outcome.ROBOTS_UNREACHABLE, f"redirected to {chain.url[:200]}: {error.reason}"
                ) from error
            raise

    def _checker(self, kind: response_checks.Kind) -> Callable[[HttpResponse], None]:
        def check(response: HttpResponse) -> None:
            response_checks.check_status(response, self.environment.now())
            response_checks.check_type(response, kind)

        return check

    def _client(self, source: Source | None) -> Client:
        """Return the client for public or for all addresses, and for one proxy.

        Clients share no connections.
        """
        allow = self._allows_private(source)
        proxy = (source.proxy if source is not None else None) or self.settings.proxy
        proxy = proxy_address(proxy) if proxy else None
        with self._guard:
            if (allow, proxy) not in self._clients:
                self._clients[allow, proxy] = Client(
                    allow_private=allow,
                    resolver=self.environment.resolver,
                    ssl_context=self.environment.ssl_context,
                    now=self.environment.now,
                    proxy=proxy,
                )
            return self._clients[allow, proxy]

    def _allows_private(self, source: Source | None) -> bool:
        return self._allow_private or (source is not None and source.allow_private_addresses)

    def _configured_delay(self, source: Source | None) -> float:
        """Return the source's delay where it has one, else the setting, in seconds."""
        own = source.crawl_delay if source is not None else None
        return self.settings.crawl_delay if own is None else own

    def _host_lock(self, name: str) -> threading.Lock:
        with self._guard:
            return self._host_locks.setdefault(name, threading.Lock())

    def pause(self, seconds: float) -> None:
        """Wait for that many seconds, or until the fetcher is closed."""
        if self.environment.sleep is not None:
            self.environment.sleep(seconds)
        else:
            self._closed.wait(seconds)

    def failed(self, name: str, error: PageError) -> None:
        """Record that a page of a host failed; a long Retry-After pauses it in all processes."""
        self.health.failed(name, error)
        asked = error.retry_after if isinstance(error, RetryableStatus) else None
        if asked is not None and asked > self.retries.longest_wait:
            self._throttle.pause(name, min(asked, _LONGEST_PAUSE))

    def seconds_until_free(self, name: str) -> float:
        """Return how long a request to a host would wait, as far as this process knows."""
        if self._closed.is_set() or self.environment.sleep is not None:
            return 0.0
        return max(0.0, self._free_at.get(name, 0.0) - self.environment.clock())

    @contextmanager
    def _slot(self, name: str, delay: float) -> Iterator[None]:
        """Wait for the host's slot and occupy it; without a delay, the throttle is not asked."""
        if self._closed.is_set():
            raise _closed()
        if delay <= 0:
            yield
            return
        token = self._wait_for_slot(name, delay)
        try:
            yield
        finally:
            self._throttle.release(name, token)
            self._free_at[name] = self.environment.clock() + delay

    def _wait_for_slot(self, name: str, delay: float) -> int:
        """Wait until the host may be asked and return the token of its slot."""
        lasts = self.settings.total_timeout + _SPARE_SECONDS
        while True:
            slot = self._throttle.reserve(name, delay, lasts)
            if slot.is_paused:
                raise Refused(
                    Outcome.RATE_LIMITED,
                    f"not asked: {name} wants a pause (Retry-After); {slot.wait:.0f} s are left",
                )
            end = self.environment.clock() + slot.wait + lasts
            self.pause(slot.wait)
            is_late = self.environment.clock() > end  # the machine slept meanwhile
            if slot.token is not None and (is_late or self._closed.is_set()):
                self._throttle.release(name, slot.token)
            elif slot.token is not None:
                return slot.token
            if self._closed.is_set():
                raise _closed()


def _closed() -> Refused:
    return Refused(Outcome.QUARANTINED, "the fetcher was closed while the page waited")
