"""One GET over HTTP/1.1, guarded and limited: the only module that imports httpx2.

Knows URLs and bytes; neither robots nor redirects nor sources. There is no switch for TLS
verification, no proxy, no cookie jar and no redirect following in here, by construction: the
transport is driven directly, since ``httpx2.Client`` brings all of these and its stock transport
cannot be told which address to connect to (httpcore2, its engine, can: ``network_backend``).
"""

import contextlib
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import httpcore2
import httpx2

from pipeline.errors import PageError, Refused, Transient
from pipeline.fetch.address import Resolve
from pipeline.fetch.decode import BodyReader
from pipeline.fetch.wire import Deadline, GuardedBackend
from pipeline.outcomes import Outcome

Headers = tuple[tuple[str, str], ...]
_DRAIN_BYTES = 65_536
"""Of an answer that carries no page we read this much, to keep its connection usable."""
_BROKEN = (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to one request."""

    status: int
    headers: Headers
    body: bytes
    ip_address: str | None

    def header(self, name: str) -> str | None:
        """Return the first header of that name, compared without case, or None."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one request, in seconds and bytes."""

    connect_timeout: float
    read_timeout: float
    max_bytes: int
    cut: bool = False
    """Keep the first ``max_bytes`` instead of refusing a longer body."""


@lru_cache(maxsize=1)
def _system_trust() -> ssl.SSLContext:
    """Return the system's certificate store, or SSL_CERT_FILE; 60 ms, so once a process."""
    return httpx2.create_ssl_context()


class Client:
    """Asks for one URL at a time per thread; keeps connections open between requests.

    Args:
        allow_private: connect to loopback and private addresses too.
        resolver: name resolution, for tests of DNS rebinding.
        ssl_context: trust of your own; the system's store otherwise.
    """

    def __init__(
        self, *, allow_private: bool, resolver: Resolve, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self._deadline = Deadline()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context or _system_trust(),
            max_connections=128,
            max_keepalive_connections=64,
            keepalive_expiry=30.0,
            network_backend=GuardedBackend(
                allow_private=allow_private, resolver=resolver, deadline=self._deadline
            ),
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def get(
        self,
        url: str,
        headers: Headers,
        limits: Limits,
        *,
        seconds: float,
        check: Callable[[Answer], None] = lambda answer: None,
    ) -> Answer:
        """Ask once; ``check`` sees status and headers before a byte of the body is read.

        Args:
            url: absolute http(s) URL.
            headers: sent as they are, after Host.
            limits: of this request.
            seconds: for the whole request, connecting included.
            check: raises PageError to refuse the body.

        Raises:
            PageError: no answer that can be used; ``Transient`` when another try may help.
        """
        self._deadline.at = time.monotonic() + seconds
        with _translated(url, seconds):
            request = _request(url, headers, limits)
            with contextlib.closing(_Exchange(self._pool.handle_request(request))) as exchange:
                check(exchange.head)
                return exchange.read(limits)


class _Exchange:
    """An answer whose body is still on its way."""

    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response
        self._is_read = False
        stream = response.extensions.get("network_stream")
        peer = stream.get_extra_info("server_addr") if stream else None
        headers = tuple(
            (key.decode("latin-1"), value.decode("latin-1")) for key, value in response.headers
        )
        self.head = Answer(response.status, headers, b"", peer[0] if peer else None)

    def close(self) -> None:
        """End the exchange; a short body that nobody read is taken off the wire first.

        A connection with an unread body cannot be used again, and every 404 would cost a new one.
        """
        if not self._is_read and self._announced() <= _DRAIN_BYTES:
            with contextlib.suppress(*_BROKEN):
                for _ in self._response.iter_stream():
                    pass
        self._response.close()

    def read(self, limits: Limits) -> Answer:
        head = self.head
        if not 200 <= head.status < 300:
            return head
        reader = BodyReader(head.header("content-encoding") or "", limits.max_bytes, cut=limits.cut)
        self._refuse_announced(limits)
        self._is_read = True
        for chunk in self._response.iter_stream():
            reader.feed(chunk)
            if reader.is_full:
                break
        return Answer(head.status, head.headers, reader.body(), head.ip_address)

    def _announced(self) -> float:
        """Return the announced length of the body; infinite where none is."""
        if self.head.status == 304:
            return 0
        text = self.head.header("content-length") or ""
        return int(text) if text.isascii() and text.isdigit() else float("inf")

    def _refuse_announced(self, limits: Limits) -> None:
        announced = self._announced()
        if limits.max_bytes < announced < float("inf") and not limits.cut:
            raise Refused(
                Outcome.TOO_LARGE,
                f"body of {announced} bytes announced, the limit is {limits.max_bytes}",
                self.head.status,
            )


def _request(url: str, headers: Headers, limits: Limits) -> httpcore2.Request:
    """Build the request; ``httpx2.URL`` does IDNA and percent-encoding."""
    parsed = httpx2.URL(url)
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Refused(Outcome.ADDRESS_REFUSED, f"{url[:200]!r} is not an absolute http(s) URL")
    pairs = [("Host", parsed.netloc.decode("ascii")), *headers]
    return httpcore2.Request(
        "GET",
        httpcore2.URL(
            scheme=parsed.raw_scheme,
            host=parsed.raw_host,
            port=parsed.port,
            target=parsed.raw_path,
        ),
        headers=[(key.encode("latin-1"), value.encode("latin-1")) for key, value in pairs],
        extensions={
            "timeout": {
                "connect": limits.connect_timeout,
                "read": limits.read_timeout,
                "write": limits.read_timeout,
                "pool": limits.connect_timeout,
            }
        },
    )


@contextlib.contextmanager
def _translated(url: str, seconds: float) -> Iterator[None]:
    """Turn the library's errors into ours: who is at fault, and whether to try again."""
    try:
        yield
    except PageError:
        raise
    except (httpx2.InvalidURL, UnicodeError, httpcore2.UnsupportedProtocol) as error:
        raise Refused(Outcome.ADDRESS_REFUSED, f"{url[:200]!r}: {error}") from error
    except httpcore2.ConnectTimeout as error:
        raise Transient(Outcome.TIMEOUT, "no connection within the time limit") from error
    except httpcore2.TimeoutException as error:
        raise Transient(
            Outcome.TIMEOUT, f"no complete answer ({error or 'silence'}); limit {seconds:.0f} s"
        ) from error
    except httpcore2.NetworkError as error:
        raise _network_error(error) from error
    except httpcore2.ProtocolError as error:
        raise Transient(Outcome.UNREACHABLE, f"no proper HTTP answer: {error}") from error


def _network_error(error: Exception) -> PageError:
    """Tell TLS trouble, which another try does not mend, from a connection that broke."""
    if isinstance(error.__cause__, ssl.SSLError):
        return Refused(Outcome.UNREACHABLE, f"TLS: {error}")
    return Transient(Outcome.UNREACHABLE, f"the connection failed: {error}")
