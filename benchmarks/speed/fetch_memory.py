"""The memory of a fetch process: many hosts at once, each sending bodies near the size limit.

A server process listens on one port per host and sends bodies of 9.9 MB, every second one as gzip.
A second process fetches them all through ``Fetcher.fetch_all`` into a WARC file and reports its
greatest resident memory. `python -m benchmarks.speed.fetch_memory`
"""

import asyncio
import gzip
import json
import resource
import sys
import tempfile
import time
from multiprocessing.connection import Connection

from benchmarks.speed.many_ports import NOT_FOUND, listen, measured_beside
from pipeline.archive.writer import ArchiveWriter
from pipeline.fetch.fetcher import Fetcher, Request
from pipeline.settings import Settings

HOSTS = 48
PAGES = 4
BODY = b"<html>" + b"<p>Words of a very long page.</p>\n" * 290_000 + b"</html>"
LIMIT_MB = 200


def _serve(pipe: Connection) -> None:
    """Listen on one port per host, send the ports, and answer until the process is ended."""
    bodies = [(b"", BODY), (b"Content-Encoding: gzip\r\n", gzip.compress(BODY, 1))]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while request := await reader.readuntil(b"\r\n\r\n"):
            path = request.split(b" ", 2)[1]
            if path == b"/robots.txt":
                writer.write(NOT_FOUND)
            else:
                encoding, body = bodies[int(path.strip(b"/")) % 2]
                head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                writer.write(head + encoding + b"Content-Length: %d\r\n\r\n" % len(body))
                writer.write(body)
            await writer.drain()

    listen(pipe, HOSTS, answer)


def fetch(ports: list[int]) -> None:
    """Fetch every page of every host, archive it, and print bytes, seconds and memory as JSON."""
    requests = [
        Request(page * HOSTS + number, f"http://127.0.0.1:{port}/{page}")
        for page in range(PAGES)
        for number, port in enumerate(ports)
    ]
    settings = Settings(crawl_delay=0.0, max_body_bytes=len(BODY), hosts_at_once=HOSTS)
    start_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    size = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        ArchiveWriter(folder) as archive,
        Fetcher(settings, allow_private_addresses=True) as fetcher,
    ):
        for _, response in fetcher.fetch_all(requests):
            assert response.body == BODY, response.reason
            archive.write(response)
            size += len(response.body)
    found = {
        "bytes": size,
        "seconds": time.monotonic() - began,
        "start_mb": start_kb / 1024,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(found) + "\n")


def main() -> None:
    """Start the server, fetch in a process of its own, print its memory, and check the limit."""
    found = measured_beside(_serve, "benchmarks.speed.fetch_memory", "fetch")
    sys.stdout.write(
        f"{HOSTS} hosts at once, {found['bytes'] / 1e6:.0f} MB in bodies of {len(BODY) / 1e6:.1f}"
        f" in {found['seconds']:.1f} s: {found['memory_mb']:.0f} MB at most"
        f" ({found['start_mb']:.0f} MB before the first request, limit {LIMIT_MB})\n"
    )
    assert found["memory_mb"] <= LIMIT_MB


if __name__ == "__main__":
    if sys.argv[1:2] == ["fetch"]:
        fetch([int(port) for port in sys.argv[2:]])
    else:
        main()
