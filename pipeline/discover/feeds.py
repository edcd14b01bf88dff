"""Feeds: RSS 0.9x to 2.0, RDF and Atom (read by feedparser), and JSON Feed 1.x.

feedparser is given a stream and never a string, because it would open a string that looks like a
URL or a path. Of broken XML everything up to the error is read (feedparser's "bozo"). Entries
without a link are skipped.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import feedparser

from pipeline.discover.document_type import document_type
from pipeline.discover.results import Entry
from pipeline.errors import Refused
from pipeline.line_rules.dates import iso_time
from pipeline.outcomes import Outcome
from pipeline.text import squeeze, storable


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that was read."""

    entries: tuple[Entry, ...]
    title: str | None = None
    homepage: str | None = None
    language: str | None = None
    is_broken: bool = False
    """Its XML is not well-formed; the other fields hold what could be read."""


def read_feed(body: bytes, url: str, content_type: str | None = None) -> Feed:
    """Read a feed.

    Args:
        body: the feed as fetched.
        url: its URL, against which relative links are resolved.
        content_type: its Content-Type, for the charset.

    Raises:
        Refused: bad_content if it is not a feed; the reason says what it is.
    """
    kind = document_type(body)
    if kind == "json_feed":
        return _json_feed(json.loads(body), url)
    if kind in ("html", "sitemap"):
        what = "an HTML page" if kind == "html" else "a sitemap: list it under sitemaps"
        raise Refused(Outcome.BAD_CONTENT, f"not a feed but {what}")
    headers = {"content-location": url}
    if content_type:
        headers["content-type"] = content_type
    try:
        parsed: Any = feedparser.parse(
            io.BytesIO(body),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except ValueError as error:  # feedparser 6.0: a NUL in the name of the encoding
        raise Refused(Outcome.BAD_CONTENT, f"not a feed: {squeeze(str(error))[:160]}") from error
    if not parsed.get("version") and not parsed.entries:
        raise Refused(Outcome.BAD_CONTENT, f"not a feed: {_parse_error(parsed)}")
    channel = parsed.feed
    return Feed(
        tuple(_entries(parsed.entries, url)),
        _text(channel.get("title")),
        _absolute(url, channel.link) if channel.get("link") else None,
        channel.get("language"),
        bool(parsed.bozo),
    )


def _parse_error(parsed: Any) -> str:
    error = parsed.get("bozo_exception")
    return squeeze(str(error))[:160] if error else "neither RSS, Atom, RDF nor JSON Feed"


def _entries(entries: list[Any], url: str) -> Iterator[Entry]:
    for entry in entries:
        link = entry.get("feedburner_origlink") or entry.get("link")
        if not link:
            continue
        yield Entry(_absolute(url, link), _text(entry.get("title")), _published(entry))


def _published(entry: Any) -> str | None:
    """Return when an entry was published, in the feed's own offset, or in UTC by feedparser."""
    stated = iso_time(entry.get("published") or entry.get("updated"))
    parts = entry.get("published_parsed")
    if parts is None and "updated_parsed" in entry:
        parts = entry.get("updated_parsed")
    if stated or parts is None:
        return stated
    year, month, day, hour, minute, second = parts[:6]
    return iso_time(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{min(second, 59):02}Z")


def _json_feed(found: dict[str, Any], url: str) -> Feed:
    items = found.get("items")
    homepage = found.get("home_page_url")
    return Feed(
        tuple(_json_entries(items if isinstance(items, list) else [], url)),
        _text(found.get("title")),
        homepage if isinstance(homepage, str) else None,
        found.get("language") if isinstance(found.get("language"), str) else None,
    )


def _json_entries(items: list[Any], url: str) -> Iterator[Entry]:
    for item in items:
        if not isinstance(item, dict):
            continue
        named = [item.get("url"), item.get("external_url"), item.get("id")]
        link = next((text for text in named[:2] if isinstance(text, str) and text), None)
        if link is None and str(named[2]).startswith(("http://", "https://")):
            link = str(named[2])
        if link:
            stated = item.get("date_published") or item.get("date_modified")
            published = iso_time(stated) if isinstance(stated, str) else None
            yield Entry(_absolute(url, link), _text(item.get("title")), published)


def _absolute(base: str, link: str) -> str:
    try:
        return storable(urljoin(base, link.strip()))
    except ValueError:
        return storable(link.strip())


def _text(value: object) -> str | None:
    text = squeeze(storable(value)) if isinstance(value, str) else ""
    return text or None
