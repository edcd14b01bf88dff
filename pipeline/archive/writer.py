"""Write responses into WARC files that several sources and tasks share.

A file is named ``<year>/<month>/<day>/dateline-<time it was begun>-<token>.warc.gz``. It grows
until it is large or old enough (``archive_file_bytes``, ``archive_file_seconds``). Each process
writes to a file of its own at a time; a finished file that is still small and young is continued by
the next process that takes its lock. Beside each file lies its index (``.cdxj``).
"""

import hashlib
import posixpath
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import TracebackType
from typing import Self

from pipeline.archive.cdxj import Capture, index_file, index_line, index_name
from pipeline.archive.locator import Locator
from pipeline.archive.records import (
    EarlierCapture,
    Member,
    exchange_records,
    resource,
    warcinfo,
)
from pipeline.archive.storage import (
    Segment,
    adopt,
    check_writable,
    file_name,
    is_remote,
    new_segment,
    open_file,
    stored_files,
    write_file,
)
from pipeline.archive.warc import read_capture
from pipeline.errors import ArchiveError
from pipeline.models import Exchange, Response
from pipeline.settings import settings
from pipeline.telemetry import log
from pipeline.text import one_line

__all__ = ["ENDING", "ArchiveWriter", "EarlierCapture", "begun_at"]

ENDING = ".warc.gz"
_NAME = re.compile(r"dateline-(\d{14})-\w+\.warc\.gz")


@lru_cache(maxsize=1024)
def begun_at(name: str) -> datetime | None:
    """Return when a file was begun, as its name says; None for a file of another writer."""
    match = _NAME.fullmatch(posixpath.basename(name))
    return datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None


