"""The formats of feeds: RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, CDF, and JSON Feed 1.x.

Where two formats state the same thing, their names are treated alike: ``pubDate`` of RSS,
``published`` and ``issued`` of Atom, ``dc:date`` of RDF and ``LASTMOD`` of CDF are times, whichever
format a feed says it has. Which of several links is the article's follows feedparser, except that
an identifier is a link only where it is a web address.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import unescape
from typing import Any

from pipeline.discover.markup import Markup, Node, absolute, unescaped
from pipeline.discover.redirectors import redirect_target
from pipeline.discover.results import Entry, Feed
from pipeline.errors import Refused
from pipeline.line_rules.dates import day_first, iso_time
from pipeline.outcomes import Outcome
from pipeline.text import squeeze, storable
from pipeline.urls import site

MAX_ENTRIES = 50_000
"""Most entries read of one feed: as many as a sitemap may have."""
_PUBLISHED = (
    "pubdate",
    "published",
    "issued",
    "dcterms:issued",
    "dcterms:created",
    "created",
    "dc:date",
    "date",
)
_CHANGED = ("updated", "modified", "dcterms:modified", "lastmod")
"""Names of times, the best first. ``lastmod`` is CDF's attribute."""
_LEAVES = frozenset(
    {*_PUBLISHED, *_CHANGED, "title", "link", "guid", "id", "feedburner:origlink"}
    | {"pheedo:origlink", "language", "dc:language", "dc:title", "ttl"}
    | {"sy:updateperiod", "sy:updatefrequency"}
)
_ENTRIES = frozenset({"item", "entry"})
_CHANNELS = frozenset({"rss", "channel", "feed", "rdf:rdf", "rdf"})
_WEB_TYPES = ("", "text/html", "application/xhtml+xml")
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
"""Minutes of the periods of RSS 1.0's syndication module."""
_INTERVAL = {"day": 1440, "hour": 60, "min": 1}
"""Minutes by attribute of CDF's IntervalTime."""
_INLINE_TAG = re.compile(
    r"</?(?:a|b|br|cite|em|font|i|p|small|span|strong|sub|sup|u)\b[^<>]*>", re.I
)
_MOST_MINUTES = 525_600


def parse_feed(text: str, url: str, start: int = 0, now: datetime | None = None) -> Feed:
    """Read a feed in XML, however broken.

    Args:
        text: the decoded document.
        url: its address, against which relative links are resolved.
        start: where its root element begins.
        now: the present, to refuse times in the future; None accepts them.
    """
    reader = _FeedReader(Markup(text, url, _LEAVES, _ENTRIES, start))
    reader.read()
    return reader.feed(url, now)


@dataclass(slots=True)
class _Item:
    """What an item states, before its links and times are chosen."""

    texts: dict[str, str] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    """What a link is relative to."""

    def keep(self, name: str, text: str, base: str) -> None:
        if text:
            self.texts[name] = text
            self.bases[name] = base

    def url(self) -> str | None:
        """Return the article's address, or None where the item names none."""
        texts = self.texts
        for name in ("feedburner:origlink", "pheedo:origlink", "link", "permalink", "href"):
            if texts.get(name):
                link = texts[name].replace("&amp;", "&")
                return redirect_target(absolute(self.bases[name], link))
        guid = texts.get("guid", "")
        return redirect_target(guid) if _is_web(guid) and "permalink" not in texts else None

    def stated(self, names: tuple[str, ...]) -> Iterator[str]:
        return (self.texts[name] for name in names if name in self.texts)


