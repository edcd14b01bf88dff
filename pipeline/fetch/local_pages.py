"""Local pages as responses: ``file://`` URLs and WARC records.

Only files below the source's own ``files`` are opened, so that a link from the web can never read
a local file.
"""

import gzip
import re
import zlib
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipeline.archive.warc import parse_locator, read_record
from pipeline.errors import ArchiveError, Refused
from pipeline.file_formats import GZIP
from pipeline.models import Response, Source
from pipeline.outcomes import Outcome

_TAG = re.compile(rb"<(!doctype html|html|head|body|title|article|main|div|p|h1|meta)\b", re.I)


def read_file(url: str, source: Source | None, max_bytes: int, now: datetime) -> Response:
    """Read the local page that a ``file://`` URL names, decompressed if its first bytes say gzip.

    Args:
        url: the ``file://`` URL.
        source: whose files may be read.
        max_bytes: size limit, decompressed.
        now: the time of the response. The file's own time is not used, because every copy or
            checkout changes it.

    Raises:
        Refused: the file is not one of the source's, is missing, unreadable or too large.
    """
    path = Path(unquote(urlsplit(url).path))
    _refuse_foreign(path, source)
    body = _read(path, max_bytes)
    return Response(
        requested_url=url,
        final_url=url,
        fetched_at=now,
        status=None,
        headers=(("Content-Type", _media_type(path, body)),),
        body=body,
    )


def read_archived(raw_uri: str, requested_url: str, source: Source | None) -> Response:
    """Read a page from the WARC record that a locator names.

    Raises:
        Refused: the file is not one of the source's, or the record is damaged.
    """
    try:
        _refuse_foreign(Path(parse_locator(raw_uri).file), source)
        page = read_record(raw_uri)
    except ArchiveError as error:
        raise Refused(Outcome.BAD_CONTENT, str(error)) from error
    return Response(
        requested_url=requested_url,
        final_url=page.url,
        fetched_at=page.fetched_at,
        status=page.status,
        headers=page.headers,
        body=page.body,
    )


def _refuse_foreign(path: Path, source: Source | None) -> None:
    """Refuse a path that is not below one of the source's files."""
    real = path.resolve()
    own = [Path(text).resolve() for text in source.files] if source else []
    if not any(real == root or root in real.parents for root in own):
        raise Refused(
            Outcome.ADDRESS_REFUSED, f"{path} is not below the files that its source lists"
        )


def _media_type(path: Path, body: bytes) -> str:
    """Return the media type: plain text by file name, or where no HTML tag is near the start."""
    plain = path.name.lower().removesuffix(".gz")
    is_text = plain.endswith(".txt") or not (plain.endswith(".html") or _TAG.search(body[:8192]))
    return "text/plain" if is_text else "text/html"


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            is_gzip = file.read(2) == GZIP
            file.seek(0)
            body = (gzip.GzipFile(fileobj=file) if is_gzip else file).read(max_bytes + 1)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Refused(Outcome.NOT_FOUND, f"{path} is not a file") from error
    except (OSError, EOFError, zlib.error) as error:
        raise Refused(Outcome.BAD_CONTENT, f"{path} cannot be read: {error}") from error
    if len(body) > max_bytes:
        raise Refused(Outcome.TOO_LARGE, f"{path} has more than {max_bytes} bytes")
    return body
