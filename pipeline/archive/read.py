"""WARC records read back: one by its locator, or all of any WARC file, foreign ones too.

What is damaged is told apart from what is there: length and block digest are checked, since a
truncated record reads as a shorter page otherwise. Reading is fastwarc's; finding the next good
record after a damaged one is ours.
"""

import io
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.archive.locator import Locator, parse_locator
from pipeline.archive.pages import ArchivedPage, BrokenRecord
from pipeline.archive.store import open_file, read_range
from pipeline.errors import ArchiveError

MAX_RECORD_BYTES = 64_000_000
"""Larger records are no news pages; reading one would cost its size in memory."""
_MAX_HEADER_BYTES = 1 << 20
"""fastwarc stops at 32 KiB by itself; fetch takes up to 100 KiB, and what we wrote we must read."""
_PAGES = WarcRecordType.response | WarcRecordType.resource
_GZIP = b"\x1f\x8b\x08"
_WINDOW = 1 << 20
_DAMAGE = (OSError, ValueError, EOFError, ArchiveError)
"""fastwarc raises OSError for broken gzip and headers, ValueError for broken dates."""


def read_record(raw_uri: str) -> ArchivedPage:
    """Read one record back.

    Raises:
        ArchiveError: the file is not there, or the record is damaged.
    """
    place = parse_locator(raw_uri)
    data = read_range(place.file, place.offset, place.length)
    try:
        record = next(_records(io.BytesIO(data)), None)
        if record is None or not record.record_type & _PAGES:
            raise ArchiveError("no page is recorded there")
        return _page(record, raw_uri)
    except _DAMAGE as error:
        raise ArchiveError(f"{raw_uri} cannot be read back: {error}") from error


def iter_warc(path: str | Path) -> Iterator[ArchivedPage | BrokenRecord]:
    """Yield the responses and resources of any WARC file; damage becomes a broken record.

    Raises:
        ArchiveError: the file is not there.
    """
    name = str(path)
    with open_file(name) as file, open_file(name) as probe:
        start: int | None = 0
        while start is not None:
            run = _Run(file, probe, name, start)
            yield from run.records()
            if run.error is None:
                return
            start = _next_start(file, run.position + 1)
            if run.is_empty or start is None:
                reason = f"damaged after byte {run.position}: {run.error}"
                yield BrokenRecord(str(Locator(name, run.position)), reason)


class _Run:
    """The good records from one place on, up to the end of the file or the next damage.

    The damaged record itself is found by the next run, which begins at it and is empty.
    """

    def __init__(self, file: IO[bytes], probe: IO[bytes], name: str, start: int) -> None:
        self._file = file
        self._probe = probe
        self._name = name
        self._start = start
        self.position = start
        """Where the last record began."""
        self.is_empty = True
        self.error: Exception | None = None

    def records(self) -> Iterator[ArchivedPage | BrokenRecord]:
        self._file.seek(self._start)
        try:
            for record in _records(_Tail(self._file, self._start)):
                self._move_to(self._start + record.stream_pos)
                if record.record_type & _PAGES:
                    yield _page_or_broken(record, str(Locator(self._name, self.position)))
                elif record.record_type == WarcRecordType.unknown:
                    place = str(Locator(self._name, self.position))
                    yield BrokenRecord(place, "a record of no known type")
        except _DAMAGE as error:
            self.error = error

    def _move_to(self, position: int) -> None:
        """Check that a record can be reached by its offset alone."""
        if not self.is_empty and self._is_gzip(self._start) and not self._is_gzip(position):
            raise ArchiveError("compressed as a whole; write each record as its own member")
        self.is_empty = False
        self.position = position

    def _is_gzip(self, position: int) -> bool:
        self._probe.seek(position)
        return self._probe.read(3) == _GZIP


def _next_start(file: IO[bytes], offset: int) -> int | None:
    """Find where the next record begins: a gzip member, or a plain line, that says "WARC/"."""
    while True:
        file.seek(offset)
        window = file.read(_WINDOW)
        place = 0
        while (place := _candidate(window, place)) >= 0:
            if _says_warc(window[place : place + 512]):
                return offset + place
            place += 1
        if len(window) < _WINDOW:
            return None
        offset += _WINDOW - 512


def _candidate(window: bytes, place: int) -> int:
    found = [window.find(mark, place) for mark in (_GZIP, b"WARC/1.")]
    return min((at for at in found if at >= 0), default=-1)


def _says_warc(start: bytes) -> bool:
    if not start.startswith(_GZIP):
        return True
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start, 5) == b"WARC/"
    except zlib.error:
        return False


class _Tail:
    """A file that begins at an offset, as fastwarc wants to see it."""

    def __init__(self, file: IO[bytes], start: int) -> None:
        self._file = file
        self._start = start

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        base = self._start if whence == 0 else 0
        return self._file.seek(base + offset, whence) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start

    def close(self) -> None:
        """Leave the file open: its owner closes it."""


def _records(stream: "_Tail | IO[bytes]") -> Iterator[WarcRecord]:
    limit = _MAX_HEADER_BYTES
    return iter(ArchiveIterator(stream, parse_http=False, max_header_len=limit, strict_mode=False))


def _page_or_broken(record: WarcRecord, raw_uri: str) -> ArchivedPage | BrokenRecord:
    try:
        return _page(record, raw_uri)
    except ArchiveError as error:
        return BrokenRecord(raw_uri, str(error))


def _page(record: WarcRecord, raw_uri: str) -> ArchivedPage:
    """Return the page of a record whose length and digest are right.

    Raises:
        ArchiveError: they are not, or there is no HTTP answer in it.
    """
    _check_whole(record)
    headers: tuple[tuple[str, str], ...] = ()
    status, kind = None, record.headers.get("Content-Type")
    if record.record_type == WarcRecordType.response:
        record.parse_http(auto_decode="all", max_header_len=_MAX_HEADER_BYTES, strict_mode=False)
        answer = record.http_headers
        if answer is None or answer.status_code is None:
            raise ArchiveError("the record holds no HTTP answer")
        status, headers = answer.status_code, answer.to_tuples()
        kind = next((value for key, value in headers if key.lower() == "content-type"), None)
    body = record.reader.read(MAX_RECORD_BYTES + 1)
    if len(body) > MAX_RECORD_BYTES:
        raise ArchiveError(f"the page has more than {MAX_RECORD_BYTES} bytes once decoded")
    url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
    at = record.record_date or datetime.fromtimestamp(0, UTC)
    return ArchivedPage(url, status, headers, kind, body, at, raw_uri)


def _check_whole(record: WarcRecord) -> None:
    announced = record.content_length
    if announced > MAX_RECORD_BYTES:
        raise ArchiveError(f"record of {announced} bytes; the limit is {MAX_RECORD_BYTES}")
    record.freeze()
    if record.content_length != announced:
        raise ArchiveError(f"{record.content_length} of {announced} bytes are there: truncated")
    digest = record.headers.get("WARC-Block-Digest") or ""
    if digest.startswith("sha1:") and not record.verify_block_digest():
        raise ArchiveError("the content does not match its WARC-Block-Digest")
