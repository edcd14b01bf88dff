"""The web in a box: weeks of collecting in minutes, with an injected clock and no network.

Every five simulated minutes a tick does what the DAGs *ingest* and *curate* do for the sources that
have something due. Real are: the planner (``pipeline/planning``), discovery with its readers of
feeds, sitemaps and section pages, the fetcher down to the connection (``box``), the store with all
its statements, and how pages become articles and versions: identity, the gate, edits. Not real are:

- the network: the servers of the invented web answer at once, at the simulated time, and a tick
  takes no time;
- extraction: ``read_article`` takes title, text and claims out of the invented pages by their
  markup, walls and shells included, since trafilatura would take hours;
- the WARC archive: bodies are kept in memory until their pages are loaded.

Each process simulates a part of the outlets; they share one store, as workers do.
"""

import html
import re
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import time_machine
from psycopg import Connection

from benchmarks.collect.box import BoxFetcher, Clock
from benchmarks.collect.transport import Servers
from benchmarks.collect.truth import Result, Truth
from benchmarks.collect.web import DAY, Outlet, Web, make_web
from pipeline.archive.writer import EarlierCapture
from pipeline.models import Article, Response, Source
from pipeline.outcomes import Outcome
from pipeline.settings import Settings
from pipeline.stages.collect import Collection, Wanted
from pipeline.telemetry import configure_logging
from pipeline.warehouse.documents import due_work, sync_documents
from pipeline.warehouse.fetches import StoredPage, pages, pending_pages
from pipeline.warehouse.load import LoadItem, load_batch
from pipeline.warehouse.runs import close_run, open_run
from pipeline.warehouse.sources import upsert_sources
from pipeline.warehouse.store import connect

TICK = 300
"""Seconds between two ticks: the schedule of the DAG *ingest*."""
_FIELDS = {
    "rss": "feeds",
    "atom": "feeds",
    "json_feed": "feeds",
    "news_sitemap": "sitemaps",
    "sitemap_index": "sitemaps",
    "section": "sections",
}
_TAG = re.compile(r"<[^>]+>")
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.S)
_HEADLINE = re.compile(r"<h1>(.*?)</h1>", re.S)
_TITLE = re.compile(r"<title>(.*?)</title>", re.S)
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)"')
_PUBLISHED = re.compile(r'<meta property="article:published_time" content="([^"]+)"')
_FEWEST_WORDS = 15


def source_of(outlet: Outlet) -> Source:
    """Return an outlet as its source file describes it."""
    named: dict[str, list[str]] = {}
    for document in outlet.documents:
        named.setdefault(_FIELDS[document.kind], []).append(outlet.url + document.path)
    values: dict[str, Any] = {name: tuple(urls) for name, urls in named.items()}
    return Source(outlet.key, outlet.key, homepage=f"{outlet.url}/", **values)


def read_article(page: StoredPage, body: bytes) -> Article:
    """Return what the simulation's extraction makes of a page: a wall with prose is an article."""
    text = body.decode()
    paragraphs = [html.unescape(_TAG.sub("", each)) for each in _PARAGRAPH.findall(text)]
    headline = _HEADLINE.search(text) or _TITLE.search(text)
    canonical, published = _CANONICAL.search(text), _PUBLISHED.search(text)
    words = sum(len(each.split()) for each in paragraphs)
    is_article = words >= _FEWEST_WORDS
    return Article(
        url=page.final_url,
        canonical_url=html.unescape(canonical[1]) if canonical else page.final_url,
        title=html.unescape(headline[1]) if headline else None,
        text="\n\n".join(paragraphs) if is_article else None,
        published_at=published[1] if published else page.link_published_at,
        published_origin="meta" if published else "feed",
        language="en",
        outcome=Outcome.LOADED if is_article else Outcome.NOT_AN_ARTICLE,
        reason=None if is_article else f"{words} words of text",
    )


