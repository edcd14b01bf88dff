"""Sitemaps and news sitemaps (sitemaps.org 0.9, Google News 0.9), read as a stream.

Entities are not resolved and nothing is loaded from anywhere, so that neither "billion laughs" nor
an external entity does anything. A broken file is read as far as it goes.
"""

import io
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from pipeline.discover.document_type import gunzipped, shape_of
from pipeline.discover.results import Entry
from pipeline.errors import Refused
from pipeline.line_rules.dates import iso_time
from pipeline.outcomes import Outcome
from pipeline.text import squeeze, storable

MAX_URLS = 50_000
"""Of one file, as the protocol allows."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap as it was read: entries of a urlset, or further sitemaps of an index."""

    entries: tuple[Entry, ...] = ()
    sitemaps: tuple[Entry, ...] = ()
    is_broken: bool = False


def read_sitemap(body: bytes, url: str, limit: int) -> Sitemap:
    """Read a sitemap, gzip or not, XML or one URL a line.

    Args:
        body: as fetched.
        url: where from; relative locations, which the protocol forbids, are resolved against it.
        limit: most bytes once decompressed.

    Raises:
        PageError: bad_content or too_large; the reason says what it is.
    """
    plain = gunzipped(body, limit)
    shape = shape_of(plain)
    if shape == "list":
        return Sitemap(tuple(Entry(line) for line in plain.decode("utf-8", "replace").split()))
    if shape != "sitemap":
        raise Refused(Outcome.BAD_CONTENT, f"not a sitemap but {_NAMES.get(shape, shape)}")
    return _read_xml(plain, url)


_NAMES = {"html": "an HTML page", "feed": "a feed: list it under feeds", "binary": "binary data"}


def _read_xml(plain: bytes, url: str) -> Sitemap:
    entries: list[Entry] = []
    sitemaps: list[Entry] = []
    context = etree.iterparse(
        io.BytesIO(plain),
        events=("end",),
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    try:
        for _, element in context:
            name = _local_name(element)
            if name in ("url", "sitemap"):
                found = _entry(element, url)
                if found is not None:
                    (entries if name == "url" else sitemaps).append(found)
                _forget(element)
            if len(entries) + len(sitemaps) >= MAX_URLS:
                break
    except etree.XMLSyntaxError as error:
        if not entries and not sitemaps:
            raise Refused(Outcome.BAD_CONTENT, f"broken XML: {squeeze(str(error))}") from error
        return Sitemap(tuple(entries), tuple(sitemaps), is_broken=True)
    return Sitemap(tuple(entries), tuple(sitemaps), is_broken=bool(context.error_log))


def _entry(element: etree._Element, url: str) -> Entry | None:
    """Read one url or sitemap; images and videos in it have locations and titles of their own."""
    texts: dict[str, str] = {}
    for child in element:
        name = _local_name(child)
        if name == "news":
            texts |= {_local_name(part): _text(part) for part in child.iter()}
        elif name in ("loc", "lastmod"):
            texts[name] = _text(child)
    if not texts.get("loc"):
        return None
    published = iso_time(texts.get("publication_date"))
    changed = iso_time(texts.get("lastmod"))
    return Entry(_joined(url, texts["loc"]), texts.get("title") or None, published, changed)


def _text(element: etree._Element) -> str:
    return squeeze(storable(element.text or "")) if isinstance(element.tag, str) else ""


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        return location


def _local_name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _forget(element: etree._Element) -> None:
    """Free what was read: a sitemap of 50,000 URLs is a tree of some hundred megabytes."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
