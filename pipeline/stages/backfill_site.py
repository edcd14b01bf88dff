"""Stage *backfill*, for a site's own past: its sitemaps and sections, as far as they reach.

Sitemaps come first, their children chosen by name and time of change, then section pages, one after
the other until they are older than the days wanted. Entries whose day is known are asked for if it
is one of the days. Others are asked for too, and taken if the page itself says so. Hosts are asked
at the pace that everybody keeps, and a document whose pages were all asked for is not read again.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from psycopg import Connection

from pipeline.archive.writer import ArchiveWriter
from pipeline.backfill.site_past import (
    Days,
    may_be_within,
    newest_first,
    published_day,
    sitemap_may_hold,
)
from pipeline.discover.pagination import next_pages
from pipeline.discover.results import Entry
from pipeline.discover.sections import read_section
from pipeline.discover.sitemaps import read_sitemap
from pipeline.errors import PageError, Refused, UsageError
from pipeline.extract.page import extract_page
from pipeline.fetch.fetcher import Fetcher
from pipeline.fetch.source_access import is_onsite
from pipeline.models import Link, Response, Source
from pipeline.settings import settings
from pipeline.stages.collect import collect_links
from pipeline.stages.register_sources import source_of
from pipeline.stages.robots_archive import ArchivedRobotsStore
from pipeline.telemetry import log
from pipeline.warehouse.backfills import (
    FileKind,
    FileState,
    add_files,
    open_backfill,
    update_file,
    urls_to_ask,
)
from pipeline.warehouse.host_pace import PostgresThrottle
from pipeline.warehouse.robots import PostgresRobotsStore
from pipeline.warehouse.sources import upsert_sources
from pipeline.warehouse.store import store

MOST_PAGES = 5000
"""Pages that one call asks for, unless the user says otherwise: 83 minutes at 1 s a page."""
_MOST_SECTION_PAGES = 500
_MOST_DEPTH = 3
"""Levels of sitemap indexes."""
_PART = 50
"""Pages that are asked for together."""

OnProgress = Callable[[str], None]
"""Called with one line of text when a step begins."""


@dataclass(slots=True)
class SiteRead:
    """What a call read of a site's past."""

    documents: int = 0
    entries: int = 0
    asked: int = 0
    """Pages requested."""
    taken: int = 0
    """Pages within the days, stored for *load*."""
    outside: int = 0
    """Pages requested because their day was not known, that were of other days or stated none."""
    is_cut: bool = False
    """Whether the limit of pages ended it; the same call goes on."""
    problems: list[str] = field(default_factory=list)


def plan_request(request: Mapping[str, Any]) -> list[str]:
    """Return the source that an Airflow run asks for; none where it asks for archives.

    Args:
        request: the params of the DAG *backfill*.

    Raises:
        UsageError: the source or one of the days is missing.
    """
    if request.get("kind") != "site":
        return []
    if not (request.get("source") and request.get("since") and request.get("until")):
        raise UsageError("a site's past needs a source, a first and a last day: give all three.")
    return [source_of(str(request["source"])).key]


def read_request(run_id: int, source_key: str, request: Mapping[str, Any]) -> dict[str, int]:
    """Read a site's past as an Airflow task does, and return counts.

    Raises:
        UsageError: nothing of the site can be read; the first problem is named.
    """
    found = read_site(
        run_id,
        source_key,
        date.fromisoformat(str(request["since"])),
        date.fromisoformat(str(request["until"])),
        lambda line: log.info("site", said=line),
        most_pages=int(request.get("max_pages") or MOST_PAGES),
        again=bool(request.get("again")),
    )
    for problem in found.problems:
        log.warning("cannot read", source=source_key, problem=problem)
    if found.problems and not found.documents:
        raise UsageError(f"nothing of {source_key} can be read: {found.problems[0]}")
    return {"asked": found.asked, "pages": found.taken, "outside": found.outside}


