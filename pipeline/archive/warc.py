"""WARC 1.1 files (ISO 28500:2017): our own, written and read back, and those of anybody else.

Each task writes one file, in which every record is a gzip member of its own. A locator such as
``<file>#offset=123&length=456`` names one record by its bytes in the compressed file, so that one
seek and one read get it back.

Bodies are stored decoded. The headers that described the body as it was sent are kept under the
prefix ``X-Crawler-``, as Common Crawl's news-crawl does, so that readers do not expect a wrong
length.

Reading checks each record's length and block digest, because a truncated record would otherwise
read as a shorter page. fastwarc does the parsing; finding the next intact record after a damaged
one is done here.
"""

import base64
import hashlib
import io
import posixpath
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import urlsplit

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline import __version__
from pipeline.archive.storage import Segment, new_segment, open_file, read_range
from pipeline.errors import ArchiveError
from pipeline.file_formats import GZIP
from pipeline.models import Response
from pipeline.settings import settings
from pipeline.urls import authority


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


_LOCATOR = re.compile(r"(?P<file>.+)#offset=(?P<offset>\d{1,18})(?:&length=(?P<length>\d{1,18}))?")


@dataclass(frozen=True, slots=True)
class Locator:
    """The place of one record: an absolute path or fsspec URL (``s3://…``) and a byte range."""

    file: str
    offset: int
    length: int | None = None
    """None for "to the end of the record", in files of others, where the length is not known."""

    def __str__(self) -> str:
        """Return the locator as one string."""
        length = "" if self.length is None else f"&length={self.length}"
        return f"{self.file}#offset={self.offset}{length}"


def parse_locator(raw_uri: str) -> Locator:
    """Return the locator that a string holds.

    Raises:
        ArchiveError: the string is not a locator.
    """
    match = _LOCATOR.fullmatch(raw_uri)
    if match is None:
        raise ArchiveError(
            f"{raw_uri[:200]!r} is not a locator such as <file>#offset=123&length=456"
        )
    length = match["length"]
    return Locator(match["file"], int(match["offset"]), int(length) if length else None)


MAX_RECORD_BYTES = 64_000_000
"""Larger records are not read: they are no news pages, and each is held in memory whole."""
_MAX_HEADER_BYTES = 1 << 20
"""fastwarc's default is 32 KiB, but fetch accepts headers of up to 100 KiB and writes them."""
_PAGE_RECORDS = WarcRecordType.response | WarcRecordType.resource
_GZIP_MEMBER = GZIP + b"\x08"
"""Start of a gzip member: magic bytes and the only compression method there is (RFC 1952)."""
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
    data = read_range(locator.file, locator.offset, locator.length)
    try:
        record = next(_records(io.BytesIO(data)), None)
        if record is None or not record.record_type & _PAGE_RECORDS:
            raise ArchiveError("there is no response or resource record there")
        return _page(record, raw_uri)
    except _DAMAGE_ERRORS as error:
        raise ArchiveError(f"{raw_uri} cannot be read back: {error}") from error


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
            start = _next_start(file, intact.position + 1)
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


def _next_start(file: IO[bytes], offset: int) -> int | None:
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


__all__ = ["ArchiveWriter", "ArchivedPage", "BrokenRecord", "iter_warc", "read_record"]

_GZIP_LEVEL = 6
"""9 takes three times as long for 1 % less."""
_TRANSFER_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})


