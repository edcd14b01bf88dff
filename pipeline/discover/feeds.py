"""Feeds of every format, recognised by their content; a sitemap under ``feeds`` is read too.

The formats themselves are in ``feed_formats``. Of a broken or cut feed everything that is complete
is read. Entries without a link are skipped.
"""

from datetime import datetime

from pipeline.discover.document_type import document_type, gunzipped
from pipeline.discover.feed_formats import parse_feed, parse_json_feed, with_foreign_marked
from pipeline.discover.markup import root_of
from pipeline.discover.results import Feed
from pipeline.discover.sitemaps import parse_sitemap
from pipeline.errors import Refused
from pipeline.extract.encoding import decode
from pipeline.outcomes import Outcome

__all__ = ["Feed", "read_feed"]

_MOST_UNPACKED = 50_000_000
"""Bytes of a gzipped feed after decompression, as many as of a sitemap by default."""


def read_feed(
    body: bytes, url: str, content_type: str | None = None, *, now: datetime | None = None
) -> Feed:
    """Read a feed, gzipped or not.

    A sitemap is read as a feed of its entries; the sitemaps of an index are in ``sitemaps``.

    Args:
        body: the feed as fetched.
        url: its URL, against which relative links are resolved.
        content_type: its Content-Type, for the charset.
        now: the present: times more than two days later are not believed. None accepts them.

    Raises:
        PageError: bad_content if it is not a feed, with what it is as the reason; too_large.
    """
    body = gunzipped(body, _MOST_UNPACKED)
    kind = document_type(body)
    if kind == "json_feed":
        return parse_json_feed(body, url, now)
    if kind not in ("feed", "sitemap"):
        raise Refused(Outcome.BAD_CONTENT, f"not a feed{_NAMES.get(kind, '')}")
    text = decode(body, content_type, limit=len(body))
    root = root_of(text)
    start = root[1] if root else 0
    if kind == "feed":
        return parse_feed(text, url, start, now)
    sitemap = parse_sitemap(text, url, start, now)
    found = Feed(sitemap.entries, is_broken=sitemap.is_broken, sitemaps=sitemap.sitemaps)
    return with_foreign_marked(found, url)


_NAMES = {
    "html": " but an HTML page",
    "list": " but a list of addresses: name it under lists",
    "json": " but JSON that is no JSON Feed",
    "binary": " but binary data",
    "warc": " but a WARC file",
    "text": ": neither RSS, Atom, RDF, CDF nor JSON Feed",
}
