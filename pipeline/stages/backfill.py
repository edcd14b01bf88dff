"""Stage *backfill*: take pages out of the archives of others into our own, ready for *load*.

The captures of a file are filtered while it is read, written to our archive, and stored as links,
attempts and fetches with the time of the capture, some hundred at a time together with the position
in the file. A killed process goes on behind the last batch. Extraction, copies, names and quotes
are the work of the stages that follow, as for any page.
"""

import hashlib
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from psycopg import Connection

from pipeline.archive.captures import (
    Capture,
    CaptureReader,
    Position,
    Revisit,
    file_size,
    is_archive,
)
from pipeline.archive.storage import is_remote, local_path, stored_files
from pipeline.archive.warc import ArchivedPage, BrokenRecord
from pipeline.archive.writer import ArchiveWriter
from pipeline.backfill.cc_news import BASE, files_of_days, files_of_month
from pipeline.backfill.downloads import Downloader
from pipeline.backfill.scope import Scope, checked_scope, month_days
from pipeline.errors import ArchiveError, ArchiveNotWritable, UsageError
from pipeline.models import Response, Source
from pipeline.settings import settings
from pipeline.sources.outlets import Outlets
from pipeline.stages.outlets import known_outlets
from pipeline.telemetry import log, meter
from pipeline.urls import is_web_url
from pipeline.warehouse.backfills import (
    CapturedPage,
    FileState,
    add_files,
    backfill_problems,
    captured_body,
    file_states,
    open_backfill,
    store_captures,
    update_file,
)
from pipeline.warehouse.sources import upsert_sources
from pipeline.warehouse.store import store

OnProgress = Callable[[str], None]
"""Called with one line of text when a step begins."""
_BATCH = 200
"""Pages per transaction."""
_MOST_TASKS = 100
"""Tasks that an Airflow run divides its files into: a month of CC-NEWS has four files a task."""
_BATCH_RECORDS = 20_000
"""Records after which the position is stored, however few of them are kept."""
_REMEMBERED = 20_000
"""Names of captures of a part that are remembered for revisits; others are looked up."""
_SUFFIXES = (".warc", ".arc", ".warc.gz", ".arc.gz", ".warc.zst")
_PAGE_STATUSES = (None, 200)


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters as the user wrote them; they pass between processes and tasks as JSON."""

    outlets: tuple[str, ...] = ()
    """Keys or hosts."""
    languages: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the filters that a mapping such as an Airflow run's params holds."""
        return cls(
            tuple(values.get("outlets") or ()),
            tuple(values.get("languages") or ()),
            values.get("since") or None,
            values.get("until") or None,
        )

    def scope(self) -> Scope:
        """Return the checked filters, with outlets as keys.

        Raises:
            UsageError: a filter cannot be read; the message says what to write instead.
        """
        outlets = known_outlets().chosen(self.outlets)
        return checked_scope(outlets, self.languages, _day(self.since), _day(self.until))

    def record(self) -> dict[str, Any]:
        """Return the filters as they are stored, with outlets as keys, sorted."""
        scope = self.scope()
        return {
            "outlets": sorted(scope.outlets),
            "languages": sorted(scope.languages),
            "since": scope.since.isoformat() if scope.since else None,
            "until": scope.until.isoformat() if scope.until else None,
        }


@dataclass(slots=True)
class PartRead:
    """What reading a part of a file did."""

    file: FileState
    records: int = 0
    pages: int = 0
    bytes_read: int = 0
    was_stopped: bool = False
    """Whether reading stopped before the end, because there were enough pages or no more time."""


