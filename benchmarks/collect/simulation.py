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
import multiprocessing
import re
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

import time_machine
from psycopg import Connection

from benchmarks.collect.box import BoxFetcher, Clock
from benchmarks.collect.transport import Servers
from benchmarks.collect.truth import Result, Truth
from benchmarks.collect.web import DAY, Outlet, Web
from pipeline.archive.warc import read_record
from pipeline.archive.writer import ArchiveWriter, EarlierCapture
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


def load_pages(
    connection: Connection,
    run_id: int,
    waiting: Iterable[StoredPage],
    body_of: Callable[[str], bytes],
) -> None:
    """Do what the stage *load* does, with ``read_article`` in place of extraction and cleaning.

    Args:
        connection: an autocommit connection.
        run_id: the run that loads.
        waiting: pages without an outcome.
        body_of: returns the body that a locator names.
    """
    items = [
        LoadItem(
            page.attempt_id,
            page.fetch_id,
            page.source_key,
            read_article(page, body_of(page.raw_uri)),
            page.fetched_at,
            listed_title=page.link_title,
        )
        for page in waiting
    ]
    load_batch(connection, run_id, f"{run_id}", items)


def archived_body(locator: str) -> bytes:
    """Return the body of a record in a WARC file."""
    return read_record(locator).body


@dataclass(slots=True)
class Part:
    """The outlets that one process simulates.

    Args:
        web: all outlets.
        dsn: the store.
        number: of this part.
        of: number of parts.
        archive: folder of the WARC files; None to keep bodies in memory until they are loaded.
    """

    web: Web
    dsn: str
    number: int = 0
    of: int = 1
    archive: str | None = None

    def run(self) -> None:
        """Simulate all ticks."""
        servers = Servers(self.web)
        clock = Clock(servers)
        outlets = self.web.outlets[self.number :: self.of]
        sources = {outlet.key: source_of(outlet) for outlet in outlets}
        fetcher = BoxFetcher(Settings(crawl_delay=0.0), servers, clock)
        memory = _MemoryArchive(self.number)
        began = time.perf_counter()
        with (
            closing(connect(self.dsn)) as connection,
            time_machine.travel(self.web.start, tick=False) as traveller,
            ExitStack() as stack,
        ):
            archive: Any = memory
            if self.archive is not None:
                archive = stack.enter_context(ArchiveWriter(self.archive))
            ids = upsert_sources(connection, list(sources.values()))
            sync_documents(connection, list(sources.values()), ids, self.web.start)
            for at in range(0, self.web.end, TICK):
                clock.at = at
                now = clock.now()
                traveller.move_to(now)
                self._tick(connection, fetcher, archive, sources, f"{at}-{self.number}")
                memory.bodies.clear()
                if at % (DAY // 4) == 0:
                    # In a real store autovacuum does so; its minute is two hours of this clock.
                    connection.execute("analyze ops.links, ops.link_attempts, ops.documents")
                if at % DAY == 0 and at:
                    minutes = (time.perf_counter() - began) / 60
                    told = f"part {self.number + 1}, day {at // DAY}: {minutes:.1f} min"
                    print(told, file=sys.stderr, flush=True)

    def _tick(
        self,
        connection: Connection,
        fetcher: BoxFetcher,
        archive: Any,
        sources: dict[str, Source],
        name: str,
    ) -> None:
        now = fetcher.now()
        work = due_work(connection, list(sources), now)
        if not work:
            return
        run_id = open_run(connection, "ingest", name, now, "simulation")
        wanted = [Wanted(sources[key]) for key in work]
        # Nothing waits for the network here, so a second thread would only cost time.
        collection = Collection(
            connection, fetcher, archive, run_id, wanted, False, sources_at_once=1
        )
        collection.list_links()
        collection.read_documents(None)
        collection.fetch_pages(None)
        fetch_ids = pending_pages(connection)
        if fetch_ids:
            # The pages of other parts' sources are theirs to load.
            waiting = [page for page in pages(connection, fetch_ids) if page.source_key in sources]
            body_of = archive.bodies.__getitem__ if self.archive is None else archived_body
            load_pages(connection, run_id, waiting, body_of)
        close_run(connection, run_id, True)


def simulate(web: Web, dsn: str, processes: int, archive: str | None = None) -> Result:
    """Simulate a web with some processes and return the figures.

    Args:
        web: the web.
        dsn: a migrated, empty store.
        processes: 1 for this process alone.
        archive: as for ``Part``.
    """
    run_parts(web, dsn, processes, archive)
    with closing(connect(dsn)) as connection:
        return Truth(Servers(web), TICK).compare(connection)


def run_parts(web: Web, dsn: str, processes: int, archive: str | None = None) -> None:
    """Simulate a web with some processes; see ``simulate``."""
    parts = [Part(web, dsn, number, processes, archive) for number in range(processes)]
    if processes == 1:
        parts[0].run()
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        for done in [pool.submit(_run_quietly, part) for part in parts]:
            done.result()


def _run_quietly(part: Part) -> None:
    configure_logging("ERROR")
    part.run()