@dataclass(slots=True)
class _MemoryArchive:
    """Keeps bodies by locator until their pages are loaded; each process has one."""

    name: int
    bodies: dict[str, bytes] = field(default_factory=dict)
    count: int = 0

    def write(self, response: Response, earlier: EarlierCapture | None = None) -> str:
        self.count += 1
        locator = f"memory-{self.name}#offset={self.count}"
        self.bodies[locator] = response.body
        return locator

    def flush(self) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Part:
    """The outlets that one process simulates.

    Args:
        web: all outlets.
        dsn: the store.
        number: of this part.
        of: number of parts.
    """

    web: Web
    dsn: str
    number: int = 0
    of: int = 1

    def run(self) -> None:
        """Simulate all ticks."""
        servers = Servers(self.web)
        clock = Clock(servers)
        outlets = self.web.outlets[self.number :: self.of]
        sources = {outlet.key: source_of(outlet) for outlet in outlets}
        fetcher = BoxFetcher(Settings(crawl_delay=0.0), servers, clock)
        archive = _MemoryArchive(self.number)
        with (
            closing(connect(self.dsn)) as connection,
            time_machine.travel(self.web.start, tick=False) as traveller,
        ):
            ids = upsert_sources(connection, list(sources.values()))
            sync_documents(connection, list(sources.values()), ids, self.web.start)
            for at in range(0, self.web.end, TICK):
                clock.at = at
                now = clock.now()
                traveller.move_to(now)
                self._tick(connection, fetcher, archive, sources, f"{at}-{self.number}")
                if at % DAY == 0 and at:
                    print(f"day {at // DAY}", file=sys.stderr, flush=True)

    def _tick(
        self,
        connection: Connection,
        fetcher: BoxFetcher,
        archive: _MemoryArchive,
        sources: dict[str, Source],
        name: str,
    ) -> None:
        now = fetcher.now()
        work = due_work(connection, list(sources), now)
        if not work:
            return
        run_id = open_run(connection, "ingest", name, now, "simulation")
        wanted = [Wanted(sources[key]) for key in work]
        collection = Collection(connection, fetcher, archive, run_id, wanted, False)  # type: ignore[arg-type]
        collection.list_links()
        collection.read_documents()
        collection.fetch_pages(None)
        fetch_ids = pending_pages(connection)
        if fetch_ids:
            self._load(connection, archive, run_id, fetch_ids)
        archive.bodies.clear()
        close_run(connection, run_id, True)

    def _load(
        self,
        connection: Connection,
        archive: _MemoryArchive,
        run_id: int,
        fetch_ids: Sequence[int],
    ) -> None:
        items = [
            LoadItem(
                page.attempt_id,
                page.fetch_id,
                page.source_key,
                read_article(page, archive.bodies[page.raw_uri]),
                page.fetched_at,
                listed_title=page.link_title,
            )
            for page in pages(connection, fetch_ids)
            if page.raw_uri in archive.bodies
        ]
        load_batch(connection, run_id, f"{run_id}", items)


def simulate(web: Web, dsn: str, arguments: Sequence[str], processes: int) -> Result:
    """Simulate a web with some processes and return the figures.

    Args:
        web: the web that ``make_web`` makes of the arguments.
        dsn: a migrated, empty store.
        arguments: of ``make_web``, as text.
        processes: 1 for this process alone.
    """
    if processes == 1:
        Part(web, dsn).run()
    else:
        command = [sys.executable, "-m", "benchmarks.collect.simulation", dsn, str(processes)]
        running = [
            subprocess.Popen([*command, str(number), *arguments]) for number in range(processes)
        ]
        codes = [process.wait() for process in running]
        if any(codes):
            raise RuntimeError(f"a simulating process failed; exit codes {codes}")
    with closing(connect(dsn)) as connection:
        return Truth(Servers(web), TICK).compare(connection)


def _run_part() -> None:
    dsn, processes, number, sources, days, most = sys.argv[1:]
    configure_logging("ERROR")
    Part(make_web(int(sources), int(days), float(most)), dsn, int(number), int(processes)).run()


if __name__ == "__main__":
    _run_part()
