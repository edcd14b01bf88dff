"""Read the captures of anybody's web archive: WARC 0.17 to 1.1, ARC 1.0 and 1.1.

A file may be plain, compressed record by record or as a whole (gzip), or compressed with zstd. A
body is decoded from its Transfer-Encoding and Content-Encoding where it has them; many archives
keep the header of an encoding that they have undone, so a body that is not encoded is taken as it
is.

``CaptureReader.position`` says where to continue after a crash. Damage costs the records that it
hit: the next intact record is looked for, and the damage is reported as a ``BrokenRecord``.
"""

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal, cast

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.archive.framing import (
    GZIP_MEMBER,
    DamagedRecord,
    FileFrom,
    Framing,
    Gap,
    next_record,
)
from pipeline.archive.storage import open_file
from pipeline.archive.warc import MAX_RECORD_BYTES, ArchivedPage, BrokenRecord, Locator
from pipeline.errors import ArchiveError
from pipeline.file_formats import GZIP, binary_format

_MAX_HEADER_BYTES = 1 << 20
_SEARCH_BYTES = 1 << 20
"""Bytes read at a time when the next record is searched for."""
_ARC_LINE = 1 << 16
"""Longest header line of an ARC record; a URL takes at most a few kB of it."""
_ZSTD = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")
"""A frame, and the skippable frame that holds the dictionary of ``.warc.zst`` files."""
_ARC_START = b"filedesc://"
_RECORDS = (
    WarcRecordType.response
    | WarcRecordType.resource
    | WarcRecordType.revisit
    | WarcRecordType.unknown
)
_Decoding = Literal["all", "content", "transfer", "none"]
_DECODINGS: tuple[_Decoding, ...] = ("all", "content", "transfer", "none")
"""Tried in this order, because archives keep the headers of encodings that they have undone."""
_DAMAGE_ERRORS = (OSError, ValueError, EOFError, zlib.error, ArchiveError)


@dataclass(frozen=True, slots=True)
class Position:
    """Where to continue in a file: a byte offset, and how many records to skip from there."""

    offset: int = 0
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Capture:
    """One page as somebody's crawler received it."""

    page: ArchivedPage
    record_id: str | None = None
    payload_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Revisit:
    """A visit that found the body of an earlier capture again, which is not stored twice.

    The fields that refer to the earlier capture are None where the record does not state them.
    """

    url: str
    captured_at: datetime
    raw_uri: str
    refers_to_id: str | None
    refers_to_url: str | None
    refers_to_at: datetime | None
    payload_digest: str | None


Item = Capture | Revisit | BrokenRecord
Wanted = Callable[[str, datetime], bool]
"""Tells by URL and capture time whether a record is to be read."""


