"""Read WARC files (ISO 28500:2017): our own and those of anybody else.

In our files every record is a gzip member of its own. A locator such as
``<file>#offset=123&length=456`` names one record by its bytes in the compressed file, so that one
seek and one read get it back.

Reading checks each record's length and block digest, because a truncated record would otherwise
read as a shorter page. fastwarc does the parsing; finding the next intact record after a damaged
one is done here.
"""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.archive.cdxj import REVISIT_MIME, Capture, media_type
from pipeline.archive.framing import DamagedRecord, FileFrom, Framing, next_record
from pipeline.archive.locator import Locator, parse_locator
from pipeline.archive.storage import open_file, read_range
from pipeline.errors import ArchiveError

__all__ = [
    "ArchivedPage",
    "BrokenRecord",
    "Locator",
    "capture_of",
    "iter_warc",
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
_START_BYTES = 4096
"""Compressed bytes that hold a record's own headers; the HTTP headers may go on after them."""
_CONTENT_LENGTH = re.compile(rb"^content-length:[^\r\n]*", re.IGNORECASE | re.MULTILINE)
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
        return _only_page(FileFrom(file, locator.offset), raw_uri)


def _only_page(stream: FileFrom | IO[bytes], raw_uri: str) -> ArchivedPage:
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

    Raises:
        ArchiveError: a header that every record has is missing or cannot be read.
    """
    try:
        record = WarcRecord.from_bytes(_with_its_own_length(start))
    except (OSError, ValueError) as error:
        raise ArchiveError(f"its headers cannot be read: {error}") from error
    kind = record.record_type
    if kind in (WarcRecordType.unknown, WarcRecordType.no_type):
        raise ArchiveError("it has no readable WARC-Type")
    if record.record_date is None:
        raise ArchiveError("it has no readable WARC-Date")
    if not kind & (_PAGE_RECORDS | WarcRecordType.revisit):
        return None
    named = record.headers
    url = named.get("WARC-Target-URI")
    if not url:
        raise ArchiveError("it has no readable WARC-Target-URI")
    mime, status = named.get("Content-Type") or "", None
    if kind != WarcRecordType.resource:
        record.parse_http(max_header_len=_MAX_HEADER_BYTES, strict_mode=False)
        http = record.http_headers
        status = http.status_code if http else None
        mime = (http.get("Content-Type") or "") if http else ""
    return Capture(
        url,
        record.record_date,
        REVISIT_MIME if kind == WarcRecordType.revisit else media_type(mime),
        status,
        named.get("WARC-Payload-Digest"),
    )


def _with_its_own_length(start: bytes) -> bytes:
    """Return the start of a record with the length of what is there as its Content-Length.

    fastwarc takes memory for as many bytes as that header says, and where it says 10 TB, it ends
    the process.
    """
    head, blank, block = start.partition(b"\r\n\r\n")
    length = b"Content-Length: %d" % len(block)
    return _CONTENT_LENGTH.sub(length, head, count=1) + blank + block


def iter_warc(path: str | Path) -> Iterator[ArchivedPage | BrokenRecord]:
    """Yield the responses and resources of any WARC file, and a broken record for each damage.

    Raises:
        ArchiveError: the file does not exist.
    """
    name = str(path)
    with open_file(name) as file, open_file(name) as probe:
        start: int | None = 0
        reported = -1
        while start is not None:
            framing = Framing(probe, FileFrom(file, start))
            try:
                yield from _intact_records(framing, name, start)
            except _DAMAGE_ERRORS as error:
                # What fastwarc cannot read follows the last record, or is that record.
                is_last = isinstance(error, DamagedRecord) or not framing.is_divided
                end = None if is_last else framing.end_of_last()
                damaged = (start if framing.last is None else framing.last) if end is None else end
                start = next_record(file, damaged + 1)
                if damaged != reported:
                    reported = damaged
                    yield BrokenRecord(str(Locator(name, damaged)), f"damaged: {error}")
            else:
                return


def _intact_records(
    framing: Framing, name: str, start: int
) -> Iterator[ArchivedPage | BrokenRecord]:
    """Yield the pages from an offset on, up to the end of the file or the next damage.

    Raises:
        DamagedRecord: the record at ``framing.last`` is damaged.
    """
    for record in _records(framing.stream):
        for gap in framing.move_to(start + record.stream_pos):
            yield BrokenRecord(str(Locator(name, gap.offset)), f"damaged: {gap.reason}")
        if not framing.is_divided:
            raise ArchiveError(
                "the file is compressed as a whole; compress each record as a gzip member"
            )
        offset = framing.last or 0
        framing.check_text(offset)
        raw_uri = str(Locator(name, offset))
        try:
            if record.record_type & _PAGE_RECORDS:
                if record.content_length > MAX_RECORD_BYTES or not _has_digest(record):
                    framing.check(offset)
                yield _page(record, raw_uri)
            elif record.record_type in (WarcRecordType.unknown, WarcRecordType.no_type):
                yield BrokenRecord(raw_uri, "the record has no readable WARC-Type")
        except DamagedRecord:
            raise
        except ArchiveError as error:
            yield BrokenRecord(raw_uri, str(error))
    for gap in framing.at_end():
        yield BrokenRecord(str(Locator(name, gap.offset)), f"damaged: {gap.reason}")


def _records(stream: FileFrom | IO[bytes]) -> Iterator[WarcRecord]:
    limit = _MAX_HEADER_BYTES
    return iter(ArchiveIterator(stream, parse_http=False, max_header_len=limit, strict_mode=False))


def _page(record: WarcRecord, raw_uri: str) -> ArchivedPage:
    """Return the page of a record after checking its length and digest.

    Raises:
        DamagedRecord: the record is damaged.
        ArchiveError: it is too large, has no date, or holds no HTTP response.
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
    at = record.record_date
    if at is None or not url:
        missing = "WARC-Target-URI" if at else "WARC-Date"
        raise ArchiveError(f"the record has no readable {missing}")
    return ArchivedPage(url, status, headers, kind, body, at, raw_uri)


def _check_intact(record: WarcRecord) -> None:
    announced = record.content_length
    if announced > MAX_RECORD_BYTES:
        raise ArchiveError(f"record of {announced} bytes; the limit is {MAX_RECORD_BYTES}")
    record.freeze()
    if record.content_length != announced:
        raise DamagedRecord(
            f"{record.content_length} of {announced} bytes are there; the record is truncated"
        )
    if _has_digest(record) and not record.verify_block_digest():
        raise DamagedRecord("the content does not match its WARC-Block-Digest")


def _has_digest(record: WarcRecord) -> bool:
    return (record.headers.get("WARC-Block-Digest") or "").startswith("sha1:")