def read_site(
    run_id: int,
    source_key: str,
    since: date,
    until: date,
    on_progress: OnProgress,
    *,
    most_pages: int = MOST_PAGES,
    again: bool = False,
) -> SiteRead:
    """Ask a site for its pages of some days, as far as its sitemaps and sections name them.

    Args:
        run_id: the run.
        source_key: key of a file in the sources folder.
        since: first day.
        until: last day.
        on_progress: called with a line for each document.
        most_pages: most pages to request.
        again: read documents that an earlier call has finished.

    Raises:
        UsageError: the days are in the wrong order, or there is no such source.
    """
    if since > until:
        raise UsageError(f"--since {since} is after --until {until}: swap them.")
    source = source_of(source_key)
    scope = {"source": source_key, "since": since.isoformat(), "until": until.isoformat()}
    with (
        store() as connection,
        store() as shared,
        ArchiveWriter(settings().archive_url) as archive,
    ):
        source_id = upsert_sources(connection, [source])[source_key]
        backfill_id = open_backfill(connection, run_id, "site", scope)
        throttle = PostgresThrottle(shared)
        robots = ArchivedRobotsStore(PostgresRobotsStore(shared))
        with Fetcher(settings(), throttle=throttle, robots=robots) as fetcher:
            walk = _Walk(
                connection,
                fetcher,
                archive,
                robots,
                source,
                source_id,
                Days(since, until),
                run_id,
                backfill_id,
            )
            walk.most_pages, walk.again, walk.on_progress = most_pages, again, on_progress
            walk.run()
    log.info("site read", run_id=run_id, source=source_key, asked=walk.done.asked)
    return walk.done


