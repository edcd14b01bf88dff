"""Measure fetching and archiving beside Scrapy: ``python -m benchmarks.speed.crawl_speed``.

Both fetch the same pages from one server on loopback, obey robots.txt, send one request at a time
to a host, and write each exchange as WARC request and response records, gzip members at the same
level: Scrapy by warcio, whose fixed level 9 is set to ours. Each runs in a process of its own, one
after the other, three times in turn; the medians are printed. CPU is that of the fetching process,
from its first request to its last, without imports.
"""

import asyncio
import gzip
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from benchmarks.collect import texts

HOSTS = 32
PAGES_OF_HOST = 32
ROUNDS = 3
MAX_CPU_RATIO = 0.5
"""Our CPU time for a page as a part of Scrapy's, at most."""
_GZIP_LEVEL = 6
"""The level of ``pipeline.archive``."""


def page(number: int) -> bytes:
    """Return a page of about 70 kB, most of it markup and scripts, as news pages are."""
    draw = random.Random(number)
    story = "".join(
        f"<p>{each}</p>\n" for each in texts.paragraphs(texts.sentences(str(number), 700))
    )
    teasers = "".join(
        f'<li class="teaser teaser--{draw.randrange(9)}"><a href="/{texts.slug(f"{number}/{at}")}">'
        f'<img loading="lazy" src="/media/{draw.randrange(10**9)}.jpg" width="320" height="180">'
        f"{texts.headline(f'{number}/{at}')}</a></li>\n"
        for at in range(120)
    )
    state = json.dumps({f"key{at}": draw.random() for at in range(900)})
    return (
        f"<!doctype html><html lang=en><head><title>{texts.headline(str(number))}</title></head>"
        f"<body><article>{story}</article><ul>{teasers}</ul><script>state={state}</script>"
        "</body></html>"
    ).encode()


@contextmanager
def served(pages: Sequence[bytes]) -> Iterator[int]:
    """Serve pages under /0, /1, … on every loopback address, compressed, and yield the port."""
    bodies = [gzip.compress(each, 6) for each in pages]
    loop = asyncio.new_event_loop()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                body = bodies[int(path[1:])] if path[1:].isdigit() else b""
                status = "200 OK" if body else "404 Not Found"
                lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
                if body:
                    lines += ["Content-Type: text/html; charset=utf-8", "Content-Encoding: gzip"]
                writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(handle, "0.0.0.0", 0))  # noqa: S104
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield server.sockets[0].getsockname()[1]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def urls(port: int) -> list[str]:
    """Return the addresses of all pages; each host is a loopback address of its own."""
    return [
        f"http://127.0.1.{host + 1}:{port}/{host * PAGES_OF_HOST + number}"
        for number in range(PAGES_OF_HOST)
        for host in range(HOSTS)
    ]


def crawl_with_dateline(addresses: Sequence[str], folder: str) -> int:
    """Fetch and archive all pages with Dateline; return how many came."""
    from pipeline.archive.writer import ArchiveWriter
    from pipeline.fetch.fetcher import Fetcher, Request
    from pipeline.models import Source
    from pipeline.settings import Settings

    source = Source("bench", "Bench", allow_private_addresses=True)
    requests = [Request(number, url, source=source) for number, url in enumerate(addresses)]
    count = 0
    with (
        Fetcher(Settings(crawl_delay=0.0)) as fetcher,
        ArchiveWriter(folder) as archive,
    ):
        for _, response in fetcher.fetch_all(requests):
            assert response.outcome is None, response
            archive.write(response)
            count += 1
    return count