class _FeedReader:
    """Collects the items and the channel's own fields from the elements of a feed."""

    def __init__(self, markup: Markup) -> None:
        self._markup = markup
        self._items: list[_Item] = []
        self._item: _Item | None = None
        self._item_node: Node | None = None
        self._channel: dict[str, str] = {}
        self._homepage: str | None = None
        self._period: float | None = None

    def read(self) -> None:
        for is_start, node in self._markup.nodes():
            if is_start:
                self._begin(node)
            elif node is self._item_node:
                self._end_item()
                if len(self._items) >= MAX_ENTRIES:
                    return
            elif self._item is not None:
                if node.parent is self._item_node:
                    self._read_field(self._item, node)
            elif node.parent is not None:
                self._read_channel(node, node.parent.name)
        self._end_item()  # the item in which a cut feed ends: what is complete of it counts

    def _begin(self, node: Node) -> None:
        if node.name in _ENTRIES:
            self._end_item()
            self._item, self._item_node = _Item(), node
            if node.has_attributes:
                self._read_attributes(self._item, node)
        elif node.name in _CHANNELS and node.has_attributes:
            attributes = node.attributes
            self._channel.setdefault("language", attributes.get("xml:lang", ""))
            if node.name == "channel" and attributes.get("href"):
                self._homepage = absolute(node.base, attributes["href"])

    def _end_item(self) -> None:
        if self._item is not None:
            self._items.append(self._item)
        self._item = self._item_node = None

    def _read_attributes(self, item: _Item, node: Node) -> None:
        """Read what RDF and CDF state in attributes of the item."""
        attributes = node.attributes
        about = attributes.get("rdf:about") or attributes.get("about") or ""
        item.keep("guid", about.strip(), node.base)
        item.keep("href", attributes.get("href", ""), node.base)
        item.keep("lastmod", attributes.get("lastmod", ""), node.base)

    def _read_field(self, item: _Item, node: Node) -> None:
        name = node.name
        if name == "link":
            self._read_link(item, node)
        elif name in ("guid", "id"):
            item.keep("guid", node.text.strip(), node.base)
            permalink = node.attributes.get("ispermalink", "").strip().lower()
            if permalink == "true":
                item.keep("permalink", node.text.strip(), node.base)
            elif permalink:
                item.texts.setdefault("permalink", "")
        elif name == "a" and "link" not in item.texts:
            item.keep("href", node.attributes.get("href", ""), node.base)
        elif name in ("title", "dc:title"):
            if name == "title" or "title" not in item.texts:
                item.keep("title", node.text, node.base)
        elif name in _LEAVES:
            item.keep(name, node.text.strip(), node.base)

    def _read_link(self, item: _Item, node: Node) -> None:
        attributes = node.attributes
        href = attributes.get("href") or attributes.get("url") or attributes.get("uri")
        if not href:
            item.keep("link", node.text.strip(), node.base)
        elif (
            attributes.get("rel", "alternate").strip().lower() in ("alternate", "")
            and attributes.get("type", "").partition(";")[0].strip().lower() in _WEB_TYPES
        ):
            item.keep("link", href.strip(), node.base)

    def _read_channel(self, node: Node, parent: str) -> None:
        name = node.name
        if parent == "schedule" and name == "intervaltime":
            minutes = [
                _number(node.attributes.get(key), 0.0) * unit for key, unit in _INTERVAL.items()
            ]
            self._period = sum(minutes) or None
        elif parent in _CHANNELS:
            self._read_channel_field(name, node)

    def _read_channel_field(self, name: str, node: Node) -> None:
        if name == "link":
            item = _Item()
            self._read_link(item, node)
            if item.texts.get("link") and (self._homepage is None or not node.has_attributes):
                self._homepage = absolute(node.base, item.texts["link"])
        elif name in _LEAVES and node.text.strip():
            self._channel[name] = node.text.strip()

    def feed(self, url: str, now: datetime | None) -> Feed:
        """Return what was read, with links resolved and times as ISO 8601."""
        times = [text for item in self._items for text in item.stated((*_PUBLISHED, *_CHANGED))]
        channel = self._channel
        found = Feed(
            tuple(_entries(self._items, day_first(times), now)),
            _title(channel.get("title") or channel.get("dc:title")),
            self._homepage,
            squeeze(channel.get("language") or channel.get("dc:language") or "") or None,
            self._markup.is_broken,
            _minutes(channel.get("ttl")),
            self._period or _period(channel),
        )
        return with_foreign_marked(found, url)