class ArchiveWriter:
    """Writes what was asked and what came back into ``.warc.gz`` files; a context manager.

    A caller that stores locators writes records, calls ``flush``, and only then stores the rows:
    after ``flush`` (or ``close``) every locator returned so far can be read even after a crash. A
    killed writer loses what it wrote since its last flush, and nothing else.

    One thread writes at a time.

    Args:
        base: folder or URL of the archive (``settings().archive_url``).
        user_agent: named in the warcinfo record; that of the settings by default.
        file_bytes: a file of this size gets no more records; that of the settings by default.
        file_seconds: nor does one that was begun this long ago.
    """

    def __init__(
        self,
        base: str,
        *,
        user_agent: str | None = None,
        file_bytes: int | None = None,
        file_seconds: float | None = None,
    ) -> None:
        self._base = base
        self._user_agent = user_agent or settings().user_agent
        self._file_bytes = file_bytes or settings().archive_file_bytes
        seconds = settings().archive_file_seconds if file_seconds is None else file_seconds
        self._file_age = timedelta(seconds=seconds)
        self._segment: Segment | None = None
        self._lines: list[str] = []
        """The index lines of what this writer added to the file."""

    def __enter__(self) -> Self:
        """Return the writer, after checking that the archive can be written to.

        Raises:
            ArchiveError: it cannot; better to know before pages are fetched.
        """
        check_writable(self._base)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def write(self, response: Response, earlier: EarlierCapture | None = None) -> str | None:
        """Write every exchange of a response, and return the locator of its last body.

        A local file becomes a resource record. A response of which no exchange is known (it was
        read from an archive) becomes a response record without its request.

        Args:
            response: the response, with its redirects, retries and errors.
            earlier: where the page's body was stored last. Where it is the same, or the server says
                so (304), a revisit record is written instead of the body, and the locator returned
                is that of the earlier record: a locator always leads to a body.

        Returns:
            None where nothing came back that has a body: no response, or 304 without ``earlier``.

        Raises:
            ArchiveError: the record could not be written (disk full, storage not reachable).
        """
        exchanges = _exchanges(response)
        if not exchanges and response.outcome is not None:
            return None
        if not exchanges:
            return self._append([], [resource(response)])
        *before, last = exchanges
        members = [
            member for exchange in before for member in exchange_records(exchange, exchange.sent_at)
        ]
        same = _found_again(last, earlier)
        written = self._append(members, exchange_records(last, response.fetched_at, same))
        if same is not None and earlier is not None:
            return earlier.raw_uri
        return written if last.status not in (None, 304) else None

    def _append(self, before: list[Member], last: list[Member]) -> str | None:
        """Append records and return the locator of the first of ``last``."""
        segment = self._segment_to_append_to()
        offset = segment.size
        lines, locator = [], None
        for number, member in enumerate([*before, *last]):
            if number == len(before):
                locator = str(Locator(segment.name, offset, len(member.data)))
            if member.capture is not None:
                lines.append(index_line(member.capture, segment.name, offset, len(member.data)))
            offset += len(member.data)
        segment.append(b"".join(member.data for member in [*before, *last]))
        self._lines += lines
        return locator

    def flush(self) -> None:
        """Make every locator returned so far readable by others and safe from a crash."""
        if self._segment is not None and not self._segment.flush():
            self._finish_index(self._segment)
            self._segment = None

    def close(self) -> None:
        """Flush, write the index, and give the file its final name.

        A writer without records leaves no file.
        """
        segment, self._segment = self._segment, None
        if segment is None:
            return
        if is_remote(segment.name):
            segment.close()
            self._finish_index(segment)
            return
        # Before the lock ends, since the file's next writer adds to the index.
        try:
            self._finish_index(segment)
        finally:
            segment.close()

    def _segment_to_append_to(self) -> Segment:
        if self._segment is not None and self._is_done(self._segment.name, self._segment.size):
            self.close()
        if self._segment is None:
            self._segment = self._adopted() or self._new()
        return self._segment

    def _is_done(self, name: str, size: int) -> bool:
        begun = begun_at(name)
        # A clock that was put back makes a file's age negative.
        is_young = begun is not None and abs(datetime.now(UTC) - begun) < self._file_age
        return size >= self._file_bytes or not is_young

    def _new(self) -> Segment:
        stem = datetime.now(UTC).strftime("%Y/%m/%d/dateline-%Y%m%d%H%M%S")
        segment = new_segment(self._base, stem, ENDING)
        try:
            segment.append(warcinfo(posixpath.basename(segment.name), self._user_agent))
        except ArchiveError:
            segment.discard()
            raise
        return segment

    def _adopted(self) -> Segment | None:
        """Return a finished file of today that is still small and young, if one can be had."""
        if is_remote(self._base):
            return None
        today = file_name(self._base, datetime.now(UTC).strftime("%Y/%m/%d"))
        for file in stored_files(today, ENDING):
            if not file.is_open and not self._is_done(file.name, file.size):
                segment = adopt(file.name)
                if segment is not None:
                    return segment
        return None

    def _finish_index(self, segment: Segment) -> None:
        """Write the index; an adopted file has one already, whose lines are kept."""
        name = index_name(segment.name)
        lines, self._lines = self._lines, []
        try:
            write_file(name, index_file([*_lines_of(name), *lines]))
        except ArchiveError as error:
            # The file is whole without it; `dateline archive index` makes it again.
            log.warning("archive: no index", file=segment.name, reason=one_line(str(error)))


def _lines_of(name: str) -> list[str]:
    if is_remote(name):
        return []
    try:
        with open_file(name) as file:
            return file.read().decode().splitlines()
    except ArchiveError:
        return []


def _exchanges(response: Response) -> tuple[Exchange, ...]:
    if response.exchanges or response.status is None or response.final_url.startswith("file:"):
        return response.exchanges
    return (
        Exchange(
            response.final_url,
            response.fetched_at,
            status=response.status,
            headers=response.headers,
            body=response.body,
            ip_address=response.ip_address,
        ),
    )


def _found_again(exchange: Exchange, earlier: EarlierCapture | None) -> Capture | None:
    """Return the earlier capture where the exchange brought nothing that it has not.

    None where its record is not in the archive any more.
    """
    if earlier is None or not _is_same(exchange, earlier):
        return None
    try:
        return read_capture(earlier.raw_uri)
    except ArchiveError:
        return None


def _is_same(exchange: Exchange, earlier: EarlierCapture) -> bool:
    if exchange.status == 304:
        return True
    if exchange.status is None or not 200 <= exchange.status < 300 or exchange.is_cut:
        return False
    body_sha256 = earlier.body_sha256
    return body_sha256 is not None and hashlib.sha256(exchange.body).digest() == body_sha256
