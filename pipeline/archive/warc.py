"""Read WARC files (ISO 28500:2017): our own and those of anybody else.

In our files every record is a gzip member of its own. A locator such as
``<file>#offset=123&length=456`` names one record by its bytes in the compressed file, so that one
seek and one read get it back.

Reading checks each record's length and block digest, because a truncated record would otherwise
read as a shorter page. fastwarc does the parsing; finding the next intact record after a damaged
one is done here.
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.archive.cdxj import REVISIT_MIME, Capture, media_type
from pipeline.archive.locator import Locator, parse_locator
from pipeline.archive.storage import open_file, read_range
from pipeline.errors import ArchiveError
from pipeline.file_formats import GZIP

__all__ = [
    "ArchivedPage",
    "BrokenRecord",
    "Locator",
    "capture_of",
    "iter_warc",
    "next_record",
    "parse_locator",
    "read_capture",
    "read_record",
]


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page read from a WARC record; ``body`` is decoded from its Content-Encoding."""

    url: str
    status: int | None
    """None for a resource record (a local file)."""
    headers: tuple[tuple[str, str], ...]
    content_type: str | None
    body: bytes
    fetched_at: datetime
    raw_uri: str = ""
    """The locator of its record."""


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A part of a WARC file that cannot be read."""

    raw_uri: str
    reason: str


MAX_RECORD_BYTES = 64_000_000
"""Larger records are not read: they are no news pages, and each is held in memory whole."""
_MAX_HEADER_BYTES = 1 << 20
"""fastwarc's default is 32 KiB, but fetch accepts headers of up to 100 KiB and writes them."""
_PAGE_RECORDS = WarcRecordType.response | WarcRecordType.resource
_GZIP_MEMBER = GZIP + b"\x08"
"""Start of a gzip member: magic bytes and the only compression method there is (RFC 1952)."""
_START_BYTES = 4096
"""Compressed bytes that hold a record's own headers; the HTTP headers may go on after them."""
_SEARCH_BYTES = 1 << 20
"""Bytes read at a time when the next record is searched for."""
_DAMAGE_ERRORS = (OSError, ValueError, EOFError, ArchiveError)
"""fastwarc raises OSError for broken gzip and headers, ValueError for broken dates."""


def read_record(raw_uri: str) -> ArchivedPage:
    """Return the page of one record.

    Raises:
        ArchiveError: the file does not exist, or the record is damaged.
    """
    locator = parse_locator(raw_uri)
    if locator.length is not None:
        data = read_range(locator.file, locator.offset, locator.length)
        return _only_page(io.BytesIO(data), raw_uri)
    with open_file(locator.file) as file:
        file.seek(locator.offset)
        return _only_page(_FileFrom(file, locator.offset), raw_uri)


def _only_page(stream: "_FileFrom | IO[bytes]", raw_uri: str) -> ArchivedPage:
    try:
        record = next(_records(stream), None)
        if record is None or not record.record_type & _PAGE_RECORDS:
            raise ArchiveError("there is no response or resource record there")
        return _page(record, raw_uri)
    except _DAMAGE_ERRORS as error:
        raise ArchiveError(f"{raw_uri} cannot be read back: {error}") from error


def read_capture(raw_uri: str) -> Capture:
    """Return what an index says of the response or resource record at a place in our files.

    Only the start of the record is read.

    Raises:
        ArchiveError: there is no such record.
    """
    locator = parse_locator(raw_uri)
    length = min(locator.length or _START_BYTES, _START_BYTES)
    data = read_range(locator.file, locator.offset, length)
    try:
        start = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data)
        capture = capture_of(start)
    except (*_DAMAGE_ERRORS, zlib.error) as error:
        raise ArchiveError(f"{raw_uri} cannot be read back: {error}") from error
    if capture is None or capture.mime == REVISIT_MIME:
        raise ArchiveError(f"{raw_uri} cannot be read back: no record with a body is there")
    return capture


def capture_of(start: bytes) -> Capture | None:
    """Return what an index says of a record, None for requests and the like.

    Args:
        start: the first bytes of the record, decompressed, with its HTTP headers.
    """
    record = WarcRecord.from_bytes(start)
    kind = record.record_type
    if not kind & (_PAGE_RECORDS | WarcRecordType.revisit) or record.record_date is None:
        return None
    named = record.headers
    mime, status = named.get("Content-Type") or "", None
    if kind != WarcRecordType.resource:
        record.parse_http(max_header_len=_MAX_HEADER_BYTES, strict_mode=False)
        http = record.http_headers
        status = http.status_code if http else None
        mime = (http.get("Content-Type") or "") if http else ""
    return Capture(
        named.get("WARC-Target-URI") or "",
        record.record_date,
        REVISIT_MIME if kind == WarcRecordType.revisit else media_type(mime),
        status,
        named.get("WARC-Payload-Digest"),
    )


