"""Sitemaps and news sitemaps (sitemaps.org 0.9, Google News 0.9), read as a stream.

Entities are not resolved and no other file is loaded, so that neither "billion laughs" nor an
external entity has any effect. Of a broken file everything up to the error is read.
"""

import io
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

from pipeline.discover.document_type import document_type, gunzipped
from pipeline.discover.results import Entry
from pipeline.errors import Refused
from pipeline.line_rules.dates import iso_time
from pipeline.outcomes import Outcome
from pipeline.text import squeeze, storable

MAX_URLS = 50_000
"""Most URLs read of one file; the protocol allows no more."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap that was read: the entries of a urlset, or the further sitemaps of an index."""

    entries: tuple[Entry, ...] = ()
    sitemaps: tuple[Entry, ...] = ()
    is_broken: bool = False


def read_sitemap(body: bytes, url: str, limit: int) -> Sitemap:
    """Read a sitemap: XML or one URL per line, gzipped or not.

    Args:
        body: the sitemap as fetched.
        url: its URL. Relative locations, which the protocol forbids, are resolved against it.
        limit: most bytes after decompression.

    Raises:
        PageError: bad_content if it is not a sitemap, with what it is as the reason; too_large.
    """
    plain = gunzipped(body, limit)
    kind = document_type(plain)
    if kind == "list":
        return Sitemap(tuple(Entry(line) for line in plain.decode("utf-8", "replace").split()))
    if kind != "sitemap":
        raise Refused(Outcome.BAD_CONTENT, f"not a sitemap but {_NAMES.get(kind, kind)}")
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
                _free(element)
            if len(entries) + len(sitemaps) >= MAX_URLS:
                break
    except etree.XMLSyntaxError as error:
        if not entries and not sitemaps:
            raise Refused(Outcome.BAD_CONTENT, f"broken XML: {squeeze(str(error))}") from error
        return Sitemap(tuple(entries), tuple(sitemaps), is_broken=True)
    return Sitemap(tuple(entries), tuple(sitemaps), is_broken=bool(context.error_log))


def _entry(element: etree._Element, url: str) -> Entry | None:
    """Read one url or sitemap element.

    Only its own children count: images and videos in it have locations and titles too.
    """
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


def _free(element: etree._Element) -> None:
    """Free an element that was read: the tree of 50,000 URLs takes some hundred megabytes."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
