"""Load and annotate good pages with a hostile one among them: do the others pay for it?

``python -m benchmarks.robustness.hostile_pages [--pages N] [CASE…]``. Each case is a batch of good
pages, the English ones of ``news-pages``, with one page in its middle that breaks Dateline or a
limit. Prints how many good pages are stored, how many of them in a second of processor time and in
a second of wall clock time as shares of the same batch without the hostile page, and what became of
that page. The exit code is 1 if a good page is missing.

What a page cannot do by itself is put on: "killed", "fills memory" and "hangs" are done by the
extractor or the annotator where it meets a marked page.
"""

import argparse
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

from psycopg import Connection

from benchmarks.data import data_folder
from benchmarks.robustness.chaos_load import fresh_store
from benchmarks.speed.end_to_end import english_pages
from benchmarks.tables import markdown
from pipeline.annotate.annotator import Annotator
from pipeline.archive.writer import ArchiveWriter
from pipeline.extract import page as extraction
from pipeline.models import Link, Response, Source
from pipeline.page_worker import processor_times
from pipeline.settings import settings
from pipeline.stages import annotate, load
from pipeline.telemetry import configure_logging
from pipeline.warehouse.fetches import FetchRow, record_fetches
from pipeline.warehouse.runs import open_run
from pipeline.warehouse.sources import upsert_sources
from pipeline.warehouse.store import connect
from tests.warehouse.stories import planned

MARK = "marked by hostile_pages"
HOSTILE_URL = "hostile"
_EMPTY = (
    "truncate ops.links, ops.runs, news.articles, news.fetches, news.site_pages,"
    " news.window_readings cascade"
)
"""What a case leaves would be of use to the next: windows that the model has read."""
_TEXT = (
    "<p>The council said on Monday that the bridge to the island would be closed for repairs, and"
    " that part {} of the road is open to those who live there.</p>"
)


def hang() -> None:
    """Take processor time without end."""
    while True:
        pass


def fill() -> None:
    """Take memory without end."""
    filled = []
    while True:
        filled.append(bytearray(b"x") * 20_000_000)


def die() -> None:
    """End as a process that the kernel kills where memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile page, and the stage that it is for."""

    name: str
    inside: str = ""
    stage: str = "load"
    harm: Callable[[], None] | None = None
    """What the stage does when it meets the page."""

    def html(self) -> bytes:
        """Return the page."""
        story = "".join(_TEXT.format(part) for part in range(8))
        return (
            f"<html lang=en><head><title>{self.name} {MARK}</title></head><body><article>"
            f"<h1>{self.name} {MARK}</h1>{self.inside}{story}</article></body></html>"
        ).encode()


def _attributes(count: int, value: str = "v") -> str:
    attributes = " ".join(f'a{n}="{value}"' for n in range(count))
    return f"<p {attributes}>x</p>"