class CaptureReader:
    """Iterates over the captures, revisits and broken parts of one file.

    Args:
        name: a path, or an fsspec URL (``s3://…``).
        position: where to begin; that of an earlier reader of the same file.
        wanted: whether a record is to be read; the body of any other is skipped undecoded.
        label: the name in locators and messages, where it is another one than the file's.
        revisits_only: read no other records.
    """

    def __init__(
        self,
        name: str,
        position: Position | None = None,
        wanted: Wanted | None = None,
        *,
        label: str | None = None,
        revisits_only: bool = False,
    ) -> None:
        self._file_name = name
        self._name = label or name
        self._types = WarcRecordType.revisit if revisits_only else _RECORDS
        self._wanted = wanted or _everything
        self.position = position or Position()
        """Where to continue after the item that was yielded last; it counts as read."""
        self.bytes_read = self.position.offset
        """How far the file was read, in bytes as they are stored."""
        self.records_read = 0
        """Responses, resources and revisits, wanted or not."""

    def __iter__(self) -> Iterator[Item]:
        """Yield the items in the order of the file.

        Raises:
            ArchiveError: the file does not exist, or is neither WARC nor ARC.
        """
        with open_file(self._file_name) as file, open_file(self._file_name) as probe:
            is_arc = _is_arc(file, self._name)
            file.seek(0)
            yield from self._arc(file) if is_arc else self._warc(file, probe)

    def _warc(self, file: IO[bytes], probe: IO[bytes]) -> Iterator[Item]:
        start: int | None = self.position.offset
        skip = self.position.skip
        reported = -1
        while start is not None:
            begun = self.position = Position(start, skip)
            framing = Framing(probe, FileFrom(file, start))
            try:
                yield from self._intact_warc_records(framing, begun)
            except _DAMAGE_ERRORS as error:
                # What fastwarc cannot read follows the last record, or is that record.
                is_last = isinstance(error, DamagedRecord)
                end = None if is_last else framing.end_of_last()
                damaged = self.position.offset if end is None else end
                start, skip = next_record(file, damaged + 1), 0
                if start is not None:
                    self.position = Position(start)
                if damaged != reported:
                    reported = damaged
                    yield BrokenRecord(str(Locator(self._name, damaged)), f"damaged: {error}")
            else:
                return

    def _intact_warc_records(self, framing: Framing, begin: Position) -> Iterator[Item]:
        """Yield what can be read from a position up to the end or the next damage.

        Raises:
            DamagedRecord: the record at ``position`` is damaged, and the next one is to be sought.
        """
        records = ArchiveIterator(
            framing.stream,
            parse_http=False,
            max_header_len=_MAX_HEADER_BYTES,
            record_types=WarcRecordType.any_type,
        )
        for read, record in enumerate(records, start=1):
            yield from self._gaps(framing.move_to(begin.offset + record.stream_pos))
            offset = framing.last or 0
            # Only a file whose records are members of their own can be read from within.
            is_divided = framing.is_divided
            self.position = Position(offset, 1) if is_divided else Position(begin.offset, read)
            self.bytes_read = max(self.bytes_read, begin.offset + framing.stream.place)
            if read > begin.skip:
                framing.check_text(offset)
                yield from self._items(record, offset, framing)
        yield from self._gaps(framing.at_end())

    def _gaps(self, gaps: Iterator[Gap]) -> Iterator[BrokenRecord]:
        for gap in gaps:
            yield BrokenRecord(str(Locator(self._name, gap.offset)), f"damaged: {gap.reason}")

    def _items(self, record: WarcRecord, offset: int, framing: Framing) -> Iterator[Item]:
        kind = record.record_type
        if kind != WarcRecordType.no_type and not kind & self._types:
            return
        self.records_read += 1
        try:
            url, at = _address_and_time(record)
            if self._wanted(url, at):
                yield self._item(record, url, at, offset, framing)
        except DamagedRecord as error:
            if framing.is_divided:
                raise
            yield BrokenRecord(str(Locator(self._name, offset)), str(error))
        except _DAMAGE_ERRORS as error:
            yield BrokenRecord(str(Locator(self._name, offset)), str(error))

    def _item(
        self, record: WarcRecord, url: str, at: datetime, offset: int, framing: Framing
    ) -> Item:
        """Return the capture or revisit of a record.

        Raises:
            ArchiveError: it is damaged (``DamagedRecord``), or holds no page.
        """
        raw_uri = str(Locator(self._name, offset))
        if record.record_type == WarcRecordType.revisit:
            return _revisit(record, url, at, raw_uri)
        has_digest = (record.headers.get("WARC-Block-Digest") or "").startswith("sha1:")
        if not has_digest or record.content_length > MAX_RECORD_BYTES:
            framing.check(offset)
        return _capture(record, url, at, raw_uri)

    def _arc(self, file: IO[bytes]) -> Iterator[Item]:
        counted = FileFrom(file, 0)
        reader = io.BufferedReader(_Raw(counted), 1 << 17)
        is_gzip = reader.peek(3)[:3] == GZIP_MEMBER
        stream = cast("IO[bytes]", gzip.GzipFile(fileobj=reader) if is_gzip else reader)
        read = 0
        try:
            is_second_version = False
            for fields, block in _arc_records(stream):
                self.bytes_read = max(self.bytes_read, counted.place)
                read += 1
                is_new = read > self.position.skip
                self.position = Position(0, max(read, self.position.skip))
                if fields[0].startswith("filedesc:"):
                    is_second_version = block.startswith(b"2 ")
                elif is_new:
                    self.records_read += 1
                    raw_uri = f"{self._name}#record={read}"
                    yield from self._arc_items(fields, block, raw_uri, second=is_second_version)
        except _DAMAGE_ERRORS as error:
            reason = f"damaged after record {read}: {error}; the rest of it cannot be read"
            yield BrokenRecord(f"{self._name}#record={read}", reason)

    def _arc_items(
        self, fields: list[str], block: bytes, raw_uri: str, *, second: bool
    ) -> Iterator[Item]:
        url, _, date, kind = (*fields, "", "", "", "")[:4]
        try:
            at = _arc_date(date)
            if not self._wanted(url, at):
                return
            if int(fields[-1]) > MAX_RECORD_BYTES:
                raise ArchiveError(f"record of {fields[-1]} bytes; the limit is {MAX_RECORD_BYTES}")
            if url.startswith(("http:", "https:")):
                digest = fields[5] if second and len(fields) > 5 and fields[5] != "-" else None
                yield Capture(_http_page(block, url, at, raw_uri), None, digest)
            else:
                yield Capture(ArchivedPage(url, None, (), kind or None, block, at, raw_uri))
        except _DAMAGE_ERRORS as error:
            yield BrokenRecord(raw_uri, str(error))