def plan_archives(
    run_id: int, names: Sequence[str], filters: Filters, *, again: bool = False
) -> list[int]:
    """Store the files of a backfill from archives; return the ids of those to read, in order.

    Args:
        run_id: the run that reads them.
        names: paths of files and folders; ``https://`` addresses of files; ``s3://`` addresses of
            files, or of folders where they end in a slash.
        filters: what is kept.
        again: read files from their beginning that were read before.
    """
    files = list(_archive_files(names))
    with store() as connection:
        backfill_id = open_backfill(connection, run_id, "warc", filters.record())
        states = add_files(
            connection, backfill_id, [(name, _size_or_none(name)) for name in files], again=again
        )
    return [state.file_id for state in states if state.status != "done"]


def plan_cc_news(
    run_id: int,
    month: str,
    filters: Filters,
    *,
    base: str = BASE,
    again: bool = False,
    downloader: Downloader | None = None,
) -> list[int]:
    """Store the files of a month of CC-NEWS; return the ids of those to read, in order.

    Args:
        run_id: the run that reads them.
        month: such as "2024-05".
        filters: what is kept; days narrow down the files too.
        base: address below which Common Crawl's ``crawl-data/`` lies.
        again: read files from their beginning that were read before.
        downloader: reads the list of files.

    Raises:
        UsageError: the month is none, or the days lie outside it.
        ArchiveError: the list cannot be read.
    """
    first, last = month_days(month)
    scope = filters.scope()
    if (scope.since and scope.since > last) or (scope.until and scope.until < first):
        raise UsageError(f"--since and --until lie outside {month}: give days of that month.")
    found = files_of_month(base, month, downloader or Downloader())
    files = files_of_days(found, scope.since, scope.until)
    with store() as connection:
        backfill_id = open_backfill(connection, run_id, "cc_news", filters.record())
        states = add_files(
            connection, backfill_id, [(each.url, None) for each in files], again=again
        )
    return [state.file_id for state in states if state.status != "done"]


