"""One GET over HTTP/1.1: to a checked address, within a deadline and a size limit.

This is the only module that imports httpx2. TLS verification cannot be switched off, and there is
no cookie jar and no following of redirects: ``httpx2.Client`` brings all of these, and
its transport cannot be told which address to connect to. Its engine httpcore2 can (a network
backend), so the engine is driven directly.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

import httpcore2
import httpx2

from pipeline.errors import PageError, Refused, Transient
from pipeline.fetch.address import Resolve, allowed_addresses, refuse_written_address
from pipeline.fetch.body_memory import SMALL_BODY, BodyMemory
from pipeline.fetch.content_encoding import BodyReader
from pipeline.fetch.response_head import END_OF_HEAD, is_interim, repaired
from pipeline.models import Exchange
from pipeline.outcomes import Outcome
from pipeline.urls import authority

_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Deadline(threading.local):
    """The time by which the request of the current thread must be over."""

    at: float = float("inf")
    """A reading of ``time.monotonic``."""

    def cap(self, timeout: float | None) -> float:
        """Return the timeout, or the seconds left until the deadline if these are fewer.

        Raises:
            httpcore2.ReadTimeout: the deadline has passed.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for this page is used up")
        return left if timeout is None else min(left, timeout)


_LONGEST_HEAD = 100_000
"""Bytes; the parser's own limit."""


class _Stream(httpcore2.NetworkStream):
    """A connection on which no read outlasts the deadline, even where headers come byte by byte.

    The head of a response is read as a whole and repaired, see ``response_head``.
    """

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline
        self._head: bytearray | None = None
        """What was read of a head that is not complete; None while a body is read."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._head is None:
            return self._receive(max_bytes, timeout)
        seen = 0
        while (end := END_OF_HEAD.search(self._head, seen)) is None:
            seen = max(0, len(self._head) - 3)
            data = self._receive(max_bytes, timeout)
            self._head += data
            if not data or len(self._head) > _LONGEST_HEAD:
                rest, self._head = bytes(self._head), None
                return rest
        head, rest = bytes(self._head[: end.end()]), bytes(self._head[end.end() :])
        if is_interim(head):
            self._head = bytearray(rest)
            return repaired(head)
        self._head = None
        return repaired(head) + rest

    def _receive(self, max_bytes: int, timeout: float | None) -> bytes:
        self._acknowledge_at_once()
        return self._inner.read(max_bytes, self._deadline.cap(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._head = bytearray()
        self._inner.write(buffer, self._deadline.cap(timeout))

    def close(self) -> None:
        """Close the connection; a read on it in another thread ends at once.

        Closing alone would not end it: on Linux such a read waits for its timeout.
        """
        with contextlib.suppress(OSError):
            self._inner.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._deadline.cap(timeout))
        return _Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _acknowledge_at_once(self) -> None:
        """Send the TCP acknowledgement now, so that the server need not wait 40 ms for it.

        Servers with Nagle's algorithm hold back data until then (Linux delays acknowledgements).
        Python's own http.server on a kept connection: 21 pages/s without this, 470 with it.
        """
        if _QUICKACK is not None:
            sock = self._inner.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)


class GuardedBackend(httpcore2.NetworkBackend):
    """Resolves a host once, checks the addresses, and connects to one of exactly those."""

    def __init__(self, *, allow_private: bool, resolver: Resolve, deadline: Deadline) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._deadline = deadline
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first allowed address that answers.

        Raises:
            PageError: no address of the host is allowed.
        """
        allowed = allowed_addresses(
            host, port, allow_private=self._allow_private, resolver=self._resolver
        )
        for address in allowed[:-1]:
            with contextlib.suppress(httpcore2.ConnectError, httpcore2.ConnectTimeout):
                return self._connect(address, port, timeout)
        return self._connect(allowed[-1], port, timeout)

    def _connect(self, address: str, port: int, timeout: float | None) -> httpcore2.NetworkStream:
        return _Stream(
            self._inner.connect_tcp(address, port, self._deadline.cap(timeout)), self._deadline
        )


Headers = tuple[tuple[str, str], ...]
ERROR_BODY_BYTES = SMALL_BODY
"""Bytes kept of the body of an error page: what tells a bot wall stands at its beginning."""
_DRAIN_BYTES = 65_536
"""Bytes read of a body that nobody needs, to keep its connection usable."""
_MAX_CONNECTIONS = 600
"""More than the most hosts at once, each of which has one request."""
_BROKEN = (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError)