def _everything(url: str, at: datetime) -> bool:
    return True


def file_size(name: str) -> int:
    """Return the size of a file in bytes.

    Raises:
        ArchiveError: it does not exist.
    """
    with open_file(name) as file:
        return file.seek(0, io.SEEK_END)


def is_archive(path: Path) -> bool:
    """Tell by a local file's content whether it is WARC or ARC."""
    try:
        with path.open("rb") as file:
            _is_arc(file, str(path))
    except (OSError, ArchiveError):
        return False
    return True


def _is_arc(file: IO[bytes], name: str) -> bool:
    """Tell by a file's first bytes whether it is ARC (True) or WARC (False).

    Raises:
        ArchiveError: it is something else; the message says what and what to do.
    """
    start = stored = file.read(1 << 16)
    if start.startswith(_ZSTD):
        return False
    if start.startswith(GZIP):
        try:
            start = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start, 4096)
        except zlib.error as error:
            raise ArchiveError(
                f"{name} begins as gzip and cannot be decompressed ({error}): download it again"
            ) from error
    if start.startswith(_ARC_START):
        return True
    if start.lstrip(b"\r\n").startswith(b"WARC/"):
        return False
    raise ArchiveError(f"{name} is {_found(start, stored)}")


def _found(start: bytes, stored: bytes) -> str:
    if not stored:
        return "empty: download it again"
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|head|\?xml|!--)", start, re.IGNORECASE):
        return "an HTML or XML page, not a WARC file: the address gave a page; download it again"
    if start.startswith(b"PK\x03\x04"):
        return "a ZIP file (WACZ is one): unpack it and give the .warc.gz files that it holds"
    kind = binary_format(start) or f"neither WARC nor ARC: it begins with {start[:16]!r}"
    return f"{kind}: give files that begin with WARC/ or filedesc://"


class _Raw(io.RawIOBase):
    """Gives ``io.BufferedReader`` what a counted file reads."""

    def __init__(self, file: FileFrom) -> None:
        self._counted = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._counted.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _address_and_time(record: WarcRecord) -> tuple[str, datetime]:
    """Return the target of a record and when it was captured.

    Raises:
        DamagedRecord: one of the headers is missing, or cannot be read.
    """
    if record.record_type in (WarcRecordType.unknown, WarcRecordType.no_type):
        raise DamagedRecord("the record has no readable WARC-Type")
    if record.record_date is None:
        raise DamagedRecord("the record has no readable WARC-Date")
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    if not url:
        raise DamagedRecord("the record has no readable WARC-Target-URI")
    return url, record.record_date


def _revisit(record: WarcRecord, url: str, at: datetime, raw_uri: str) -> Revisit:
    named = record.headers
    original = named.get("WARC-Refers-To-Target-URI")
    return Revisit(
        url,
        at,
        raw_uri,
        named.get("WARC-Refers-To"),
        original.strip("<> ") if original else None,
        _warc_date(named.get("WARC-Refers-To-Date")),
        named.get("WARC-Payload-Digest"),
    )


