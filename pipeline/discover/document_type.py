"""The type of a document, told by its content, because names and Content-Types are often wrong."""

import json
import re
from typing import Literal

from pipeline.fetch.content_encoding import BodyReader
from pipeline.file_formats import GZIP

DocumentType = Literal[
    "feed", "json_feed", "sitemap", "list", "warc", "html", "json", "text", "binary"
]
_ROOT = re.compile(rb"<(?![!?])(?:[\w.-]+:)?([\w.-]+)")
_COMMENTS = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.I)
_TYPE_OF_ROOT: dict[bytes, DocumentType] = {
    b"rss": "feed",
    b"feed": "feed",
    b"rdf": "feed",
    b"urlset": "sitemap",
    b"sitemapindex": "sitemap",
}
_JSON = re.compile(rb'[{\[]\s*["{\[\]}]')
_HTML_TAG = re.compile(rb"<(html|head|body|title|article|main|div|p|h1|meta)\b", re.I)


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

    >>> document_type(b'<?xml version="1.0"?><rss version="2.0">')
    'feed'
    """
    if body.startswith(b"WARC/"):
        return "warc"
    start = _COMMENTS.sub(b"", body[:65_536]).lstrip(b"\xef\xbb\xbf \t\r\n\0")
    root = _ROOT.match(start)
    if root and root[1].lower() in _TYPE_OF_ROOT:
        return _TYPE_OF_ROOT[root[1].lower()]
    if _JSON.match(start):
        return "json_feed" if _is_json_feed(body) else "json"
    if root or _HTML_TAG.search(body[:4096]):
        return "html"
    if body[:1024].count(0) > 8 and not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "binary"
    return "list" if _is_list(body) else "text"


def _is_json_feed(body: bytes) -> bool:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and "jsonfeed.org/version" in str(found.get("version"))


def _is_list(body: bytes) -> bool:
    """Tell whether every line of the first 20,000 bytes is an http(s) URL, blank, or a comment."""
    lines = [line.strip() for line in body[:20_000].splitlines()]
    listed = [line for line in lines if line and not line.startswith(b"#")]
    whole = listed[:-1] if len(body) > 20_000 else listed
    return bool(whole) and all(
        line.lower().startswith((b"http://", b"https://")) and b" " not in line for line in whole
    )