def header(headers: Headers, name: str) -> str | None:
    """Return the first header of that name, which is given in lower case, or None."""
    return next((value for key, value in headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A server's response to one request, its body decoded from Content-Encoding."""

    status: int
    headers: Headers
    body: bytes
    ip_address: str | None

    def header(self, name: str) -> str | None:
        """Return the first header of that name, which is given in lower case, or None."""
        return header(self.headers, name)


def held_bytes(exchanges: Iterable[Exchange]) -> int:
    """Return the room in memory that the bodies of a page's exchanges hold."""
    return sum(len(each.body) for each in exchanges if len(each.body) > SMALL_BODY)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one request, in seconds and bytes."""

    connect_timeout: float
    read_timeout: float
    total_timeout: float
    """Of the whole page, for the reason of a time-out; ``get`` takes what is left of it."""
    max_bytes: int
    cut: bool = False
    """Keep the first ``max_bytes`` instead of refusing a longer body."""
    memory: BodyMemory | None = None
    """Room to take for a long body; the caller gives back what ``held_bytes`` says."""


@lru_cache(maxsize=1)
def _system_trust() -> ssl.SSLContext:
    """Return the system's certificate store or that of SSL_CERT_FILE; loading it takes 60 ms."""
    return httpx2.create_ssl_context()


def utc_now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


_POOLS = 16
"""Pools among which hosts are divided. Before each request a pool asks every idle connection if it
still lives: one pool polled 62,256 sockets for 1,024 pages of 32 hosts
(``benchmarks/speed/crawl_speed.py`` under a profiler)."""


class Client:
    """Sends one request at a time per thread and keeps connections open between requests.

    Args:
        allow_private: whether to connect to loopback and private addresses too.
        resolver: name resolution; tests of DNS rebinding pass their own.
        ssl_context: trusted certificates; None for the system's store.
        now: the time at which a request is sent, for its record.
        proxy: address of an HTTP proxy, with its login if it wants one. The proxy resolves names
            then, so that the guard sees only addresses that are written in a URL.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        resolver: Resolve,
        ssl_context: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = utc_now,
        proxy: str | None = None,
    ) -> None:
        self._now = now
        self._deadline = Deadline()
        self._is_direct = proxy is None
        self._proxy = urlsplit(proxy).netloc.rpartition("@")[2] if proxy else None
        self._allow_private = allow_private
        backend = GuardedBackend(
            allow_private=allow_private or proxy is not None,
            resolver=resolver,
            deadline=self._deadline,
        )
        trusted = ssl_context or _system_trust()
        self._pools = [_pool(proxy, trusted, backend) for _ in range(_POOLS)]

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools:
            pool.close()

    def _pool_of(self, url: str) -> httpcore2.ConnectionPool:
        return self._pools[hash(authority(url)) % _POOLS]

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
        """Send one GET and return the response.

        Args:
            url: absolute http(s) URL.
            headers: sent as they are, after Host.
            limits: of this request.
            seconds: time for the whole request, connecting included.
            check: called with status and headers before any of the body is read; raises
                PageError to refuse it.
            record: called once with the request as it was sent and what came of it, also where
                no response came; not where the address was refused.

        Raises:
            PageError: no usable response; ``Transient`` where another attempt may help.
        """
        self._deadline.at = time.monotonic() + seconds
        with _translated(url, limits, self._deadline, self._proxy):
            request = _request(url, headers, limits)
            if not self._is_direct and not self._allow_private:
                refuse_written_address(request.url.host.decode("ascii"))
            transfer = _Transfer(url, request, self._now(), is_direct=self._is_direct)
            try:
                return transfer.run(self._pool_of(url), limits, check, self._deadline)
            finally:
                if transfer.was_sent:
                    record(transfer.exchange())


def _pool(
    proxy: str | None, ssl_context: ssl.SSLContext, backend: GuardedBackend
) -> httpcore2.ConnectionPool:
    """Return a connection pool, directly or through a proxy."""
    limits: dict[str, Any] = {
        "ssl_context": ssl_context,
        "max_connections": _MAX_CONNECTIONS,
        "max_keepalive_connections": 8,
        "keepalive_expiry": 30.0,
        "network_backend": backend,
    }
    if proxy is None:
        return httpcore2.ConnectionPool(**limits)
    parts = urlsplit(proxy)
    login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    address = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return httpcore2.HTTPProxy(address, proxy_auth=login, **limits)


@dataclass(slots=True)
class _Transfer:
    """One request and its response, from the connection to the end of the body."""

    url: str
    request: httpcore2.Request
    sent_at: datetime
    was_sent: bool = True
    """False where the guard let no connection be made."""
    head: HttpResponse = field(default_factory=lambda: HttpResponse(0, (), b"", None))
    is_direct: bool = True
    """False where the connection is one to a proxy, whose address is not the site's."""
    is_whole: bool = False
    """Whether the body was read to its end."""
    _reader: BodyReader | None = None
    _began: float = field(default_factory=time.monotonic)

    def run(
        self,
        pool: httpcore2.ConnectionPool,
        limits: Limits,
        check: Callable[[HttpResponse], None],
        deadline: Deadline,
    ) -> HttpResponse:
        """Send the request and return the response with its body where the status is 2xx.

        The beginning of other bodies is read for the record only.
        """
        response = self._send(pool)
        try:
            check(self.head)
            if 200 <= self.head.status < 300:
                self._refuse_announced(limits)
                return replace(self.head, body=self._read_page(response, limits, deadline))
            return self.head
        finally:
            self._finish(response)

    def exchange(self) -> Exchange:
        """Return the record of the transfer."""
        return Exchange(
            url=self.url,
            sent_at=self.sent_at,
            request_headers=_as_text(self.request.headers),
            status=self.head.status or None,
            headers=self.head.headers,
            body=self._reader.beginning(ERROR_BODY_BYTES) if self._reader else b"",
            is_cut=bool(self.head.status) and not self.is_whole,
            ip_address=self.head.ip_address,
            elapsed_ms=round((time.monotonic() - self._began) * 1000),
        )

    def _send(self, pool: httpcore2.ConnectionPool) -> httpcore2.Response:
        try:
            response = pool.handle_request(self.request)
        except PageError:
            self.was_sent = False
            raise
        stream = response.extensions.get("network_stream")
        peer = stream.get_extra_info("server_addr") if stream and self.is_direct else None
        self.head = HttpResponse(
            response.status, _as_text(response.headers), b"", peer[0] if peer else None
        )
        return response

    def _finish(self, response: httpcore2.Response) -> None:
        """Read a short body that is unread, so that the connection can be used again, and close.

        Without it, every 404 would cost a new connection.
        """
        with contextlib.closing(response), contextlib.suppress(PageError, *_BROKEN):
            if self.head.status == 304:
                self.is_whole = True
            elif self._reader is not None:
                return
            elif not 200 <= self.head.status < 300 or self.head.status == 206:
                self._read_body(response, ERROR_BODY_BYTES, cut=True)
            elif self._announced_bytes() <= _DRAIN_BYTES:
                for _ in response.iter_stream():
                    pass

    def _read_page(self, response: httpcore2.Response, limits: Limits, deadline: Deadline) -> bytes:
        """Read the body of a page, which takes room in memory before it becomes long."""
        taken = 0

        def take_room() -> None:
            nonlocal taken
            if limits.memory is not None:
                began = time.monotonic()
                limits.memory.take(limits.max_bytes)
                deadline.at += time.monotonic() - began  # the server is not to blame for the wait
                taken = limits.max_bytes

        kept = 0
        try:
            try:
                body = self._read_body(response, limits.max_bytes, cut=limits.cut, grow=take_room)
            except _BROKEN:
                # Some servers announce more bytes than they send: the page is there all the same.
                if self._reader is None or not self._reader.ends_with(b"</html>"):
                    raise
                body = self._reader.body()
            kept = len(body) if len(body) > SMALL_BODY else 0
        finally:
            if limits.memory is not None and taken:
                limits.memory.give_back(taken - kept)
        return body

    def _read_body(
        self,
        response: httpcore2.Response,
        max_bytes: int,
        *,
        cut: bool,
        grow: Callable[[], None] = lambda: None,
    ) -> bytes:
        encoding = self.head.header("content-encoding") or ""
        self._reader = BodyReader(encoding, max_bytes, cut=cut, grow=grow)
        for chunk in response.iter_stream():
            self._reader.feed(chunk)
            if self._reader.is_full:
                break
        body = self._reader.body()
        self.is_whole = not self._reader.is_full
        return body

    def _announced_bytes(self) -> float:
        """Return the length of the body as Content-Length states it, infinity where it does not."""
        text = self.head.header("content-length") or ""
        return int(text) if text.isascii() and text.isdigit() else float("inf")

    def _refuse_announced(self, limits: Limits) -> None:
        announced = self._announced_bytes()
        if limits.max_bytes < announced < float("inf") and not limits.cut:
            raise Refused(
                Outcome.TOO_LARGE,
                f"body of {announced} bytes announced, the limit is {limits.max_bytes}",
                self.head.status,
            )


def _as_text(headers: list[tuple[bytes, bytes]]) -> Headers:
    return tuple((key.decode("latin-1"), value.decode("latin-1")) for key, value in headers)


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
def _translated(url: str, limits: Limits, deadline: Deadline, proxy: str | None) -> Iterator[None]:
    """Turn the library's errors into ``PageError``: whose fault it is, and whether to try again."""
    try:
        yield
    except PageError:
        raise
    except (httpx2.InvalidURL, UnicodeError, httpcore2.UnsupportedProtocol) as error:
        raise Refused(Outcome.ADDRESS_REFUSED, f"{url[:200]!r}: {error}") from error
    except httpcore2.TimeoutException as error:
        raise Transient(Outcome.TIMEOUT, _timeout_reason(error, limits, deadline)) from error
    except httpcore2.ProxyError as error:
        raise Transient(
            Outcome.UNREACHABLE, f"the proxy refused: {error}; check its address and login"
        ) from error
    except httpcore2.ConnectError as error:
        if proxy is None or isinstance(error.__context__, ssl.SSLError):
            raise _network_error(error, url) from error
        raise Transient(
            Outcome.UNREACHABLE, f"the proxy {proxy} cannot be reached: {error}; check its address"
        ) from error
    except httpcore2.NetworkError as error:
        raise _network_error(error, url) from error
    except httpcore2.ProtocolError as error:
        raise Transient(Outcome.UNREACHABLE, f"no valid HTTP response: {error}") from error


def _timeout_reason(error: httpcore2.TimeoutException, limits: Limits, deadline: Deadline) -> str:
    """Say which of the limits was reached."""
    if time.monotonic() >= deadline.at - 0.01:
        return f"no complete response within {limits.total_timeout:g} s (total_timeout)"
    if isinstance(error, httpcore2.ConnectTimeout):
        return f"no connection within {limits.connect_timeout:g} s (connect_timeout)"
    return f"no data for {limits.read_timeout:g} s (read_timeout)"


_STORE = "add its issuer to the system's store, or name a file with it in SSL_CERT_FILE"
_CERTIFICATE_FAULTS = {
    # OpenSSL's X509_V_ERR codes.
    9: "the certificate is not valid yet; check this machine's clock",
    10: "the certificate has expired; the site must renew it",
    18: f"the certificate is self-signed; if you trust it, {_STORE}",
    19: f"the certificate chain ends in a self-signed one that is not trusted; {_STORE}",
    20: f"the certificate's issuer is unknown, or the site sends an incomplete chain; {_STORE}",
    21: f"the certificate's issuer is unknown, or the site sends an incomplete chain; {_STORE}",
    23: "the certificate was revoked",
    62: "the certificate is for another host name; check the address in the source",
    64: "the certificate is for another address; use the site's host name in the source",
}


def _network_error(error: Exception, url: str) -> PageError:
    """Return Refused for a TLS error, which no other attempt mends, else Transient."""
    # The connection pool raises its errors "from None", which leaves only the context.
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        known = _CERTIFICATE_FAULTS.get(cause.verify_code)
        reason = f"{known} ({cause.verify_message})" if known else f"certificate: {error}"
        return Refused(Outcome.UNREACHABLE, f"TLS: {urlsplit(url).netloc}: {reason}")
    if isinstance(cause, ssl.SSLError):
        reason = f"{cause.reason or error}; its server may speak an old TLS version or none"
        return Refused(Outcome.UNREACHABLE, f"TLS: {urlsplit(url).netloc}: {reason}")
    return Transient(Outcome.UNREACHABLE, f"the connection failed: {error}")
