"""The memory of a process that reads long feeds and sitemaps of many sources at once.

A server process listens on one port per source: half of them name a feed, half a sitemap, each just
below the size limit, and one names a feed of 200 MB. A second process reads them all as a run does,
archives them, drops the links, and reports its greatest resident memory.
`python -m benchmarks.speed.document_memory`
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from queue import Queue

from benchmarks.speed.many_ports import NOT_FOUND, listen, measured_beside
from pipeline.archive.writer import ArchiveWriter
from pipeline.discover.discovery import documents_of, read_documents
from pipeline.discover.results import Reading
from pipeline.fetch.body_memory import LongDocuments
from pipeline.fetch.fetcher import Fetcher
from pipeline.models import Source
from pipeline.settings import Settings

SOURCES = 32
LIMIT_MB = 200
SIZE = 10_000_000
HUGE = 200_000_000
_WAITING = 4
"""Readings that wait to be stored, as in ``pipeline/stages/collect.py``."""


def _feed(base: str, size: int) -> bytes:
    item = (
        "<item><title>A story of the harbour, number {n}</title><link>{base}/{n}</link>"
        "<pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate><description>{words}</description></item>"
    )
    words = "Words of a very long feed. " * 60
    one = len(item.format(n=100000, base=base, words=words))
    items = (item.format(n=number, base=base, words=words) for number in range(size // one - 1))
    return f"<rss version='2.0'><channel><title>x</title>{''.join(items)}</channel></rss>".encode()


def _sitemap(base: str, size: int) -> bytes:
    address = "{base}/2026/11/20/a-story-of-the-harbour-{n}"
    url = f"<url><loc>{address}</loc><lastmod>2026-11-20</lastmod></url>"
    one = len(url.format(n=100000, base=base))
    urls = (url.format(n=number, base=base) for number in range(size // one - 1))
    name = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<urlset xmlns="{name}">{"".join(urls)}</urlset>'.encode()


def _serve(pipe: Connection) -> None:
    """Listen on one port per source, send the ports, and answer until the process is ended."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while request := await reader.readuntil(b"\r\n\r\n"):
            path = request.split(b" ", 2)[1]
            base = f"http://127.0.0.1:{writer.get_extra_info('sockname')[1]}"
            if path == b"/robots.txt":
                writer.write(NOT_FOUND)
                continue
            if path == b"/huge":
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n"
                )
                part = _feed(base, 1_000_000).removesuffix(b"</channel></rss>")
                for _ in range(HUGE // len(part)):
                    writer.write(part)
                    await writer.drain()
                writer.close()
                return
            body = (_feed if path == b"/feed" else _sitemap)(base, SIZE)
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n"
            writer.write(head % len(body) + body)
            await writer.drain()

    listen(pipe, SOURCES + 1, answer)


def _sources(ports: list[int]) -> list[Source]:
    found = []
    for number, port in enumerate(ports):
        base = f"http://127.0.0.1:{port}"
        names = {"feeds": (f"{base}/huge",)} if number == SOURCES else {}
        if not names:
            names = {"feeds": (f"{base}/feed",)} if number % 2 else {"sitemaps": (f"{base}/map",)}
        found.append(Source(f"s{number}", "S", homepage=base, **names))
    return found


def read(ports: list[int]) -> None:
    """Read the documents of all sources at once, and print outcomes, seconds and memory as JSON."""
    settings = Settings(crawl_delay=0.0, max_body_bytes=SIZE, total_timeout=600.0)
    start_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    outcomes: Counter[str] = Counter()
    links = 0
    ready: Queue[Reading | None] = Queue(_WAITING)
    with (
        tempfile.TemporaryDirectory() as folder,
        ArchiveWriter(folder) as archive,
        Fetcher(settings, allow_private_addresses=True) as fetcher,
        ThreadPoolExecutor(SOURCES) as pool,
    ):
        memory = LongDocuments(fetcher.memory)

        def work(source: Source) -> None:
            try:
                for reading in read_documents(source, documents_of(source), fetcher, memory=memory):
                    ready.put(reading)
            finally:
                ready.put(None)

        left = len(ports)
        for source in _sources(ports):
            pool.submit(work, source)
        while left:
            found = ready.get()
            if found is None:
                left -= 1
                continue
            if found.response is not None:
                archive.write(found.response)
            outcomes[str(found.outcome or "read")] += 1
            links += len(found.links)
            memory.end(found.room)
            del found
    result = {
        "outcomes": outcomes,
        "links": links,
        "seconds": time.monotonic() - began,
        "start_mb": start_kb / 1024,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(result) + "\n")


def main() -> None:
    """Start the server, read in a process of its own, print its memory, and check the limit."""
    found = measured_beside(_serve, "benchmarks.speed.document_memory", "read")
    sys.stdout.write(
        f"{SOURCES} sources at once with documents of {SIZE / 1e6:.0f} MB and one of"
        f" {HUGE / 1e6:.0f} MB in {found['seconds']:.1f} s: {found['outcomes']},"
        f" {found['links']} links, {found['memory_mb']:.0f} MB at most"
        f" ({found['start_mb']:.0f} MB before the first request, limit {LIMIT_MB})\n"
    )
    assert found["outcomes"] == {"read": SOURCES, "too_large": 1}
    assert found["memory_mb"] <= LIMIT_MB


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        read([int(port) for port in sys.argv[2:]])
    else:
        main()
