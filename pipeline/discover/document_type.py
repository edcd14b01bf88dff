"""The type of a document, told by its content, because names and Content-Types are often wrong."""

import json
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import Literal

from pipeline.discover.markup import root_of
from pipeline.extract.encoding import utf16_charset
from pipeline.fetch.content_encoding import BodyReader
from pipeline.file_formats import GZIP

DocumentType = Literal[
    "feed", "json_feed", "sitemap", "list", "warc", "html", "json", "text", "binary"
]
_START = 65_536
"""Bytes that are looked at; warnings of programs before a feed are a few kilobytes."""
_TYPE_OF_ROOT: dict[str, DocumentType] = {
    "rss": "feed",
    "feed": "feed",
    "rdf": "feed",
    "channel": "feed",
    "urlset": "sitemap",
    "sitemapindex": "sitemap",
}
_JSON = re.compile(r'[{\[]\s*["{\[\]}]')
_HTML_TAG = re.compile(r"<(html|head|body|title|article|main|div|p|h1|meta)\b", re.I)


def gunzipped(body: bytes, limit: int) -> bytes:
    """Return the body, decompressed if its first bytes say gzip.

    Raises:
        PageError: the gzip data is broken, or decompresses to more than ``limit`` bytes.
    """
    if not body.startswith(GZIP):
        return body
    reader = BodyReader("gzip", limit)
    reader.feed(body)
    return reader.body()


def document_type(body: bytes) -> DocumentType:
    """Return the type of a document from its decompressed content.

    Blank lines, comments and the warnings of programs before a feed or a sitemap do not hide it.

    >>> document_type(b'<?xml version="1.0"?><rss version="2.0">')
    'feed'
    """
    if body.startswith(b"WARC/"):
        return "warc"
    text = _start_of(body)
    start = text.lstrip("\ufeff \t\r\n\0")
    root = root_of(start)
    if root and root[0] in _TYPE_OF_ROOT:
        return _TYPE_OF_ROOT[root[0]]
    if _JSON.match(start):
        return "json_feed" if _is_json_feed(body) else "json"
    if root or _HTML_TAG.search(text[:4096]):
        return "html"
    if text[:1024].count("\0") > 8:
        return "binary"
    return "list" if _is_list(start, is_whole=len(body) <= _START) else "text"


def _start_of(body: bytes) -> str:
    """Return the beginning as text in which ASCII characters are right, whatever the charset."""
    start = body[:_START]
    if start.startswith(b"\xef\xbb\xbf"):
        return start[3:].decode("latin-1")
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return start.decode("utf-16", "replace")
    return start.decode(utf16_charset(start) or "latin-1", "replace")


def _is_json_feed(body: bytes) -> bool:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "jsonfeed.org/version" in str(found.get("version"))


def _is_list(text: str, *, is_whole: bool) -> bool:
    """Tell whether most lines at the beginning are http(s) URLs; blanks and comments apart.

    Not all must be: a list of a thousand URLs with one misspelt line would be read as an article.
    """
    lines = [line.strip() for line in text.splitlines()]
    listed = [line for line in lines if line and not line.startswith("#")]
    complete = listed if is_whole else listed[:-1]
    urls = [
        line
        for line in complete
        if line.lower().startswith(("http://", "https://")) and " " not in line
    ]
    return len(urls) > len(complete) / 2
