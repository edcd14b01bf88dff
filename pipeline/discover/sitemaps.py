"""Sitemaps and news sitemaps (sitemaps.org 0.9, Google News 0.9), in XML or as plain text.

A feed under ``sitemaps`` is read too: the protocol allows RSS and Atom as sitemaps. Of a broken or
cut file everything that is complete is read; an address that the end cuts off is none.
"""

from datetime import datetime

from pipeline.discover.document_type import document_type, gunzipped
from pipeline.discover.feed_formats import parse_feed, parse_json_feed
from pipeline.discover.markup import Markup, Node, absolute, root_of
from pipeline.discover.results import Entry, Sitemap
from pipeline.errors import Refused
from pipeline.extract.encoding import decode
from pipeline.line_rules.dates import day_first, iso_time
from pipeline.outcomes import Outcome
from pipeline.text import squeeze, storable

__all__ = ["MAX_URLS", "Sitemap", "parse_sitemap", "read_sitemap"]

MAX_URLS = 50_000
"""Most URLs read of one file; the protocol allows no more."""
_OWN_FIELDS = frozenset({"loc", "lastmod"})
_NEWS_FIELDS = frozenset({"news:publication_date", "news:title"})
_LEAVES = _OWN_FIELDS | _NEWS_FIELDS | {"publication_date", "title"}
_RECORDS = frozenset({"url", "sitemap"})


def read_sitemap(
    body: bytes,
    url: str,
    limit: int,
    content_type: str | None = None,
    *,
    now: datetime | None = None,
) -> Sitemap:
    """Read a sitemap: XML, a feed, or one URL per line, gzipped or not.

    Args:
        body: the sitemap as fetched.
        url: its URL. Relative locations, which the protocol forbids, are resolved against it.
        limit: most bytes after decompression.
        content_type: its Content-Type, for the charset.
        now: the present: times more than two days later are not believed. None accepts them.

    Raises:
        PageError: bad_content if it is not a sitemap, with what it is as the reason; too_large.
    """
    plain = gunzipped(body, limit)
    kind = document_type(plain)
    if kind == "json_feed":
        return Sitemap(parse_json_feed(plain, url, now).entries)
    if kind not in ("sitemap", "feed", "list"):
        raise Refused(Outcome.BAD_CONTENT, f"not a sitemap but {_NAMES.get(kind, kind)}")
    text = decode(plain, content_type, limit=len(plain))
    if kind == "list":
        return _read_lines(text)
    root = root_of(text)
    start = root[1] if root else 0
    if kind == "feed":
        feed = parse_feed(text, url, start, now)
        return Sitemap(feed.entries, is_broken=feed.is_broken)
    return parse_sitemap(text, url, start, now)


_NAMES = {"html": "an HTML page", "binary": "binary data", "warc": "a WARC file"}


def _read_lines(text: str) -> Sitemap:
    lines = (line.strip() for line in text.splitlines())
    addresses = [line for line in lines if line.lower().startswith(("http://", "https://"))]
    return Sitemap(tuple(map(Entry, dict.fromkeys(addresses[:MAX_URLS]))))


def parse_sitemap(text: str, url: str, start: int = 0, now: datetime | None = None) -> Sitemap:
    """Read a sitemap or an index in XML, however broken.

    Args:
        text: the decoded document.
        url: its URL.
        start: where its root element begins.
        now: the present, to refuse times in the future; None accepts them.
    """
    markup = Markup(text, url, _LEAVES, _RECORDS, start)
    records: list[tuple[str, dict[str, str]]] = []
    record: Node | None = None
    for is_start, node in markup.nodes():
        if is_start:
            if node.name in _RECORDS:
                record = node
                records.append((node.name, {}))
        elif node is record:
            record = None
            if len(records) >= MAX_URLS:
                break
        elif record is not None:
            _read_field(records[-1][1], node, record)
    return _sitemap(records, url, now, is_broken=markup.is_broken)


def _read_field(texts: dict[str, str], node: Node, record: Node) -> None:
    """Read one element of a url or sitemap element.

    Only its own children count: images and videos in it have locations and titles too.
    """
    parent = node.parent
    if parent is record and node.name in _OWN_FIELDS:
        texts[node.name] = node.text
    elif parent is not None and parent.name in ("news:news", "news"):
        texts[node.name.removeprefix("news:")] = node.text


def _sitemap(
    records: list[tuple[str, dict[str, str]]], url: str, now: datetime | None, *, is_broken: bool
) -> Sitemap:
    stated = (texts.get(name) for _, texts in records for name in ("publication_date", "lastmod"))
    is_day_first = day_first(stated)
    found: dict[str, dict[str, Entry]] = {"url": {}, "sitemap": {}}
    for kind, texts in records:
        location = texts.get("loc", "").strip()
        if not location:
            continue
        entry = Entry(
            absolute(url, location.replace("&amp;", "&")),
            squeeze(storable(texts.get("title", ""))) or None,
            iso_time(texts.get("publication_date"), day_first=is_day_first, now=now),
            iso_time(texts.get("lastmod"), day_first=is_day_first, now=now),
        )
        if kind != "sitemap" or not _is_same(entry.url, url):
            found[kind].setdefault(entry.url, entry)
    return Sitemap(tuple(found["url"].values()), tuple(found["sitemap"].values()), is_broken)


def _is_same(one: str, other: str) -> bool:
    """Tell whether two addresses are one, apart from the scheme, "www." and the fragment."""
    plain = [url.partition("#")[0].partition("://")[2].removeprefix("www.") for url in (one, other)]
    return plain[0].rstrip("/").lower() == plain[1].rstrip("/").lower()