def crawl_with_scrapy(addresses: Sequence[str], folder: str) -> int:
    """Fetch and archive all pages with Scrapy and warcio; return how many came."""
    import zlib

    import scrapy
    from scrapy.crawler import CrawlerProcess
    from warcio import warcwriter
    from warcio.statusandheaders import StatusAndHeaders

    class Wrapper(warcwriter.GzippingWrapper):  # type: ignore[misc]
        def __init__(self, out: Any) -> None:
            self.compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS + 16)
            self.out = out

    warcwriter.GzippingWrapper = Wrapper
    file = (Path(folder) / "scrapy.warc.gz").open("wb")
    writer = warcwriter.WARCWriter(file, gzip=True)
    count = 0

    def pairs(headers: Any) -> list[tuple[str, str]]:
        return [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in headers.items()
            for value in values
        ]

    class Spider(scrapy.Spider):  # type: ignore[misc]
        name = "bench"
        start_urls = tuple(addresses)

        def parse(self, response: Any) -> None:
            nonlocal count
            count += 1
            head = StatusAndHeaders(f"{response.status} OK", pairs(response.headers), "HTTP/1.1")
            record = writer.create_warc_record(
                response.url, "response", payload=BytesIO(response.body), http_headers=head
            )
            sent = response.request
            asked = StatusAndHeaders(
                f"GET {response.url} HTTP/1.1", pairs(sent.headers), is_http_request=True
            )
            request = writer.create_warc_record(response.url, "request", http_headers=asked)
            writer.write_request_response_pair(request, record)

    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": HOSTS,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(Spider)
    process.start()
    file.close()
    return count


_CRAWLERS = {"Dateline": crawl_with_dateline, "Scrapy": crawl_with_scrapy}


def _measure_here(name: str, port: int) -> None:
    """Crawl in this process and print the figures as JSON."""
    addresses = urls(port)
    with tempfile.TemporaryDirectory() as folder:
        _warm_up(name, addresses[:HOSTS], folder)
        for old in Path(folder).rglob("*.warc.gz"):
            old.unlink()
        wall, cpu = time.perf_counter(), time.process_time()
        count = _CRAWLERS[name](addresses, folder)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        size = sum(each.stat().st_size for each in Path(folder).rglob("*.warc.gz"))
    print(
        json.dumps(
            {
                "pages": count,
                "pages a second": count / wall,
                "CPU, ms a page": 1000 * cpu / count,
                "peak memory, MB": _peak_memory(),
                "WARC, MB a second": size / 1e6 / wall,
                "WARC, kB a page": size / 1e3 / count,
            }
        )
    )


def _warm_up(name: str, addresses: Sequence[str], folder: str) -> None:
    """Import what the crawler needs; Twisted's reactor runs once a process, so only ours crawls."""
    if name == "Dateline":
        crawl_with_dateline(addresses, folder)
    else:
        _import_scrapy()


def _peak_memory() -> float:
    """Return the peak resident set of this process in MB; ``getrusage`` counts the parent's too."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


def _import_scrapy() -> None:
    import scrapy.crawler  # noqa: F401
    import warcio.warcwriter  # noqa: F401


def measure() -> dict[str, dict[str, float]]:
    """Return the median figures of each crawler."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in _CRAWLERS}
    with served([page(number) for number in range(HOSTS * PAGES_OF_HOST)]) as port:
        for _ in range(ROUNDS):
            for name in _CRAWLERS:
                command = [sys.executable, "-m", "benchmarks.speed.crawl_speed", name, str(port)]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                runs[name].append(json.loads(done.stdout.splitlines()[-1]))
    return {
        name: {key: statistics.median(run[key] for run in of_name) for key in of_name[0]}
        for name, of_name in runs.items()
    }


def main() -> None:
    """Print the figures and the ratio of CPU times."""
    if len(sys.argv) == 3:
        _measure_here(sys.argv[1], int(sys.argv[2]))
        return
    try:
        _import_scrapy()
    except ImportError:
        print("Scrapy is not installed: `uv sync --group peers` installs it.")
        return
    figures = measure()
    names = list(figures)
    print(f"{'':22}" + "".join(f"{name:>12}" for name in names))
    for key in figures[names[0]]:
        print(f"{key:22}" + "".join(f"{figures[name][key]:12.1f}" for name in names))
    ratio = figures["Dateline"]["CPU, ms a page"] / figures["Scrapy"]["CPU, ms a page"]
    print(f"CPU a page beside Scrapy: {ratio:.2f} (at most {MAX_CPU_RATIO})")


if __name__ == "__main__":
    main()
