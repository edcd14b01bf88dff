"""CDXJ: the index beside a WARC file, by which replay tools such as pywb find a page.

One line per capture, sorted: the page's key, its time, and where its record is:

    example,news)/a 20261122081530 {"url": "https://news.example/a", "mime": "text/html", …}

The key (SURT) is the URL with its host turned round, so that a site's pages stand together. It
ignores what seldom distinguishes two pages: scheme, "www.", case, a slash at the end, the order of
the parameters. It is for looking up only; the line keeps the URL itself.
"""

import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

INDEX_ENDING = ".cdxj"
REVISIT_MIME = "warc/revisit"
_SAFE = b"!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""Every printable ASCII character except "#" and "%", as other tools leave them in a key."""
_WWW = re.compile(r"^www\d*\.")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SESSION = re.compile(
    rb"(?:(?:jsessionid|phpsessid|sid)=[0-9a-z]{32}|aspsessionid[a-z]{8}=[a-z]{24}"
    rb"|cfid=[^&]+&cftoken=[^&]+)(?:&|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Capture:
    """What an index says of a record, apart from its place."""

    url: str
    """Without blanks, as in the record."""
    at: datetime
    mime: str
    """Media type; "warc/revisit" for a visit that found nothing new."""
    status: int | None
    digest: str | None
    """WARC-Payload-Digest."""


def media_type(content_type: str) -> str:
    """Return the media type of a Content-Type header, "unk" where it has none."""
    return content_type.partition(";")[0].strip().lower() or "unk"


def index_name(name: str) -> str:
    """Return the name of the index of a WARC file: ``a.warc.gz`` has ``a.cdxj``."""
    return name.removesuffix(".gz").removesuffix(".warc") + INDEX_ENDING


def index_line(capture: Capture, name: str, offset: int, length: int) -> str:
    """Return the line of a capture, without a line break.

    Args:
        capture: the capture.
        name: the WARC file; only the last part of its name is written.
        offset: the record's place in the file.
        length: its bytes, compressed.
    """
    fields = {"url": capture.url, "mime": capture.mime}
    if capture.status is not None:
        fields["status"] = str(capture.status)
    if capture.digest:
        fields["digest"] = capture.digest
    fields |= {"length": str(length), "offset": str(offset), "filename": posixpath.basename(name)}
    at = capture.at.astimezone(UTC).strftime("%Y%m%d%H%M%S")
    return f"{surt(capture.url)} {at} {json.dumps(fields)}"


def index_file(lines: Iterable[str]) -> bytes:
    """Return the content of an index: the lines in the order of their bytes, each once."""
    encoded = sorted({line.encode() for line in lines if line})
    return b"".join(line + b"\n" for line in encoded)


def surt(url: str) -> str:
    """Return the key of a URL.

    >>> surt("https://www.News.example:8443/A//b/?z=1&a=2#top")
    'example,news:8443)/a/b?a=2&z=1'
    >>> surt("file:///pages/a.html")
    'file:///pages/a.html'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _escaped(url.encode())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return _escaped(url.encode(errors="replace"))
    key = _reversed_host(parts.hostname)
    if port and port != _DEFAULT_PORTS[parts.scheme]:
        key += f":{port}"
    query = _key_query(parts.query)
    return f"{key}){_key_path(parts.path)}" + (f"?{query}" if query else "")


@lru_cache(maxsize=4096)
def _reversed_host(host: str) -> str:
    name = unquote_to_bytes(host).decode(errors="replace").replace("..", ".").strip(".")
    try:
        ascii_name = name.encode("idna").decode()
    except UnicodeError:  # a label that is too long or empty
        ascii_name = _escaped(name.encode())
    return ",".join(reversed(_WWW.sub("", ascii_name.lower()).split(".")))


def _key_path(path: str) -> str:
    kept: list[bytes] = []
    *folders, last = _unescaped(path).split(b"/")
    for part in folders:
        if part == b"..":
            kept[-1:] = []
        elif part not in (b"", b"."):
            kept.append(part)
    if last == b"..":
        kept[-1:] = []
    elif last not in (b"", b"."):
        kept.append(last)
    return "/" + _escaped(b"/".join(kept)).lower()


def _key_query(query: str) -> str:
    plain = _SESSION.sub(b"", _unescaped(query), count=1)
    pairs = [tuple(pair.split(b"=", 1)) for pair in _escaped(plain).lower().encode().split(b"&")]
    return b"&".join(b"=".join(pair) for pair in sorted(pairs)).decode()


def _unescaped(text: str) -> bytes:
    """Return the bytes that a URL part stands for, however often it was percent-encoded."""
    plain = text.encode(errors="replace")
    while (again := unquote_to_bytes(plain)) != plain:
        plain = again
    return plain


def _escaped(plain: bytes) -> str:
    return quote_from_bytes(plain, safe=_SAFE)
