"""The fetcher of the simulation: everything real but the network and the clock.

Robots.txt, redirects, off-site checks, status and type checks, conditional requests and recognised
walls are those of ``pipeline.fetch``. In place of a connection, ``BoxClient`` asks the servers of
the invented web at the simulated time. Nothing waits: a page is tried once, without the retries of
a few seconds, and the pace of a host is not kept (``sockets`` measures it).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from benchmarks.collect.transport import Servers
from pipeline.errors import Transient
from pipeline.fetch.fetcher import Fetcher, Request
from pipeline.fetch.http_client import Client, Headers, HttpResponse, Limits
from pipeline.fetch.session import Environment, Session
from pipeline.fetch.throttle import MemoryThrottle, RetryPolicy
from pipeline.models import Exchange, Response, Source
from pipeline.outcomes import Outcome
from pipeline.settings import Settings


@dataclass(slots=True)
class Clock:
    """The simulated time."""

    servers: Servers
    at: int = 0
    """Seconds since the start."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return self.servers.web.time(self.at)

    def seconds(self) -> float:
        """Return the time in seconds; it never goes back."""
        return float(self.at)


class BoxClient(Client):
    """Sends a request to the servers of the invented web.

    Args:
        servers: which answer.
        clock: when.
    """

    def __init__(self, servers: Servers, clock: Clock) -> None:
        self._servers = servers
        self._clock = clock

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def get(
        self,
        url: str,
        headers: Headers,
        limits: Limits,
        *,
        seconds: float,
        check: Callable[[HttpResponse], None] = lambda response: None,
        record: Callable[[Exchange], None] = lambda exchange: None,
    ) -> HttpResponse:
        """Return the answer of the server, as ``Client.get`` does."""
        sent = {name.lower(): value for name, value in headers}
        answer = self._servers.answer(url, sent, self._clock.at)
        head = HttpResponse(answer.status, answer.headers, b"", "192.0.2.1")
        exchange = Exchange(
            url,
            self._clock.now(),
            headers,
            answer.status or None,
            answer.headers,
            answer.body,
            ip_address="192.0.2.1",
            elapsed_ms=80,
        )
        record(exchange)
        if answer.failure is not None:
            outcome = Outcome.TIMEOUT if answer.failure == "timeout" else Outcome.UNREACHABLE
            raise Transient(outcome, f"the server gives no response ({answer.failure})")
        check(head)
        is_read = 200 <= answer.status < 300
        return HttpResponse(
            answer.status, answer.headers, answer.body if is_read else b"", "192.0.2.1"
        )


class _BoxSession(Session):
    """A session whose only client is that of the box."""

    def __init__(self, settings: Settings, client: BoxClient, environment: Environment) -> None:
        super().__init__(
            settings,
            MemoryThrottle(environment.clock),
            allow_private=True,
            retries=RetryPolicy(attempts=1),
            environment=environment,
        )
        self._box_client = client

    def _client(self, source: Source | None) -> Client:
        return self._box_client


class BoxFetcher(Fetcher):
    """Fetches from the invented web at the simulated time.

    Args:
        settings: limits and the user agent; the crawl delay is not kept.
        servers: the servers of the web.
        clock: the simulated time.
    """

    def __init__(self, settings: Settings, servers: Servers, clock: Clock) -> None:
        environment = Environment(sleep=lambda seconds: None, clock=clock.seconds, now=clock.now)
        self._session = _BoxSession(settings, BoxClient(servers, clock), environment)
        self._clock = clock
        self.kept: dict[str, Response] = {}

    def now(self) -> datetime:
        """Return the simulated time."""
        return self._clock.now()

    def fetch_all(
        self, requests: Sequence[Request], is_over: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[Request, Response]]:
        """Fetch pages one after the other: nothing waits here, and the order stays the same."""
        for request in requests:
            yield request, self.fetch_request(request)
