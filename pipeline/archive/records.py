"""WARC 1.1 records (ISO 28500:2017) of what was asked and what came back.

Each exchange gives a response record and a request record, as it was sent. A visit that found
nothing new gives a revisit record, which refers to the earlier capture by URL and date instead of
holding the body again.

Bodies are stored decoded. The headers that described the body as it was sent are kept under the
prefix ``X-Crawler-``, as Common Crawl's news-crawl does, so that readers do not expect a wrong
length.
"""

import base64
import hashlib
import io
import re
import threading
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from fastwarc.stream_io import GzipWriter
from fastwarc.warc import WarcRecord, WarcRecordType

from pipeline import __version__
from pipeline.archive.cdxj import REVISIT_MIME, Capture, media_type
from pipeline.models import Exchange, Response
from pipeline.urls import authority


@dataclass(frozen=True, slots=True)
class EarlierCapture:
    """The record in which the body of a page was stored last."""

    raw_uri: str
    """The locator of its record, which holds a body."""
    body_sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A record as one gzip member, with what an index says of it (None for requests)."""

    data: bytes
    capture: Capture | None = None


_GZIP_LEVEL = 6
"""9 takes three times as long for 1 % less."""
_SMALL = 4096
"""Smaller records are compressed by zlib: fastwarc is faster, but takes longer to begin."""
_TRANSFER_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization"})
"""Request headers whose value is not stored: an archive is copied and shared."""
_NOT_IN_URLS = re.compile(r"[^A-Za-z0-9%:/?#\[\]@!$&'()*+,;=._~-]|%(?![0-9A-Fa-f]{2})")
"""What RFC 3986 does not allow in a URL. A blank would end the field of a CDX line."""
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"


def warcinfo(name: str, user_agent: str) -> bytes:
    """Return the first record of a file of this name."""
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
        {"WARC-Filename": name, "Content-Type": "application/warc-fields"},
    )
    return _member(record, "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode())


def resource(response: Response) -> Member:
    """Return the record of a local file."""
    url = target_uri(response.final_url)
    kind = response.header("content-type") or "text/html"
    digest = _sha1(response.body)
    record = _record(
        WarcRecordType.resource,
        response.fetched_at,
        {"WARC-Target-URI": url, "Content-Type": kind, "WARC-Payload-Digest": digest},
    )
    capture = Capture(url, response.fetched_at, media_type(kind), None, digest)
    return Member(_member(record, response.body), capture)


def exchange_records(
    exchange: Exchange, at: datetime, earlier: Capture | None = None
) -> list[Member]:
    """Return the records of one exchange: what came back, if anything did, and the request.

    Args:
        exchange: the exchange; its request is left out where no header of it is known.
        at: the date of both records.
        earlier: the capture that a revisit record refers to; None for a record with a body, unless
            the server says that the page has not changed.
    """
    url = target_uri(exchange.url)
    named = {"WARC-Target-URI": url}
    if exchange.ip_address:
        named["WARC-IP-Address"] = exchange.ip_address
    members = []
    if exchange.status is not None:
        is_revisit = earlier is not None or exchange.status == 304
        answer = _revisit(exchange, at, earlier) if is_revisit else _response(exchange, at)
        record, content, capture = answer
        for name, value in named.items():
            record.headers[name] = value
        members.append(Member(_member(record, content), capture))
        named["WARC-Concurrent-To"] = record.record_id or ""
    if exchange.request_headers:
        request = _record(
            WarcRecordType.request,
            at,
            named | {"Content-Type": "application/http; msgtype=request"},
        )
        members.append(Member(_member(request, _http_request(exchange, url))))
    return members


def target_uri(url: str) -> str:
    """Return a URL with everything percent-encoded that RFC 3986 does not allow in one.

    >>> target_uri("https://news.example/a b?q=ä&x=50%")
    'https://news.example/a%20b?q=%C3%A4&x=50%25'
    """
    return _NOT_IN_URLS.sub(lambda match: quote(match[0], safe="", errors="replace"), url)


def _response(exchange: Exchange, at: datetime) -> tuple[WarcRecord, bytes, Capture]:
    digest = _sha1(exchange.body)
    headers = {
        "Content-Type": "application/http; msgtype=response",
        "WARC-Payload-Digest": digest,
    }
    if exchange.is_cut:
        headers["WARC-Truncated"] = "length"
    capture = Capture(
        target_uri(exchange.url), at, media_type(_content_type(exchange)), exchange.status, digest
    )
    head = _http_head(exchange, f"Content-Length: {len(exchange.body)}")
    return _record(WarcRecordType.response, at, headers), head + exchange.body, capture


def _revisit(
    exchange: Exchange, at: datetime, earlier: Capture | None
) -> tuple[WarcRecord, bytes, Capture]:
    """Return a revisit record; its block is the head of the response, without its body.

    The digest is that of the body found again, which a 304 itself does not hold.
    """
    is_304 = exchange.status == 304
    headers = {
        "Content-Type": "application/http; msgtype=response",
        "WARC-Profile": _NOT_MODIFIED if is_304 else _SAME_PAYLOAD,
    }
    digest = earlier.digest if earlier else None
    if earlier is not None:
        headers["WARC-Refers-To-Target-URI"] = earlier.url
        headers["WARC-Refers-To-Date"] = _warc_date(earlier.at)
    if digest:
        headers["WARC-Payload-Digest"] = digest
    capture = Capture(target_uri(exchange.url), at, REVISIT_MIME, exchange.status, digest)
    return _record(WarcRecordType.revisit, at, headers), _http_head(exchange), capture


def _http_head(exchange: Exchange, *more: str) -> bytes:
    lines = [f"HTTP/1.1 {exchange.status} "]
    for name, value in exchange.headers:
        prefix = "X-Crawler-" if name.lower() in _TRANSFER_HEADERS else ""
        lines.append(f"{prefix}{_one_line(name)}: {_one_line(value)}")
    return "\r\n".join([*lines, *more, "", ""]).encode("latin-1", errors="replace")


def _http_request(exchange: Exchange, url: str) -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"GET {target} HTTP/1.1"]
    if not any(name.lower() == "host" for name, _ in exchange.request_headers):
        lines.append(f"Host: {authority(url)}")
    for name, value in exchange.request_headers:
        shown = "(not stored)" if name.lower() in _SECRET_HEADERS else _one_line(value)
        lines.append(f"{_one_line(name)}: {shown}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")


def _content_type(exchange: Exchange) -> str:
    found = (value for name, value in exchange.headers if name.lower() == "content-type")
    return next(found, "")


def _warc_date(at: datetime) -> str:
    """Return a time as fastwarc writes that of a record."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _record(kind: WarcRecordType, at: datetime, headers: dict[str, str]) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(kind)
    record.record_date = at.astimezone(UTC)
    for name, value in headers.items():
        record.headers[name] = _one_line(value)
    return record


def _member(record: WarcRecord, content: bytes) -> bytes:
    """Return the record as one gzip member, with its block digest."""
    record.set_bytes_content(content)
    if len(content) < _SMALL:
        plain = io.BytesIO()
        record.write(plain, checksum_data=True)
        return zlib.compress(plain.getvalue(), _GZIP_LEVEL, wbits=16 + zlib.MAX_WBITS)
    return _COMPRESSOR.member(record)


class _Compressor(threading.local):
    """Makes gzip members with one ``GzipWriter``, since a new one takes 0.1 ms to begin."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._buffer = io.BytesIO()
        self._writer = GzipWriter(self._buffer, compression_level=_GZIP_LEVEL)

    def member(self, record: WarcRecord) -> bytes:
        try:
            record.write(self._writer, checksum_data=True)
            self._writer.finish()
        except BaseException:  # what was written of the record must not begin the next one
            self._begin()
            raise
        data = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return data


_COMPRESSOR = _Compressor()


def _sha1(body: bytes) -> str:
    """Return a digest in the form WARC files use; SHA-1 is the convention, not a safeguard."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _one_line(value: str) -> str:
    return " ".join(value.split())
