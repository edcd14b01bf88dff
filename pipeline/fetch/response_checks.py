"""Checks of one HTTP response: status, Content-Type, first bytes, unchanged since last time.

A check that fails raises ``PageError`` with the outcome of the page. Nothing here does any I/O.
"""

import re
from datetime import datetime
from email.message import Message
from hashlib import sha256
from typing import Literal

from pipeline.errors import Refused, Transient
from pipeline.fetch.http_client import Headers, HttpResponse
from pipeline.fetch.throttle import RetryableStatus, parse_retry_after
from pipeline.file_formats import binary_format
from pipeline.models import Response, Validators
from pipeline.outcomes import Outcome

Kind = Literal["page", "document"]
"""``document``: a feed, sitemap or list, which may also be JSON or gzip."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT_REDIRECTS = frozenset({301, 308})
_PAGE_TYPES = frozenset(
    {"text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain"}
)
_NON_DOCUMENT_TYPES = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip")


def content_type(value: str | None) -> str:
    """Return the media type of a Content-Type header in lower case, "" where it has none.

    Of several, as in "text/html,text/html", it is the first.
    """
    return re.split("[;,]", value or "", maxsplit=1)[0].strip().lower()


def charset(value: str | None) -> str | None:
    """Return the charset that a Content-Type header names, None where it names none."""
    message = Message()
    message["content-type"] = value or ""
    found = message.get_param("charset")
    return found.partition(",")[0].strip() if isinstance(found, str) else None


def check_status(response: HttpResponse, now: datetime) -> None:
    """Accept 2xx, 304 and redirects.

    Args:
        response: the response.
        now: the time from which a date in Retry-After counts.

    Raises:
        RetryableStatus: for 408, 425, 429 and 5xx except 501 and 505: another attempt may help.
        Refused: for any other status.
        Transient: for a part of the page (206), which nobody asked for.
    """
    status = response.status
    if status == 206 and not _is_whole(response.header("content-range")):
        part = response.header("content-range") or "without Content-Range"
        raise Transient(
            Outcome.BAD_CONTENT, f"HTTP 206 ({part[:80]}): a part that nobody asked for", status
        )
    if 200 <= status < 300 or status in REDIRECTS or status == 304:
        return
    if status in (408, 425, 429) or (status >= 500 and status not in (501, 505)):
        wait = parse_retry_after(response.header("retry-after"), now)
        asked = f", Retry-After {wait:.0f} s" if wait is not None else ""
        raise RetryableStatus(_outcome_of_status(status), f"HTTP {status}{asked}", status, wait)
    raise Refused(_outcome_of_status(status), f"HTTP {status}", status)


def _is_whole(content_range: str | None) -> bool:
    """Tell whether a range is the whole body, such as "bytes 0-99/100"."""
    found = re.fullmatch(r"\s*bytes\s+0-(\d{1,15})/(\d{1,15})\s*", content_range or "")
    return found is not None and int(found[1]) + 1 == int(found[2])


def _outcome_of_status(status: int) -> Outcome:
    """Return the outcome of a page whose final status is neither 2xx nor a redirect."""
    by_status = {
        404: Outcome.NOT_FOUND,
        408: Outcome.TIMEOUT,
        410: Outcome.GONE,
        425: Outcome.RATE_LIMITED,
        429: Outcome.RATE_LIMITED,
    }
    if status in by_status:
        return by_status[status]
    if status >= 500:
        return Outcome.SERVER_ERROR
    return Outcome.FORBIDDEN if status >= 400 else Outcome.BAD_CONTENT


def check_type(response: HttpResponse, kind: Kind) -> None:
    """Refuse a response whose Content-Type is not text, before its body is read.

    Raises:
        Refused: bad_content, with the type in the reason.
    """
    found = content_type(response.header("content-type"))
    if 200 <= response.status < 300 and not _is_accepted(found, kind):
        raise Refused(Outcome.BAD_CONTENT, f"Content-Type is {found[:80]!r}", response.status)


def is_usable_as(response: Response, kind: Kind) -> bool:
    """Tell whether a response fetched as one kind can also be used as another."""
    return _is_accepted(content_type(response.header("content-type")), kind)


def _is_accepted(found: str, kind: Kind) -> bool:
    if not found:
        return True
    return not found.startswith(_NON_DOCUMENT_TYPES) if kind == "document" else found in _PAGE_TYPES


def check_body(response: HttpResponse, kind: Kind) -> None:
    """Refuse an empty body and a binary one, whatever its headers say.

    Raises:
        Refused: bad_content.
    """
    check_bytes(response.body, response.status)
    if kind == "page" and _is_binary(response.body, charset(response.header("content-type"))):
        raise Refused(Outcome.BAD_CONTENT, "the body is binary", response.status)


def check_bytes(body: bytes, status: int | None = None) -> None:
    """Refuse an empty body and one of a known binary format.

    Raises:
        Refused: bad_content.
    """
    if not body.strip():
        raise Refused(Outcome.BAD_CONTENT, "the body is empty", status)
    binary = binary_format(body)
    if binary is not None:
        raise Refused(Outcome.BAD_CONTENT, f"the body is {binary}", status)


def _is_binary(body: bytes, charset_name: str | None) -> bool:
    """Tell binary data from text by its NUL bytes.

    UTF-16 and UTF-32 are full of NULs. They are known by their byte order mark or charset; UTF-16
    without either has NULs at every other position only.
    """
    sample = body[:1024]
    is_wide = body.startswith((b"\xff\xfe", b"\xfe\xff")) or "16" in (charset_name or "")
    is_wide = is_wide or not (sample[::2].count(0) and sample[1::2].count(0))
    return not is_wide and sample.count(0) > 8


def is_unchanged(response: HttpResponse, validators: Validators | None) -> str | None:
    """Return why a page counts as unchanged since its validators were stored, or None."""
    if validators is None:
        return None
    if response.status == 304 and conditional_headers(validators):
        return "HTTP 304"
    same = sha256(response.body).digest() == validators.body_sha256
    return "the same body as before" if same else None


def conditional_headers(validators: Validators | None) -> Headers:
    """Return the request headers of a conditional GET (RFC 9110, 13.1)."""
    if validators is None:
        return ()
    headers = (
        ("If-None-Match", validators.etag),
        ("If-Modified-Since", validators.last_modified),
    )
    return tuple((name, value) for name, value in headers if value)