@dataclass(slots=True)
class _Walk:
    """One call of ``read_site``."""

    connection: Connection
    fetcher: Fetcher
    archive: ArchiveWriter
    robots: ArchivedRobotsStore
    source: Source
    source_id: int
    days: Days
    run_id: int
    backfill_id: int
    most_pages: int = MOST_PAGES
    again: bool = False
    on_progress: OnProgress = print
    done: SiteRead = field(default_factory=SiteRead)

    def run(self) -> None:
        """Read sitemaps and then sections, until all are read or the pages are used up."""
        sitemaps = self.sitemaps()
        queue = deque((url, 1) for url in sitemaps)
        seen = set(sitemaps)
        while queue and not self.done.is_cut:
            url, depth = queue.popleft()
            children = [each for each in self.read_sitemap(url, depth) if each not in seen]
            seen.update(children)
            queue.extendleft((child, depth + 1) for child in reversed(children))
            self.report(url, len(queue))
        for section in self.sections():
            if not self.done.is_cut:
                self.read_section(section)
        if not self.done.documents:
            self.done.problems.append(
                f"{self.source.key}: names no sitemap, section or homepage to go through"
            )

    def sitemaps(self) -> list[str]:
        """Return the source's sitemaps and those that robots.txt names."""
        home = self.source.homepage
        named = self.fetcher.sitemaps(home, self.source) if home else ()
        return list(dict.fromkeys((*self.source.sitemaps, *named)))

    def sections(self) -> Sequence[str]:
        """Return the source's sections, or its homepage."""
        return self.source.sections or ((self.source.homepage,) if self.source.homepage else ())

    def read_sitemap(self, url: str, depth: int) -> list[str]:
        """Take the entries of a sitemap, and return the children to read, the newest first."""
        state = self.state(url, "sitemap")
        try:
            response = self.document(url, is_page=False)
            limit = 5 * self.fetcher.max_body_bytes
            kind = response.header("content-type")
            found = read_sitemap(response.body, response.final_url, limit, kind)
        except PageError as error:
            self.fail(state, error)
            return []
        wanted = [each for each in found.sitemaps if sitemap_may_hold(each, self.days)]
        if state.status != "done":
            self.take(state, found.entries)
        if depth >= _MOST_DEPTH and wanted:
            self.done.problems.append(f"{url}: sitemaps nested deeper than {_MOST_DEPTH}")
            return []
        return [each.url for each in newest_first(wanted)]

    def read_section(self, section: str) -> None:
        """Take the entries of a section page and of the pages after it, until they are too old."""
        listed: set[str] = set()
        visited: set[str] = set()
        url: str | None = section
        while url and url not in visited and len(visited) < _MOST_SECTION_PAGES:
            visited.add(url)
            state = self.state(url, "section")
            try:
                response = self.document(url, is_page=True)
                onsite = partial(is_onsite, source=self.source)
                kind = response.header("content-type")
                entries = read_section(response.body, response.final_url, onsite, kind)
            except PageError as error:
                self.fail(state, error)
                return
            new = [each for each in entries if each.url not in listed]
            listed.update(each.url for each in new)
            # Section pages change, so each is read again; what is known is not asked for again.
            days = self.take(state, new)
            self.report(url, 0)
            if not new or self.done.is_cut or (days and max(days) < self.days.since):
                return
            following = next_pages(response.body, response.final_url, kind)
            url = next((each for each in following if each not in visited), None)

    def document(self, url: str, *, is_page: bool) -> Response:
        """Fetch a sitemap or section page and archive what came.

        Raises:
            Refused: it could not be fetched.
        """
        kind = "page" if is_page else "document"
        response = self.fetcher.fetch(url, source=self.source, kind=kind)  # type: ignore[arg-type]
        self.robots.archive(self.archive)
        self.archive.write(response)
        if response.outcome is not None:
            raise Refused(response.outcome, response.reason or "", response.status)
        self.done.documents += 1
        return response

    def take(self, state: FileState, entries: Sequence[Entry]) -> list[date]:
        """Ask for the entries that are or may be of the days; return the days that came to light.

        The document is marked as done unless the limit of pages was reached.
        """
        self.done.entries += len(entries)
        taken_before = self.done.taken
        known = [day for day in map(published_day, entries) if day is not None]
        possible = {
            each.url: each
            for each in entries
            if not each.is_advert
            and may_be_within(each, self.days)
            and is_onsite(each.url, self.source)
        }
        worth = urls_to_ask(self.connection, self.source_id, list(possible))
        waiting = [each for url, each in possible.items() if url in worth]
        for part in _parts(waiting):
            left = self.most_pages - self.done.asked
            if left <= 0:
                self.done.is_cut = True
                break
            known += self.ask(state, part[:left])
            self.done.is_cut = self.done.is_cut or len(part) > left
        update_file(
            self.connection,
            replace(
                state,
                records=len(entries),
                pages=state.pages + self.done.taken - taken_before,
                known=len(possible) - len(waiting),
                status="reading" if self.done.is_cut else "done",
            ),
        )
        return known

    def ask(self, state: FileState, entries: Sequence[Entry]) -> list[date]:
        """Ask for pages and keep those of the days; return the days that undated ones state."""
        kept: dict[str, Response] = {}
        found, links = [], []
        for each in entries:
            link = Link(
                each.url,
                self.source.key,
                "section" if state.kind == "section" else "sitemap",
                state.name,
                each.title,
                each.published_at,
            )
            if published_day(each) is not None:
                links.append(link)
                continue
            response = self.fetcher.fetch(each.url, source=self.source)
            day = _page_day(response)
            if day is not None:
                found.append(day)
            if response.outcome is not None or (day is not None and day in self.days):
                kept[each.url] = response
                links.append(link)
            else:
                self.done.outside += 1
        self.done.asked += len(entries)
        if links:
            collected = collect_links(self.run_id, self.source, links, kept=kept)
            self.done.taken += collected.counts["fetched"]
        return found

    def state(self, url: str, kind: FileKind) -> FileState:
        (state,) = add_files(
            self.connection, self.backfill_id, [(url, None)], kind=kind, again=self.again
        )
        return state

    def fail(self, state: FileState, error: PageError) -> None:
        problem = f"{state.name}: {error.outcome} ({error.reason})"
        self.done.problems.append(problem)
        update_file(self.connection, replace(state, status="failed", broken=1, problem=problem))

    def report(self, url: str, waiting: int) -> None:
        done = self.done
        left = f", {waiting} sitemaps left" if waiting else ""
        self.on_progress(
            f"{url}: {done.taken} pages within the days, {done.asked} asked for, "
            f"{done.outside} of other days{left}"
        )


def _parts(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    for first in range(0, len(entries), _PART):
        yield entries[first : first + _PART]


def _page_day(response: Response) -> date | None:
    """Return the day on which a page says that it was published; None where it does not."""
    if response.outcome is not None:
        return None
    article = extract_page(
        response.body,
        url=response.final_url,
        content_type=response.header("content-type"),
        now=response.fetched_at,
    )
    try:
        return date.fromisoformat((article.published_at or "")[:10])
    except ValueError:
        return None
