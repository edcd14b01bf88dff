"""The invented web on real sockets: one server for all its hosts, which records who asks when.

The hosts are names that a resolver of our own maps to loopback, so that a fetcher sees hundreds of
hosts. The web's time runs as fast as that outside, and ``move_to`` sets it forward between two
ticks. Gaps between requests are measured in seconds of the real clock, as the requests arrive.
"""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from typing import NamedTuple

from benchmarks.collect.transport import Answer, Servers
from benchmarks.collect.web import Web, on_port

_SILENCE = 30.0
"""Seconds for which a server that times out keeps a request waiting."""


class Arrival(NamedTuple):
    """One request as the server saw it; seconds of its monotonic clock."""

    host: str
    target: str
    began: float
    """When its head was complete."""
    ended: float
    """When the response was handed to the network, or the client left."""


@dataclass(slots=True)
class Recorder:
    """The requests that arrived, and the lists of stories that were served."""

    arrivals: list[Arrival] = field(default_factory=list)
    lists: list[bytes] = field(default_factory=list)
    """Bodies of status 200 at addresses that are no story's: feeds, sitemaps, section pages."""

    def by_host(self) -> dict[str, list[Arrival]]:
        """Return the arrivals of each host in their order."""
        hosts: dict[str, list[Arrival]] = defaultdict(list)
        for arrival in sorted(self.arrivals, key=lambda each: each.began):
            hosts[arrival.host].append(arrival)
        return dict(hosts)

    def gaps(self) -> list[float]:
        """Return the seconds between the arrivals of two requests to one host."""
        return [
            after.began - before.began
            for arrivals in self.by_host().values()
            for before, after in pairwise(arrivals)
        ]

    def most_at_once(self) -> int:
        """Return the largest number of requests that one host had in flight."""
        most = 0
        for arrivals in self.by_host().values():
            edges = [(each.began, 1) for each in arrivals] + [(each.ended, -1) for each in arrivals]
            running = 0
            for _, step in sorted(edges):
                running += step
                most = max(most, running)
        return most


class Listener:
    """The server of a web on a loopback port.

    Args:
        web: the web without ports.
        latency: seconds that each answer takes.
        at: the web's time at the beginning.
    """

    def __init__(self, web: Web, *, latency: float = 0.02, at: int = 0) -> None:
        self.recorder = Recorder()
        self._latency = latency
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0)
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.web = on_port(web, self.port)
        self.servers = Servers(self.web)
        self.move_to(at)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def move_to(self, at: int) -> None:
        """Set the web's time, in seconds since its start."""
        self._zero = time.time() - at

    def now(self) -> int:
        """Return the web's time in seconds since its start."""
        return int(time.time() - self._zero)

    def ahead(self) -> float:
        """Return the seconds by which the web's clock is ahead of the machine's."""
        return self.web.start.timestamp() - self._zero

    def close(self) -> None:
        """Stop serving."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._answer_one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return False where the connection is not to be used again."""
        head = await reader.readuntil(b"\r\n\r\n")
        began = time.monotonic()
        target, headers = _parsed(head)
        host = headers.get("host", "")
        url = f"http://{host}{target}"
        answer = self.servers.answer(url, headers, self.now())
        if answer.failure == "timeout":
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1), _SILENCE)  # ends when the client leaves
        if answer.failure is None:
            await asyncio.sleep(self._latency)
            writer.write(_bytes(answer))
            await writer.drain()
        if answer.status == HTTPStatus.OK and self.servers.story(url) is None:
            self.recorder.lists.append(answer.body)
        self.recorder.arrivals.append(Arrival(host, target, began, time.monotonic()))
        return answer.failure is None


def _parsed(head: bytes) -> tuple[str, dict[str, str]]:
    """Return the target and the headers of a request, names in lower case."""
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return first.split(" ")[1], {name.lower(): value.strip() for name, _, value in pairs}


def _bytes(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if answer.status != HTTPStatus.NOT_MODIFIED:
        lines.append(f"Content-Length: {len(answer.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body


@contextmanager
def listening(web: Web, *, latency: float = 0.02, at: int = 0) -> Iterator[Listener]:
    """Serve a web inside the block; see ``Listener``."""
    listener = Listener(web, latency=latency, at=at)
    try:
        yield listener
    finally:
        listener.close()