class ArchiveWriter:
    """Writes the responses of one task into new ``.warc.gz`` files; a context manager.

    A caller that stores locators writes records, calls ``flush``, and only then stores the rows:
    after ``flush`` (or ``close``) every locator returned so far can be read even after a crash.
    File names hold a random token, so that a retried task never writes to the file of a killed one.

    Args:
        base: folder or fsspec URL of the archive (``settings().archive_url``).
        run_id: the run; part of the file's name.
        source_key: the source; part of the file's name.
        part: the task's part of the run; part of the file's name.
        user_agent: named in the warcinfo record; that of the settings by default.
    """

    def __init__(
        self, base: str, *, run_id: int, source_key: str, part: str, user_agent: str | None = None
    ) -> None:
        day = datetime.now(UTC).strftime("%Y/%m/%d")
        self._base = base
        self._stem = posixpath.join(day, f"{source_key}-{run_id}-{part}")
        self._user_agent = user_agent or settings().user_agent
        self._segment: Segment | None = None

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def write(self, response: Response) -> str:
        """Write response and request, or a resource for a local file, and return the locator.

        Raises:
            ArchiveError: the record could not be written (disk full, storage not reachable).
        """
        if self._segment is None:
            self._segment = new_segment(self._base, self._stem)
            self._segment.append(_warcinfo(self._segment.name, self._user_agent))
        offset = self._segment.size
        if response.final_url.startswith("file:") or response.status is None:
            member, rest = _resource(response), b""
        else:
            member, rest = _exchange(response, self._user_agent)
        self._segment.append(member + rest)
        return str(Locator(self._segment.name, offset, len(member)))

    def flush(self) -> None:
        """Make every locator returned so far readable by others and safe from a crash."""
        if self._segment is not None and not self._segment.flush():
            self._segment = None

    def close(self) -> None:
        """Flush and give the file its final name; a writer without records leaves no file."""
        if self._segment is not None:
            self._segment.close()
            self._segment = None


def _warcinfo(name: str, user_agent: str) -> bytes:
    fields = {
        "software": f"Dateline/{__version__}",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "robots": "obey",
        "http-header-user-agent": user_agent,
    }
    record = _record(
        WarcRecordType.warcinfo,
        datetime.now(UTC),
        {"WARC-Filename": posixpath.basename(name), "Content-Type": "application/warc-fields"},
    )
    return _member(record, "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode())


def _resource(response: Response) -> bytes:
    record = _record(
        WarcRecordType.resource,
        response.fetched_at,
        {
            "WARC-Target-URI": response.final_url,
            "Content-Type": response.header("content-type") or "text/html",
            "WARC-Payload-Digest": _sha1(response.body),
        },
    )
    return _member(record, response.body)


def _exchange(response: Response, user_agent: str) -> tuple[bytes, bytes]:
    """Return the response record and its request record, each as a gzip member."""
    named = {"WARC-Target-URI": response.final_url}
    if response.ip_address:
        named["WARC-IP-Address"] = response.ip_address
    if response.requested_url != response.final_url:
        named["Dateline-Requested-URI"] = response.requested_url
    response_record = _record(
        WarcRecordType.response,
        response.fetched_at,
        named
        | {
            "Content-Type": "application/http; msgtype=response",
            "WARC-Payload-Digest": _sha1(response.body),
        },
    )
    request_record = _record(
        WarcRecordType.request,
        response.fetched_at,
        {
            "WARC-Target-URI": response.final_url,
            "WARC-Concurrent-To": response_record.record_id or "",
            "Content-Type": "application/http; msgtype=request",
        },
    )
    return (
        _member(response_record, _http_head(response) + response.body),
        _member(request_record, _http_request(response.final_url, user_agent)),
    )


def _http_head(response: Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status} "]
    for name, value in response.headers:
        prefix = "X-Crawler-" if name.lower() in _TRANSFER_HEADERS else ""
        lines.append(f"{prefix}{_one_line(name)}: {_one_line(value)}")
    lines.append(f"Content-Length: {len(response.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")


def _http_request(url: str, user_agent: str) -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"GET {target} HTTP/1.1", f"Host: {authority(url)}", f"User-Agent: {user_agent}"]
    return "\r\n".join([*lines, "", ""]).encode()


def _record(kind: WarcRecordType, at: datetime, headers: dict[str, str]) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(kind)
    record.record_date = at
    for name, value in headers.items():
        record.headers[name] = _one_line(value)
    return record


def _member(record: WarcRecord, content: bytes) -> bytes:
    """Return the record as one gzip member, with its block digest."""
    record.set_bytes_content(content)
    buffer = io.BytesIO()
    writer = GzipWriter(buffer, compression_level=_GZIP_LEVEL)
    record.write(writer, checksum_data=True)
    writer.finish()
    return buffer.getvalue()


def _sha1(body: bytes) -> str:
    """Return a digest in the form WARC files use; SHA-1 is the convention, not a safeguard."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _one_line(value: str) -> str:
    return " ".join(value.split())
