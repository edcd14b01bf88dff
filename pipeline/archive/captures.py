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

from pipeline.archive.storage import open_file
from pipeline.archive.warc import MAX_RECORD_BYTES, ArchivedPage, BrokenRecord, Locator
from pipeline.errors import ArchiveError
from pipeline.file_formats import GZIP, binary_format

_MAX_HEADER_BYTES = 1 << 20
_SEARCH_BYTES = 1 << 20
"""Bytes read at a time when the next record is searched for."""
_ARC_LINE = 1 << 16
"""Longest header line of an ARC record; a URL takes at most a few kB of it."""
_GZIP_MEMBER = GZIP + b"\x08"
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
        with open_file(self._file_name) as file:
            is_arc = _is_arc(file, self._name)
            file.seek(0)
            yield from self._arc(file) if is_arc else self._warc(file)

    def _warc(self, file: IO[bytes]) -> Iterator[Item]:
        start: int | None = self.position.offset
        skip = self.position.skip
        while start is not None:
            begun = self.position = Position(start, skip)
            try:
                yield from self._intact_warc_records(file, begun)
            except _DAMAGE_ERRORS as error:
                damaged = self.position.offset
                has_read = self.position != begun
                start, skip = _next_start(file, damaged + 1), 0
                if not has_read or start is None:
                    reason = f"damaged after byte {damaged}: {error}"
                    yield BrokenRecord(str(Locator(self._name, damaged)), reason)
            else:
                return

    def _intact_warc_records(self, file: IO[bytes], begin: Position) -> Iterator[Item]:
        """Yield what can be read from a position up to the end or the next damage."""
        stream = _CountedFrom(file, begin.offset)
        # Only a file whose records are members of their own can be read from within.
        is_divided = True
        records = ArchiveIterator(
            stream,
            parse_http=False,
            max_header_len=_MAX_HEADER_BYTES,
            record_types=WarcRecordType.any_type,
        )
        for read, record in enumerate(records, start=1):
            if read == 2:
                is_divided = stream.begins_record(record.stream_pos)
            offset = begin.offset + record.stream_pos
            self.position = Position(offset, 1) if is_divided else Position(begin.offset, read)
            self.bytes_read = max(self.bytes_read, begin.offset + stream.place)
            if read > begin.skip and record.record_type & self._types:
                self.records_read += 1
                yield from self._items(record, offset)

    def _items(self, record: WarcRecord, offset: int) -> Iterator[Item]:
        raw_uri = str(Locator(self._name, offset))
        if record.record_type == WarcRecordType.unknown:
            yield BrokenRecord(raw_uri, "a record of an unknown type")
            return
        url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
        at = record.record_date
        if at is None:
            yield BrokenRecord(raw_uri, "the record has no readable WARC-Date")
        elif self._wanted(url, at):
            try:
                yield _revisit(record, url, at, raw_uri) or _capture(record, url, at, raw_uri)
            except _DAMAGE_ERRORS as error:
                yield BrokenRecord(raw_uri, str(error))

    def _arc(self, file: IO[bytes]) -> Iterator[Item]:
        counted = _CountedFrom(file, 0)
        reader = io.BufferedReader(_Raw(counted), 1 << 17)
        is_gzip = reader.peek(3)[:3] == _GZIP_MEMBER
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


def _next_start(file: IO[bytes], offset: int) -> int | None:
    """Return the offset of the next WARC record: a gzip member, or text after a line break."""
    while True:
        file.seek(offset)
        window = file.read(_SEARCH_BYTES)
        for mark in re.finditer(rb"\x1f\x8b\x08|(?<=\n)WARC/[01]\.", window):
            if _begins_record(window[mark.start() : mark.start() + 512]):
                return offset + mark.start()
        if len(window) < _SEARCH_BYTES:
            return None
        offset += _SEARCH_BYTES - 512


def _begins_record(start: bytes) -> bool:
    if not start.startswith(_GZIP_MEMBER):
        return start.startswith(b"WARC/")
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start, 5) == b"WARC/"
    except zlib.error:
        return False


class _CountedFrom:
    """A file whose positions count from an offset, as fastwarc expects it."""

    def __init__(self, file: IO[bytes], start: int) -> None:
        self._file = file
        self._start = start
        self.place = 0
        """Bytes read so far, from the offset on."""
        file.seek(start)

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.place += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        base = self._start if whence == 0 else 0
        self.place = self._file.seek(base + offset, whence) - self._start
        return self.place

    def tell(self) -> int:
        return self.place

    def close(self) -> None:
        """Do nothing, since the file is closed by its owner."""

    def begins_record(self, position: int) -> bool:
        """Tell whether a record begins at a position, and keep the place where reading goes on."""
        self._file.seek(self._start + position)
        start = self._file.read(512)
        self._file.seek(self._start + self.place)
        return _begins_record(start)


class _Raw(io.RawIOBase):
    """Gives ``io.BufferedReader`` what a counted file reads."""

    def __init__(self, file: _CountedFrom) -> None:
        self._counted = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._counted.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _revisit(record: WarcRecord, url: str, at: datetime, raw_uri: str) -> Revisit | None:
    if record.record_type != WarcRecordType.revisit:
        return None
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
        ArchiveError: the record is damaged, cut by its crawler, or holds no HTTP response.
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
        raise ArchiveError(
            f"{record.content_length} of {announced} bytes are there; the record is truncated"
        )
    if digest.startswith("sha1:") and not record.verify_block_digest():
        raise ArchiveError("the content does not match its WARC-Block-Digest")
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