def iter_warc(path: str | Path) -> Iterator[ArchivedPage | BrokenRecord]:
    """Yield the responses and resources of any WARC file, and a broken record for each damage.

    Raises:
        ArchiveError: the file does not exist.
    """
    name = str(path)
    with open_file(name) as file, open_file(name) as probe:
        start: int | None = 0
        while start is not None:
            intact = _IntactRecords(file, probe, name, start)
            yield from intact.records()
            if intact.error is None:
                return
            start = next_record(file, intact.position + 1)
            if intact.is_empty or start is None:
                reason = f"damaged after byte {intact.position}: {intact.error}"
                yield BrokenRecord(str(Locator(name, intact.position)), reason)


class _IntactRecords:
    """The intact records from one offset on, up to the end of the file or the next damage.

    The damaged record itself is reported by the following object, which starts at that record and
    finds nothing.
    """

    def __init__(self, file: IO[bytes], probe: IO[bytes], name: str, start: int) -> None:
        self._file = file
        self._probe = probe
        self._name = name
        self._start = start
        self.position = start
        """The offset of the last record."""
        self.is_empty = True
        self.error: Exception | None = None

    def records(self) -> Iterator[ArchivedPage | BrokenRecord]:
        self._file.seek(self._start)
        try:
            for record in _records(_FileFrom(self._file, self._start)):
                self._move_to(self._start + record.stream_pos)
                if record.record_type & _PAGE_RECORDS:
                    yield _page_or_broken(record, str(Locator(self._name, self.position)))
                elif record.record_type == WarcRecordType.unknown:
                    raw_uri = str(Locator(self._name, self.position))
                    yield BrokenRecord(raw_uri, "a record of an unknown type")
        except _DAMAGE_ERRORS as error:
            self.error = error

    def _move_to(self, position: int) -> None:
        """Move to the next record after checking that it can be read by its offset alone."""
        if not self.is_empty and self._is_gzip(self._start) and not self._is_gzip(position):
            raise ArchiveError(
                "the file is compressed as a whole; compress each record as a gzip member"
            )
        self.is_empty = False
        self.position = position

    def _is_gzip(self, position: int) -> bool:
        self._probe.seek(position)
        return self._probe.read(3) == _GZIP_MEMBER


def next_record(file: IO[bytes], offset: int) -> int | None:
    """Return the offset of the next record: a gzip member or plain text that begins "WARC/"."""
    while True:
        file.seek(offset)
        window = file.read(_SEARCH_BYTES)
        place = 0
        while (place := _next_mark(window, place)) >= 0:
            if _begins_record(window[place : place + 512]):
                return offset + place
            place += 1
        if len(window) < _SEARCH_BYTES:
            return None
        offset += _SEARCH_BYTES - 512


def _next_mark(window: bytes, place: int) -> int:
    found = [window.find(mark, place) for mark in (_GZIP_MEMBER, b"WARC/1.")]
    return min((at for at in found if at >= 0), default=-1)


def _begins_record(start: bytes) -> bool:
    if not start.startswith(_GZIP_MEMBER):
        return True
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start, 5) == b"WARC/"
    except zlib.error:
        return False


class _FileFrom:
    """A file whose positions count from an offset, as fastwarc expects it."""

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
        """Do nothing, since the file is closed by its owner."""


def _records(stream: "_FileFrom | IO[bytes]") -> Iterator[WarcRecord]:
    limit = _MAX_HEADER_BYTES
    return iter(ArchiveIterator(stream, parse_http=False, max_header_len=limit, strict_mode=False))


def _page_or_broken(record: WarcRecord, raw_uri: str) -> ArchivedPage | BrokenRecord:
    try:
        return _page(record, raw_uri)
    except ArchiveError as error:
        return BrokenRecord(raw_uri, str(error))


def _page(record: WarcRecord, raw_uri: str) -> ArchivedPage:
    """Return the page of a record after checking its length and digest.

    Raises:
        ArchiveError: the record is damaged, or holds no HTTP response.
    """
    _check_intact(record)
    headers: tuple[tuple[str, str], ...] = ()
    status, kind = None, record.headers.get("Content-Type")
    if record.record_type == WarcRecordType.response:
        record.parse_http(auto_decode="all", max_header_len=_MAX_HEADER_BYTES, strict_mode=False)
        response = record.http_headers
        if response is None or response.status_code is None:
            raise ArchiveError("the record holds no HTTP response")
        status, headers = response.status_code, response.to_tuples()
        kind = next((value for key, value in headers if key.lower() == "content-type"), None)
    body = record.reader.read(MAX_RECORD_BYTES + 1)
    if len(body) > MAX_RECORD_BYTES:
        raise ArchiveError(f"the page has more than {MAX_RECORD_BYTES} bytes once decoded")
    url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
    at = record.record_date or datetime.fromtimestamp(0, UTC)
    return ArchivedPage(url, status, headers, kind, body, at, raw_uri)


def _check_intact(record: WarcRecord) -> None:
    announced = record.content_length
    if announced > MAX_RECORD_BYTES:
        raise ArchiveError(f"record of {announced} bytes; the limit is {MAX_RECORD_BYTES}")
    record.freeze()
    if record.content_length != announced:
        raise ArchiveError(
            f"{record.content_length} of {announced} bytes are there; the record is truncated"
        )
    digest = record.headers.get("WARC-Block-Digest") or ""
    if digest.startswith("sha1:") and not record.verify_block_digest():
        raise ArchiveError("the content does not match its WARC-Block-Digest")
