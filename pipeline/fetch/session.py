"""The network as one process may use it: connections, each authority's turn and slot, robots.txt.

Knows neither redirects of pages nor what an answer means for a page.

What a fetcher takes from the machine: time, sleep, name resolution, trust; tests give others.
"""

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from pipeline.errors import Refused
from pipeline.fetch import response_checks
from pipeline.fetch.address import Resolve, resolve
from pipeline.fetch.http_client import OFFERED, Answer, Client, Headers, Limits
from pipeline.fetch.redirects import Visit
from pipeline.fetch.robots import MAX_BYTES as ROBOTS_BYTES
from pipeline.fetch.robots import RobotsMemory, Rules, product_token
from pipeline.fetch.throttle import HostHealth, Pace, Patience
from pipeline.models import Source
from pipeline.outcomes import Outcome
from pipeline.settings import Settings
from pipeline.urls import authority


def utc_now() -> datetime:
    """Return the time of day, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The machine as a fetcher sees it."""

    resolver: Resolve = resolve
    sleep: Callable[[float], None] | None = None
    """Waits that many seconds; None for a wait that ends when the fetcher is closed."""
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = utc_now
    ssl_context: ssl.SSLContext | None = None
    """Trust of your own; None for the system's store."""


_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.5"
_ROBOTS_REDIRECTS = 5
"""RFC 9309, 2.3.1.2: at least five, also to other authorities."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms one request is made."""

    source: Source | None = None
    kind: response_checks.Kind = "page"
    delay: float = 0.0
    """Seconds that robots.txt asks for between two requests."""


@dataclass(slots=True)
class Budget:
    """The seconds left for one page: connecting, headers, bodies, of all tries and hops."""

    left: float


class Network:
    """Shared by all fetches of a process; safe for threads.

    Args:
        settings: limits, delays, user agent.
        pace: memory of slots.
        allow_private: connect to private addresses, whatever the source says.
        patience: retries of robots.txt.
        around: time, sleep and name resolution.
    """

    def __init__(
        self,
        settings: Settings,
        pace: Pace,
        *,
        allow_private: bool,
        patience: Patience,
        around: Surroundings,
    ) -> None:
        self.settings = settings
        self.patience = patience
        self.around = around
        self.health = HostHealth(around.clock, patience.longest_wait)
        self._pace = pace
        self._allow_private = allow_private
        self._limits = Limits(
            settings.connect_timeout, settings.read_timeout, settings.max_body_bytes
        )
        self._headers = (
            ("User-Agent", settings.user_agent),
            ("Accept", _ACCEPT),
            ("Accept-Encoding", OFFERED),
        )
        self._clients: dict[bool, Client] = {}
        self._robots: dict[bool, RobotsMemory] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._closed = threading.Event()

    def close(self) -> None:
        """End every wait and close every connection."""
        self._closed.set()
        with self._guard:
            clients = list(self._clients.values())
        for client in clients:
            client.close()

    def rules(self, url: str, source: Source | None) -> Rules:
        """Return the robots.txt in force for a URL.

        Raises:
            PageError: the host cannot be reached at all, or may not be.
        """
        allow = self._allows_private(source)
        with self._guard:
            if allow not in self._robots:
                self._robots[allow] = RobotsMemory(
                    partial(self._robots_answer, source),
                    product_token(self.settings.user_agent),
                    self.around.clock,
                )
            memory = self._robots[allow]
        parts = urlsplit(url)
        return memory.rules(f"{parts.scheme}://{parts.netloc}")

    def get(
        self,
        url: str,
        terms: Terms,
        headers: Headers,
        budget: Budget,
        limits: Limits | None = None,
    ) -> Answer:
        """Ask once for one URL, in its authority's turn and slot; the wait costs no budget.

        Raises:
            PageError: no answer that can be used.
        """
        name = authority(url)
        with self._turn(name):
            self._wait_for_slot(name, max(terms.delay, self._own_delay(terms.source)))
            began = time.monotonic()
            try:
                return self._client(terms.source).get(
                    url,
                    (*self._headers, *headers),
                    limits or self._limits,
                    seconds=budget.left,
                    check=self._checker(terms.kind),
                )
            finally:
                budget.left -= time.monotonic() - began

    def _robots_answer(self, source: Source | None, url: str) -> Answer:
        limits = replace(self._limits, max_bytes=ROBOTS_BYTES, cut=True)
        terms = Terms(source, "document")

        budget = Budget(self.settings.total_timeout)

        def ask(hop: str, cookies: Headers) -> Answer:
            return self.patience.tries(lambda: self.get(hop, terms, cookies, budget, limits))

        return Visit(url, lambda hop: None, ask, _ROBOTS_REDIRECTS).follow()

    def _checker(self, kind: response_checks.Kind) -> Callable[[Answer], None]:
        def check(answer: Answer) -> None:
            response_checks.check_status(answer, self.around.now())
            response_checks.check_type(answer, kind)

        return check

    def _client(self, source: Source | None) -> Client:
        """Return the client of this trust: connections never cross the guard."""
        allow = self._allows_private(source)
        with self._guard:
            if allow not in self._clients:
                self._clients[allow] = Client(
                    allow_private=allow,
                    resolver=self.around.resolver,
                    ssl_context=self.around.ssl_context,
                )
            return self._clients[allow]

    def _allows_private(self, source: Source | None) -> bool:
        return self._allow_private or (source is not None and source.allow_private_addresses)

    def _own_delay(self, source: Source | None) -> float:
        """Return the source's delay where it names one, else the setting: the nearer word wins."""
        asked = source.crawl_delay if source is not None else None
        return self.settings.crawl_delay if asked is None else asked

    def _turn(self, name: str) -> threading.Lock:
        with self._guard:
            return self._turns.setdefault(name, threading.Lock())

    def _wait_for_slot(self, name: str, delay: float) -> None:
        if delay <= 0:  # nothing to space out: saves a shared pace its round trip
            return
        seconds = self._pace.reserve(name, delay)
        if self.around.sleep is not None:
            self.around.sleep(seconds)
        elif seconds > 0 and self._closed.wait(seconds):
            raise Refused(Outcome.QUARANTINED, "the fetcher was closed while the page waited")
