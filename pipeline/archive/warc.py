"""WARC 1.1 files of our own (ISO 28500:2017): one file a task, one gzip member a record.

Bodies are stored decoded, and the headers that spoke of the wire form are kept under
``X-Crawler-``, as Common Crawl's news-crawl does, so that any reader's idea of the length is right.

What an archive gives back.

Locators: where a record lies, as one string: ``<file>#offset=123&length=456``.

The file is an absolute path, or a URL that fsspec opens (``s3://…``). Offset and length are bytes
of the compressed file, so that one seek and one read get a record back.

WARC records read back: one by its locator, or all of any WARC file, foreign ones too.

What is damaged is told apart from what is there: length and block digest are checked, since a
truncated record reads as a shorter page otherwise. Reading is fastwarc's; finding the next good
record after a damaged one is ours.
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
from pipeline.models import Response
from pipeline.settings import settings
from pipeline.urls import authority


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """A page as an archive holds it; ``body`` is decoded from its Content-Encoding."""

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
    """A place in a WARC file that cannot be read."""

    raw_uri: str
    reason: str


_FORM = re.compile(r"(?P<file>.+)#offset=(?P<offset>\d{1,18})(?:&length=(?P<length>\d{1,18}))?")


@dataclass(frozen=True, slots=True)
class Locator:
    """One record's place."""

    file: str
    offset: int
    length: int | None = None
    """None for "to the end of the record", where the writer of the file did not say."""

    def __str__(self) -> str:
        """Return the one-string form."""
        length = "" if self.length is None else f"&length={self.length}"
        return f"{self.file}#offset={self.offset}{length}"


def parse_locator(raw_uri: str) -> Locator:
    """Read the one-string form.

    Raises:
        ArchiveError: it is none.
    """
    match = _FORM.fullmatch(raw_uri)
    if match is None:
        raise ArchiveError(f"{raw_uri[:200]!r} is no locator such as <file>#offset=123&length=456")
    length = match["length"]
    return Locator(match["file"], int(match["offset"]), int(length) if length else None)


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


__all__ = ["ArchiveWriter", "ArchivedPage", "BrokenRecord", "iter_warc", "read_record"]

_GZIP_LEVEL = 6
"""9 takes three times as long for 1 % less."""
_OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})


class ArchiveWriter:
    """Writes the responses of one task into new ``.warc.gz`` files; a context manager.

    Safe order for a caller that stores locators: ``write`` … ``write``, ``flush``, then the rows.
    After ``flush`` (or ``close``) every locator returned so far can be read, whatever kills us.
    Names hold a random token, so that a task's next try never meets the file of a killed one.

    Args:
        base: folder or fsspec URL of the archive (``settings().archive_url``).
        run_id: of this run.
        source_key: of the source; part of the file's name.
        part: which part of the run's work this is.
        user_agent: for the warcinfo record; the setting by default.
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
        """Write request and response (or a resource for ``file://``); return the locator.

        Raises:
            ArchiveError: the record could not be written (disk full, store not there).
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
        """Make every locator returned so far readable by others and safe from a kill."""
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
    """Return the response record and its request record."""
    named = {"WARC-Target-URI": response.final_url}
    if response.ip_address:
        named["WARC-IP-Address"] = response.ip_address
    if response.requested_url != response.final_url:
        named["Dateline-Requested-URI"] = response.requested_url
    answer = _record(
        WarcRecordType.response,
        response.fetched_at,
        named
        | {
            "Content-Type": "application/http; msgtype=response",
            "WARC-Payload-Digest": _sha1(response.body),
        },
    )
    question = _record(
        WarcRecordType.request,
        response.fetched_at,
        {
            "WARC-Target-URI": response.final_url,
            "WARC-Concurrent-To": answer.record_id or "",
            "Content-Type": "application/http; msgtype=request",
        },
    )
    return (
        _member(answer, _http_head(response) + response.body),
        _member(question, _http_request(response.final_url, user_agent)),
    )


def _http_head(response: Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status} "]
    for name, value in response.headers:
        prefix = "X-Crawler-" if name.lower() in _OF_THE_WIRE else ""
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
    """Return a digest as WARC files write it; SHA-1 is their custom, no safeguard."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _one_line(value: str) -> str:
    return " ".join(value.split())