def plan_request(run_id: int, request: Mapping[str, Any]) -> list[list[int]]:
    """Return the ids of the files that an Airflow run asks for, in batches of one task each.

    Args:
        run_id: the run.
        request: the params of the DAG *backfill*.

    Raises:
        UsageError: what the kind needs is missing.
        ArchiveError: the list of a month cannot be read.
    """
    filters, again = Filters.of(request), bool(request.get("again"))
    kind = request.get("kind")
    if kind == "site":
        return []
    if kind == "warc":
        if not request.get("files"):
            raise UsageError("no files to read: give their paths or addresses under Files.")
        files = plan_archives(run_id, list(request["files"]), filters, again=again)
    else:
        if not request.get("month"):
            raise UsageError("no month to read: give one such as 2024-05 under Month.")
        base = str(request.get("base") or BASE)
        files = plan_cc_news(run_id, str(request["month"]), filters, base=base, again=again)
    size = -(-len(files) // _MOST_TASKS) or 1
    return [files[first : first + size] for first in range(0, len(files), size)]


def read_files(run_id: int, file_ids: Sequence[int], request: Mapping[str, Any]) -> dict[str, int]:
    """Read files to their ends, as an Airflow task does, and return counts.

    Raises:
        ArchiveError: none of them can be read.
    """
    total: Counter[str] = Counter()
    for file_id in file_ids:
        total.update(read_file(run_id, file_id, Filters.of(request)))
    if file_ids and total["failed"] == len(file_ids):
        with store() as connection:
            raise ArchiveError(backfill_problems(connection, file_ids)[0])
    return dict(total)


def resolve_revisits(
    run_id: int, batches: Sequence[Sequence[int]], request: Mapping[str, Any]
) -> dict[str, int]:
    """Read revisits again whose originals were not there at first, and return counts."""
    files = files_with_revisits([file_id for batch in batches for file_id in batch])
    return read_files(run_id, files, request)


def archives_in(targets: Sequence[str]) -> list[str]:
    """Return the WARC and ARC files among targets and in their folders, told by their content."""
    found: dict[str, None] = {}
    for target in targets:
        path = Path(target)
        if is_web_url(target) or not path.exists():
            continue
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        found |= dict.fromkeys(str(each) for each in files if each.is_file() and is_archive(each))
    return list(found)


def read_archives(run_id: int, names: Sequence[str], on_progress: OnProgress) -> list[str]:
    """Read whole files in this process, as ``dateline run`` does; return what went wrong.

    Files with revisits whose originals came later are read once more at the end.
    """
    if not names:
        return []
    files = plan_archives(run_id, names, Filters())
    for file_id in files:
        counts = read_file(run_id, file_id, Filters())
        on_progress(f"read {counts['pages']} pages of {counts['records']} records")
    for file_id in files_with_revisits(files):
        read_file(run_id, file_id, Filters())
    with store() as connection:
        return backfill_problems(connection, files)


def files_with_revisits(file_ids: Sequence[int]) -> list[int]:
    """Return those files with revisits whose originals were not there when they were read."""
    with store() as connection:
        states = file_states(connection, file_ids)
    return [state.file_id for state in states if state.status == "revisits"]


def read_file(
    run_id: int, file_id: int, filters: Filters, *, keep_download: bool = False
) -> dict[str, int]:
    """Read a file to its end, as an Airflow task does; return counts of records and pages."""
    records = pages = 0
    while True:
        part = read_part(run_id, file_id, filters, keep_download=keep_download)
        records += part.records
        pages += part.pages
        if not part.was_stopped:
            return {"records": records, "pages": pages, "failed": part.file.status == "failed"}


def read_part(
    run_id: int,
    file_id: int,
    filters: Filters,
    *,
    pages: int | None = None,
    seconds: float | None = None,
    keep_download: bool = False,
) -> PartRead:
    """Read on in a file until its end, or until enough pages or time; store what is wanted.

    A file that cannot be read is marked as failed, with the reason; nothing is raised for it.

    Args:
        run_id: the run.
        file_id: the file.
        filters: what is kept.
        pages: stop after about this many pages.
        seconds: stop after about this time.
        keep_download: keep the copy of a file that was downloaded.

    Raises:
        ArchiveNotWritable: our archive takes no records; its disk is full, perhaps.
        StoreUnavailable: Postgres is away.
    """
    with store() as connection:
        (state,) = file_states(connection, [file_id])
        if state.status in ("done", "failed"):
            return PartRead(state)
        until = time.monotonic() + seconds if seconds is not None else None
        with ArchiveWriter(settings().archive_url) as archive:
            part = _PartReader(
                connection, archive, run_id, state, filters.scope(), known_outlets(connection)
            )
            try:
                part.read(_local_copy(state.name, Downloader()), pages, until)
            except ArchiveNotWritable:
                raise  # no fault of the file: the same command goes on with it
            except ArchiveError as error:
                part.fail(str(error))
    is_over = part.state.status in ("done", "failed")
    if is_over and is_web_url(state.name) and not keep_download:
        _copy_path(state.name).unlink(missing_ok=True)
    result = part.result()
    meter().count("records_read", result.records)
    meter().count("pages_captured", result.pages)
    log.info(
        "archive read",
        run_id=run_id,
        file=state.name,
        status=part.state.status,
        records=result.records,
        pages=result.pages,
    )
    return result


@dataclass(slots=True)
class _PartReader:
    """Reads a part of one file."""

    connection: Connection
    archive: ArchiveWriter
    run_id: int
    state: FileState
    scope: Scope
    outlets: Outlets
    pending: list[CapturedPage] = field(default_factory=list)
    new_sources: dict[str, Source] = field(default_factory=dict)
    stored_sources: set[str] = field(default_factory=set)
    remembered: OrderedDict[str, CapturedPage] = field(default_factory=OrderedDict)
    """Captures by record id and by payload digest, for revisits of them."""
    unresolved: int = 0
    broken: list[str] = field(default_factory=list)
    records_before: int = 0
    bytes_before: int = 0
    bytes_read: int = 0
    pages_before: int = 0
    was_stopped: bool = False

    def __post_init__(self) -> None:
        self.records_before = self.state.records
        self.pages_before = self.state.pages
        self.bytes_before = self.bytes_read = self.state.offset

    def read(self, file: str, pages: int | None, until: float | None) -> None:
        """Read on until the end, or until enough pages or time."""
        is_second = self.state.status == "revisits"
        reader = CaptureReader(
            file,
            Position(self.state.offset, self.state.skip),
            self.wants,
            label=self.state.name,
            revisits_only=is_second,
        )
        counted = 0
        for item in reader:
            self.take(item, is_second=is_second)
            if len(self.pending) >= _BATCH or reader.records_read - counted > _BATCH_RECORDS:
                self.store(reader, counted, "revisits" if is_second else "reading")
                counted = reader.records_read
                taken = self.state.pages - self.pages_before
                if (pages and taken >= pages) or (until and time.monotonic() > until):
                    self.was_stopped = True
                    return
        status = "revisits" if self.unresolved and not is_second else "done"
        self.store(reader, counted, status, at_end=True)

    def wants(self, url: str, at: Any) -> bool:
        """Tell by URL and time whether a record is read."""
        if not self.scope.covers(at) or not is_web_url(url):
            return False
        return not self.scope.outlets or self.outlets.of_url(url).key in self.scope.outlets

    def take(self, item: Capture | Revisit | BrokenRecord, *, is_second: bool) -> None:
        if isinstance(item, BrokenRecord):
            if not is_second:  # the first reading has counted it
                self.broken.append(f"{item.raw_uri}: {item.reason}")
                log.warning("record damaged", place=item.raw_uri, reason=item.reason)
        elif isinstance(item, Revisit):
            self.take_revisit(item, is_second=is_second)
        elif _is_page(item.page):
            self.take_capture(item)

    def take_capture(self, capture: Capture) -> None:
        page = capture.page
        outlet = self.outlets.of_url(page.url)
        if not self.scope.takes_language(page.body, page.content_type, outlet):
            return
        self.new_sources.setdefault(outlet.key, outlet)
        captured = CapturedPage(
            outlet.key,
            page.url,
            page.raw_uri,
            self.state.name,
            self.archived(page),
            page.fetched_at,
            page.status,
            page.content_type,
            len(page.body),
            hashlib.sha256(page.body).digest(),
        )
        self.pending.append(captured)
        for name in filter(None, (capture.record_id, capture.payload_digest)):
            self.remembered[name] = captured
        while len(self.remembered) > _REMEMBERED:
            self.remembered.popitem(last=False)

    def archived(self, page: ArchivedPage) -> str:
        """Write a page to our archive and return its locator."""
        response = Response(
            requested_url=page.url,
            final_url=page.url,
            fetched_at=page.fetched_at,
            status=page.status,
            headers=page.headers or (("Content-Type", page.content_type or "text/html"),),
            body=page.body,
        )
        locator = self.archive.write(response)
        if locator is None:
            raise ArchiveError(f"{page.raw_uri}: the page was not written to the archive")
        return locator

    def take_revisit(self, revisit: Revisit, *, is_second: bool) -> None:
        original = self.original_of(revisit)
        if original is not None:
            outlet = self.outlets.of_url(revisit.url)
            self.new_sources.setdefault(outlet.key, outlet)
            captured = replace(
                original,
                source_key=outlet.key,
                url=revisit.url,
                snapshot=revisit.raw_uri,
                found_in=self.state.name,
                captured_at=revisit.captured_at,
            )
            self.pending.append(captured)
        elif is_second:
            self.broken.append(
                f"{revisit.raw_uri}: a revisit of {revisit.refers_to_url or 'a page'}, which is"
                " not in the files given"
            )
        else:
            self.unresolved += 1

    def original_of(self, revisit: Revisit) -> CapturedPage | None:
        for name in filter(None, (revisit.refers_to_id, revisit.payload_digest)):
            if name in self.remembered:
                return self.remembered[name]
        if revisit.refers_to_at is None:
            return None
        url = revisit.refers_to_url or revisit.url
        return captured_body(self.connection, url, revisit.refers_to_at)

    def store(
        self, reader: CaptureReader, counted: int, status: Any, *, at_end: bool = False
    ) -> None:
        """Store the pending pages with the position behind them."""
        self.archive.flush()
        fresh = [
            source for key, source in self.new_sources.items() if key not in self.stored_sources
        ]
        upsert_sources(self.connection, fresh)
        self.stored_sources.update(source.key for source in fresh)
        self.bytes_read = max(self.bytes_read, reader.bytes_read)
        goes_back = at_end and status == "revisits"
        position = Position() if goes_back else reader.position
        is_second = self.state.status == "revisits"
        after = replace(
            self.state,
            offset=position.offset,
            skip=position.skip,
            records=self.state.records + (0 if is_second else reader.records_read - counted),
            broken=self.state.broken + len(self.broken),
            problem=self.state.problem or next(iter(self.broken), None),
            status=status,
        )
        stored = store_captures(self.connection, self.run_id, self.state, after, self.pending)
        if stored is None:
            raise UsageError(
                f"another process reads {self.state.name}: wait for it, or end it; then run the"
                " same command again."
            )
        self.state = stored
        self.pending.clear()
        self.broken.clear()

    def fail(self, reason: str) -> None:
        """Mark the file as one that cannot be read; what was taken of it stays."""
        self.state = replace(
            self.state,
            status="failed",
            broken=self.state.broken + 1,
            problem=self.state.problem or reason,
        )
        update_file(self.connection, self.state)

    def result(self) -> PartRead:
        """Return what was read."""
        return PartRead(
            self.state,
            self.state.records - self.records_before,
            self.state.pages - self.pages_before,
            self.bytes_read - self.bytes_before,
            self.was_stopped,
        )


def _is_page(page: ArchivedPage) -> bool:
    """Tell whether a capture may be an article: a good response with HTML, or with plain text."""
    if urlsplit(page.url).path == "/robots.txt":
        return False
    kind = (page.content_type or "text/html").lower()
    return page.status in _PAGE_STATUSES and ("html" in kind or kind.startswith("text/plain"))


def _archive_files(names: Iterable[str]) -> Iterator[str]:
    """Yield the files that names stand for; those of a folder in the order of their names."""
    for name in names:
        if is_remote(name) and name.endswith("/") and not is_web_url(name):
            found = (each.name for each in stored_files(name.rstrip("/"), ""))
            yield from (each for each in found if is_archive_name(Path(each)))
            continue
        if is_web_url(name) or is_remote(name):
            yield name
            continue
        path = Path(local_path(name)).absolute()
        if path.is_dir():
            yield from (str(each) for each in sorted(path.rglob("*")) if is_archive_name(each))
        else:
            yield str(path)


def is_archive_name(path: Path) -> bool:
    """Tell whether a file has the name of a WARC or ARC file."""
    return path.name.lower().endswith(_SUFFIXES) and not path.name.startswith(".")


def _size_or_none(name: str) -> int | None:
    if is_web_url(name):
        return None
    try:
        return file_size(name)
    except ArchiveError:
        return None  # reading says what is wrong with it


def _local_copy(name: str, downloader: Downloader) -> str:
    """Return the path of a file, downloaded if its name is a web address."""
    if not is_web_url(name):
        return name
    path = _copy_path(name)
    if not path.exists():
        downloader.fetch(name, path)
    return str(path)


def _copy_path(url: str) -> Path:
    digest = hashlib.sha256(url.encode()).hexdigest()[:12]
    return settings().home_folder / "backfill" / f"{digest}-{url.rpartition('/')[2][:100]}"


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day: write it as 2024-05-31.") from error
