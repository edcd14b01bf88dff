"""From an answer's status, headers and first bytes to an outcome. Pure."""

from datetime import datetime
from email.message import Message
from hashlib import sha256
from typing import Literal

from pipeline.errors import Refused
from pipeline.fetch.http_client import Answer
from pipeline.fetch.throttle import AskedToWait, retry_after
from pipeline.models import Response, Validators
from pipeline.outcomes import Outcome

Kind = Literal["page", "document"]
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGE_TYPES = frozenset(
    {"text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain"}
)
_NO_DOCUMENT = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip")
_BINARY_STARTS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a ZIP file",
}


def content_type(value: str | None) -> str:
    """Return the media type of a Content-Type header in lower case, "" where there is none."""
    return (value or "").partition(";")[0].strip().lower()


def charset(value: str | None) -> str | None:
    """Return the charset that a Content-Type header names."""
    message = Message()
    message["content-type"] = value or ""
    found = message.get_param("charset")
    return found if isinstance(found, str) else None


def check_status(answer: Answer, now: datetime) -> None:
    """Pass 2xx, 304 and redirects on.

    Raises:
        AskedToWait: 408, 425, 429, 5xx: another try may help.
        Refused: any other status.
    """
    status = answer.status
    if 200 <= status < 300 or status in REDIRECTS or status == 304:
        return
    if status in (408, 425, 429) or (status >= 500 and status not in (501, 505)):
        wait = retry_after(answer.header("retry-after"), now)
        asked = f", Retry-After {wait:.0f} s" if wait is not None else ""
        raise AskedToWait(_of_status(status), f"HTTP {status}{asked}", status, wait)
    raise Refused(_of_status(status), f"HTTP {status}", status)


def _of_status(status: int) -> Outcome:
    named = {
        404: Outcome.NOT_FOUND,
        408: Outcome.TIMEOUT,
        410: Outcome.GONE,
        425: Outcome.RATE_LIMITED,
        429: Outcome.RATE_LIMITED,
    }
    if status in named:
        return named[status]
    if status >= 500:
        return Outcome.SERVER_ERROR
    return Outcome.FORBIDDEN if status >= 400 else Outcome.BAD_CONTENT


def check_type(answer: Answer, kind: Kind) -> None:
    """Refuse what is announced as no text, before its body is read.

    Raises:
        Refused: bad_content, naming the type.
    """
    found = content_type(answer.header("content-type"))
    if 200 <= answer.status < 300 and not _is_taken(found, kind):
        raise Refused(Outcome.BAD_CONTENT, f"Content-Type is {found[:80]!r}", answer.status)


def may_be(response: Response, kind: Kind) -> bool:
    """Tell whether a response that was taken as one kind may be taken as another."""
    return _is_taken(content_type(response.header("content-type")), kind)


def _is_taken(found: str, kind: Kind) -> bool:
    if not found:
        return True
    return not found.startswith(_NO_DOCUMENT) if kind == "document" else found in _PAGE_TYPES


def check_body(answer: Answer, kind: Kind) -> None:
    """Refuse an empty body and what is binary whatever its headers say.

    Raises:
        Refused: bad_content.
    """
    check_bytes(answer.body, answer.status)
    if kind == "page" and _has_nul(answer.body, charset(answer.header("content-type"))):
        raise Refused(Outcome.BAD_CONTENT, "the body is binary", answer.status)


def check_bytes(body: bytes, status: int | None = None) -> None:
    """Refuse an empty body, and one that begins as known binary formats do.

    Raises:
        Refused: bad_content.
    """
    if not body.strip():
        raise Refused(Outcome.BAD_CONTENT, "the body is empty", status)
    for start, what in _BINARY_STARTS.items():
        if body.startswith(start):
            raise Refused(Outcome.BAD_CONTENT, f"the body is {what}", status)


def _has_nul(body: bytes, named: str | None) -> bool:
    """Tell binary from text by NUL bytes; UTF-16 and UTF-32, which are full of them, say so.

    UTF-16 that does not say so has them at every other place only.
    """
    sample = body[:1024]
    is_wide = body.startswith((b"\xff\xfe", b"\xfe\xff")) or "16" in (named or "")
    is_wide = is_wide or not (sample[::2].count(0) and sample[1::2].count(0))
    return not is_wide and sample.count(0) > 8


def is_unchanged(answer: Answer, validators: Validators | None) -> str | None:
    """Return why a page has not changed since its validators were stored, or None."""
    if validators is None:
        return None
    if answer.status == 304 and conditions(validators):
        return "HTTP 304"
    same = sha256(answer.body).digest() == validators.body_sha256
    return "the same body as before" if same else None


def conditions(validators: Validators | None) -> tuple[tuple[str, str], ...]:
    """Return the headers of a conditional GET (RFC 9110, 13.1)."""
    if validators is None:
        return ()
    found = (
        ("If-None-Match", validators.etag),
        ("If-Modified-Since", validators.last_modified),
    )
    return tuple((name, value) for name, value in found if value)