CASES = (
    Case("20,000 attributes", _attributes(20_000)),
    Case("40,000 attributes", _attributes(40_000)),
    Case("500,000 attributes", _attributes(500_000)),
    Case("40,000 attributes, hidden", _attributes(40_000, "<")),
    Case("200,000 nested tags", "<div>" * 200_000),
    Case("a line of 5 MB", f"<p>{'By A. said, “' * 380_000}</p>"),
    Case("hangs", harm=hang),
    Case("killed", harm=die),
    Case("fills memory", harm=fill),
    Case("hangs", stage="annotate", harm=hang),
    Case("killed", stage="annotate", harm=die),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a batch took until its good pages were stored, and what became of the hostile page."""

    good: int
    seconds: float
    cpu_seconds: float
    rest_seconds: float
    """From then to the end of the stage: the attempt of the hostile page."""
    fate: str


class _Clock:
    """Reads the time and the processor time when the last good page of a batch is stored."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        self.cpu_before = _cpu_seconds()
        self.good_at: tuple[float, float] | None = None

    def note(self) -> None:
        """Note the time unless it is noted already."""
        if self.good_at is None:
            self.good_at = (time.perf_counter(), _cpu_seconds())

    def noting(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that notes the time and then does the work."""

        def noted(*arguments: Any) -> Any:
            self.note()
            return work(*arguments)

        return noted


def _cpu_seconds() -> float:
    """Return the processor time of this process and its children so far, the living ones too."""
    ended = sum(
        resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return ended + sum(processor_times(int(pid)).ran for pid in listed)


def measure(dsn: str, bodies: list[bytes], case: Case | None, stage: str) -> Measured:
    """Put pages into an empty store and its archive, take them through a stage, and measure it."""
    pages = list(bodies)
    if case:
        pages.insert(len(pages) // 2, case.html())
    with closing(connect(dsn)) as conn:
        conn.execute(_EMPTY)
        run_id, ids = _archived(conn, pages)
    if stage == "annotate":
        load.load(run_id, ids)
        ids = [each for batch in annotate.plan(run_id) for each in batch]
    with _harmful(case):
        clock = _Clock()
        alone = (load._Batch, "load_alone"), (annotate._Batch, "annotate_alone")
        with ExitStack() as patches:
            for owner, name in alone:
                patches.enter_context(
                    patch.object(owner, name, _as_method(clock.noting(getattr(owner, name))))
                )
            (load.load if stage == "load" else annotate.annotate)(run_id, ids)
        ended = time.perf_counter()
        clock.note()
    assert clock.good_at is not None
    with closing(connect(dsn)) as conn:
        good, fate = _found(conn, stage)
    at, cpu = clock.good_at
    return Measured(good, at - clock.started, cpu - clock.cpu_before, ended - at, fate)


def _as_method(work: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *arguments: Any) -> Any:
        return work(self, *arguments)

    return method


def _archived(conn: Connection, pages: list[bytes]) -> tuple[int, list[int]]:
    """Write pages to the archive as if they had been fetched; return the run and the fetch ids."""
    source = Source(key="good", name="Good pages", homepage="https://good.example/")
    upsert_sources(conn, [source])
    now = datetime.now(UTC)
    run_id = open_run(conn, "hostile-pages", now.isoformat(), now, "0")
    urls = [
        f"https://good.example/{HOSTILE_URL if MARK.encode() in page else number}"
        for number, page in enumerate(pages)
    ]
    by_url = dict(zip(urls, pages, strict=True))
    stored = planned(conn, run_id, [Link(url, source.key, "url") for url in urls], now)
    rows = []
    with ArchiveWriter(settings().archive_url) as writer:
        for each in stored:
            url = each.link.url
            body = by_url[url]
            headers = (("content-type", "text/html"),)
            response = Response(url, url, now, 200, headers, body)
            rows.append(FetchRow.of(each.attempt_id, source.key, response, writer.write(response)))
    return run_id, record_fetches(conn, run_id, rows)


@contextmanager
def _harmful(case: Case | None) -> Iterator[None]:
    """Let the stage come to harm on a marked page within the block."""
    if case is None or case.harm is None:
        yield
        return
    harm = case.harm
    if case.stage == "load":
        decode = extraction.decode

        def harmed_decode(body: bytes, content_type: str | None) -> str:
            if MARK.encode() in body:
                harm()
            return decode(body, content_type)

        with patch.object(extraction, "decode", harmed_decode):
            yield
        return
    work = Annotator.annotate

    def harmed_annotate(self: Annotator, texts: Any, titles: Any = None) -> Any:
        texts, titles = list(texts), list(titles or ())
        if any(MARK in (title or "") for title in titles):
            harm()
        return work(self, texts, titles)

    with patch.object(Annotator, "annotate", harmed_annotate):
        yield


def _found(conn: Connection, stage: str) -> tuple[int, str]:
    """Return how many good pages the stage has done, and what became of the hostile one."""
    done = (
        "select count(*) from ops.link_attempts join ops.links using (link_id)"
        f" where outcome is not null and url not like '%/{HOSTILE_URL}'"
        if stage == "load"
        else "select count(*) from news.article_versions where nlp_version is not null"
        f" and title not like '%{MARK}'"
    )
    row = conn.execute(done).fetchone()
    broken = conn.execute(
        "select state || ': ' || reason from mart.quarantine where url like '%/hostile'"
        " union all select outcome || ': ' || coalesce(reason, '') from mart.url_fate"
        " where url like '%/hostile' and outcome is not null"
    ).fetchone()
    return (int(row[0]) if row else 0), (broken[0] if broken else "")


def main() -> int:
    """Measure the cases, print a table, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--stage", choices=("load", "annotate"), default="load")
    parser.add_argument("case", nargs="*", help="names of cases; by default all of the stage")
    given = parser.parse_args()
    cases = [
        case
        for case in CASES
        if case.stage == given.stage and (not given.case or case.name in given.case)
    ]
    english = english_pages(data_folder() / "news-pages").values()
    bodies = list(islice(cycle(english), given.pages))
    configure_logging("CRITICAL")
    rows, is_complete = [], True
    with tempfile.TemporaryDirectory() as home, fresh_store() as dsn:
        os.environ |= {"DATELINE_HOME": home, "DATELINE_DSN": dsn}
        settings.cache_clear()
        alone: Measured | None = None
        for case in (None, *cases):
            found = measure(dsn, bodies, case, given.stage)
            alone = alone or found
            is_complete &= found.good >= alone.good
            rows.append(_row(case.name if case else "good pages alone", found, alone))
            sys.stderr.write(f"{' | '.join(rows[-1])}\n")
    head = ("hostile page", "good pages done", "pages a CPU-second", "of alone")
    head += ("seconds", "then its attempt, seconds", "what became of it")
    sys.stdout.write(markdown(head, rows) + "\n")
    return 0 if is_complete else 1


def _row(name: str, found: Measured, alone: Measured) -> tuple[str, ...]:
    rate, usual = found.good / found.cpu_seconds, alone.good / alone.cpu_seconds
    return (
        name,
        str(found.good),
        f"{rate:.1f}",
        f"{100 * rate / usual:.0f} %",
        f"{found.seconds:.1f}",
        f"{found.rest_seconds:.1f}",
        found.fate,
    )


if __name__ == "__main__":
    sys.exit(main())
