"""WARC 1.1 files of our own (ISO 28500:2017): one file a task, one gzip member a record.

Bodies are stored decoded, and the headers that spoke of the wire form are kept under
``X-Crawler-``, as Common Crawl's news-crawl does, so that any reader's idea of the length is right.
"""

import base64
import hashlib
import io
import posixpath
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from pipeline import __version__
from pipeline.archive.locator import Locator
from pipeline.archive.pages import ArchivedPage, BrokenRecord
from pipeline.archive.read import iter_warc, read_record
from pipeline.archive.store import Segment, new_segment
from pipeline.records import Response
from pipeline.settings import settings
from pipeline.urls import authority

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
