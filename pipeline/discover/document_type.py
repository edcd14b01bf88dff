"""What a document is, by its content: names and Content-Types lie. Pure."""

import json
import re
from typing import Literal

from pipeline.fetch.http_client import BodyReader
from pipeline.file_formats import GZIP

Shape = Literal["feed", "json_feed", "sitemap", "list", "warc", "html", "json", "text", "binary"]
_ROOT = re.compile(rb"<(?![!?])(?:[\w.-]+:)?([\w.-]+)")
_COMMENTS = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.I)
_SHAPES: dict[bytes, Shape] = {
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
        PageError: it is broken or larger than ``limit``.
    """
    if not body.startswith(GZIP):
        return body
    reader = BodyReader("gzip", limit)
    reader.feed(body)
    return reader.body()


def shape_of(body: bytes) -> Shape:
    """Tell what a document is from its first bytes (decompressed).

    >>> shape_of(b'<?xml version="1.0"?><rss version="2.0">')
    'feed'
    """
    if body.startswith(b"WARC/"):
        return "warc"
    start = _COMMENTS.sub(b"", body[:65_536]).lstrip(b"\xef\xbb\xbf \t\r\n\0")
    root = _ROOT.match(start)
    if root and root[1].lower() in _SHAPES:
        return _SHAPES[root[1].lower()]
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
    """Tell a list of URLs: every line that says something is an http(s) URL and nothing else."""
    lines = [line.strip() for line in body[:20_000].splitlines()]
    said = [line for line in lines if line and not line.startswith(b"#")]
    whole = said[:-1] if len(body) > 20_000 else said
    return bool(whole) and all(
        line.lower().startswith((b"http://", b"https://")) and b" " not in line for line in whole
    )