def _warc_date(stated: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(stated) if stated else None
    except ValueError:
        return None


def _capture(record: WarcRecord, url: str, at: datetime, raw_uri: str) -> Capture:
    """Return the capture of a response or resource record.

    Raises:
        DamagedRecord: the record is damaged.
        ArchiveError: it is cut by its crawler, too large, or holds no HTTP response.
    """
    announced = record.content_length
    if announced > MAX_RECORD_BYTES:
        raise ArchiveError(f"record of {announced} bytes; the limit is {MAX_RECORD_BYTES}")
    named = record.headers
    if cut := named.get("WARC-Truncated"):
        raise ArchiveError(f"the crawler kept only a part of the page (WARC-Truncated: {cut})")
    digest = named.get("WARC-Block-Digest") or ""
    record.freeze()
    if record.content_length != announced:
        raise DamagedRecord(
            f"{record.content_length} of {announced} bytes are there; the record is truncated"
        )
    if digest.startswith("sha1:") and not record.verify_block_digest():
        raise DamagedRecord("the content does not match its WARC-Block-Digest")
    block = record.reader.read()
    if record.record_type == WarcRecordType.resource:
        page = ArchivedPage(url, None, (), named.get("Content-Type"), block, at, raw_uri)
    else:
        page = _http_page(block, url, at, raw_uri)
    return Capture(page, record.record_id, named.get("WARC-Payload-Digest"))


def _http_page(block: bytes, url: str, at: datetime, raw_uri: str) -> ArchivedPage:
    """Return the page of an HTTP response as it was stored, head and body.

    Raises:
        ArchiveError: it is no HTTP response, or larger than the limit once decoded.
    """
    for decoding in _DECODINGS:
        try:
            return _decoded_page(block, url, at, raw_uri, decoding)
        except OSError:
            if decoding == "none":
                raise
    raise AssertionError("the last decoding returns or raises")


def _decoded_page(
    block: bytes, url: str, at: datetime, raw_uri: str, decoding: _Decoding
) -> ArchivedPage:
    # fastwarc parses HTTP only within a WARC record.
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    record = WarcRecord.from_bytes(head.encode() + block + b"\r\n\r\n")
    record.parse_http(auto_decode=decoding, max_header_len=_MAX_HEADER_BYTES, quirks_mode=True)
    response = record.http_headers
    if response is None or response.status_code is None:
        raise ArchiveError("the record holds no HTTP response")
    headers = response.to_tuples()
    kind = next((value for name, value in headers if name.lower() == "content-type"), None)
    body = record.reader.read(MAX_RECORD_BYTES + 1)
    if len(body) > MAX_RECORD_BYTES:
        raise ArchiveError(f"the page has more than {MAX_RECORD_BYTES} bytes once decoded")
    return ArchivedPage(url, response.status_code, headers, kind, body, at, raw_uri)


def _arc_records(stream: IO[bytes]) -> Iterator[tuple[list[str], bytes]]:
    """Yield the fields of each header line, with the URL first, and the block after it.

    The length is the last field in both versions, and a URL may hold blanks: "http://a/b c 1.2.3.4
    20060926111852 text/html 76". Version 1 has 5 fields, version 2 ("2 0" in the first block) 10.

    Raises:
        ArchiveError: a line is no header, or the file ends within a block.
    """
    count = 5
    while line := stream.readline(_ARC_LINE):
        if not line.strip():
            continue
        text = line.decode("utf-8", "replace").strip()
        fields = text.rsplit(" ", count - 1)
        if len(fields) < count or not fields[-1].isascii() or not fields[-1].isdigit():
            raise ArchiveError(f"{text[:80]!r} is not the header line of an ARC record")
        length = int(fields[-1])
        block = stream.read(min(length, MAX_RECORD_BYTES))
        left = length - len(block)
        while left and (passed := stream.read(min(left, _SEARCH_BYTES))):
            left -= len(passed)
        if left:
            raise ArchiveError(f"{length - left} of {length} bytes are there; it is truncated")
        if fields[0].startswith("filedesc:"):
            count = 10 if block.startswith(b"2 ") else 5
        yield fields, block


def _arc_date(stated: str) -> datetime:
    """Return the time of an ARC record: 14 digits, or fewer from careless writers.

    Raises:
        ArchiveError: it is no time.
    """
    try:
        return datetime.strptime(stated[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise ArchiveError(f"{stated[:40]!r} is not a date of 14 digits") from error


__all__ = ["Capture", "CaptureReader", "Item", "Position", "Revisit", "file_size", "is_archive"]