def _entries(
    items: list[_Item], is_day_first: bool | None, now: datetime | None
) -> Iterator[Entry]:
    for item in items:
        link = item.url()
        if not link:
            continue
        read = {
            names: next(
                (
                    time
                    for text in item.stated(names)
                    if (time := iso_time(text, day_first=is_day_first, now=now))
                ),
                None,
            )
            for names in (_PUBLISHED, _CHANGED)
        }
        changed = read[_CHANGED]
        yield Entry(
            link,
            _title(item.texts.get("title")),
            read[_PUBLISHED] or changed,
            changed,
            storable(item.texts.get("guid", "")) or None,
        )


def _title(text: str | None) -> str | None:
    """Return a title as plain text: many feeds escape the HTML of titles, and some do it twice."""
    if not text:
        return None
    plain = unescape(unescaped(_INLINE_TAG.sub("", text))) if "&" in text or "<" in text else text
    return squeeze(storable(_INLINE_TAG.sub("", plain))) or None


def _minutes(text: str | None) -> int | None:
    minutes = _number(text, 0.0)
    return int(minutes) if 1 <= minutes <= _MOST_MINUTES else None


def _period(channel: dict[str, str]) -> float | None:
    period = _PERIODS.get(channel.get("sy:updateperiod", "").lower())
    frequency = _number(channel.get("sy:updatefrequency"), 1.0)
    return period / max(frequency, 0.01) if period else None


def _number(text: str | None, default: float) -> float:
    found = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*", text or "", re.ASCII)
    return float(found[1]) if found else default


def _is_web(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def with_foreign_marked(feed: Feed, url: str) -> Feed:
    """Return the feed with the entries marked that are neither of its site nor its homepage's."""
    own = {_site(url), _site(feed.homepage or url)}
    entries = tuple(
        replace(entry, is_foreign=True)
        if _is_web(entry.url) and _site(entry.url) not in own
        else entry
        for entry in feed.entries
    )
    return replace(feed, entries=entries)


def _site(url: str) -> str:
    """Return the site of a URL; a local name has no registrable domain that drops its "www."."""
    return site(url).removeprefix("www.")


def parse_json_feed(body: bytes, url: str, now: datetime | None = None) -> Feed:
    """Read a JSON Feed.

    Raises:
        Refused: bad_content if it is not JSON, or no JSON Feed.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(Outcome.BAD_CONTENT, f"not a feed: {squeeze(str(error))[:160]}") from error
    if not isinstance(found, dict):
        raise Refused(Outcome.BAD_CONTENT, "not a feed: the JSON is no object with items")
    items = [each for each in _listed(found.get("items")) if isinstance(each, dict)]
    homepage = _string(found.get("home_page_url"))
    feed = Feed(
        tuple(_json_entries(items[:MAX_ENTRIES], url, now)),
        _title(_string(found.get("title"))),
        absolute(url, homepage) if homepage else None,
        _string(found.get("language")),
    )
    return with_foreign_marked(feed, url)


def _json_entries(items: list[dict[str, Any]], url: str, now: datetime | None) -> Iterator[Entry]:
    for item in items:
        guid = _string(item.get("id"))
        link = _string(item.get("url")) or _string(item.get("external_url"))
        if link is None and guid is not None and _is_web(guid):
            link = guid
        if link:
            published = iso_time(_time(item.get("date_published")), now=now)
            changed = iso_time(_time(item.get("date_modified")), now=now)
            address = redirect_target(absolute(url, link))
            title = _title(_string(item.get("title")))
            yield Entry(address, title, published or changed, changed, guid)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: object) -> str | None:
    """Return a text without what Postgres refuses; a number too, which some programs write."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return (storable(value).strip() or None) if isinstance(value, str) else None


def _time(value: object) -> str | None:
    """Return a time as text; a number counts the seconds or milliseconds since 1970."""
    return f"{value:.0f}" if isinstance(value, float) else _string(value)
