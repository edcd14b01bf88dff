"""Connections under guard: to checked addresses only, and over by their deadline.

The part of httpcore2 (httpx2's engine) that httpx2's own transport does not let one replace. Knows
nothing of HTTP.
"""

import contextlib
import socket
import ssl
import threading
import time
from typing import Any

import httpcore2

from pipeline.fetch.address import Resolve, addresses

_QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class Deadline(threading.local):
    """When the request of this thread must be over (``time.monotonic``)."""

    at: float = float("inf")

    def cap(self, timeout: float | None) -> float:
        """Return the timeout, or what is left if that is less; raises ReadTimeout at the end."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for this page is over")
        return left if timeout is None else min(left, timeout)


class _Stream(httpcore2.NetworkStream):
    """A connection whose every read ends by the deadline, headers that drip in included."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._acknowledge_at_once()
        return self._inner.read(max_bytes, self._deadline.cap(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.cap(timeout))

    def close(self) -> None:
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
        """Keep small servers from waiting 40 ms for our delayed ACK (Nagle's algorithm, Linux).

        Python's own http.server on a kept connection: 21 pages/s without this, 470 with it.
        """
        if _QUICKACK is not None:
            sock = self._inner.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)


class GuardedBackend(httpcore2.NetworkBackend):
    """Resolves a host once, checks what came, and connects to exactly that."""

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
        """Connect to the first checked address that answers; raises PageError for none."""
        found = addresses(host, port, allow_private=self._allow_private, resolver=self._resolver)
        for address in found[:-1]:
            with contextlib.suppress(httpcore2.ConnectError, httpcore2.ConnectTimeout):
                return self._connect(address, port, timeout)
        return self._connect(found[-1], port, timeout)

    def _connect(self, address: str, port: int, timeout: float | None) -> httpcore2.NetworkStream:
        return _Stream(
            self._inner.connect_tcp(address, port, self._deadline.cap(timeout)), self._deadline
        )
