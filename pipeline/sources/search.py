"""Find the feeds and sitemaps of a site, with few requests.

Looked at, in this order: the feeds that the page announces; feeds and feed overviews that its menus
link; the usual paths below the page and below the homepage; the sitemaps that robots.txt names, or
the usual ones, and of an index its news sitemaps. Each address is asked once, at the site's pace.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from pipeline.discover.feeds import Feed, read_feed
from pipeline.discover.page_hints import feeds_of
from pipeline.discover.results import Entry
from pipeline.discover.sections import base_of, parse_html
from pipeline.discover.sitemaps import Sitemap, read_sitemap
from pipeline.errors import PageError
from pipeline.fetch.fetcher import Fetcher
from pipeline.line_rules.dates import age_key
from pipeline.models import Response
from pipeline.outcomes import Outcome
from pipeline.sources.feed_services import service_of
from pipeline.text import squeeze
from pipeline.urls import authority, host, is_web_url, site

MOST_FEEDS = 5
"""Feeds that are proposed, in the order in which the page names them."""
_MOST_TRIED = 20
"""Addresses that may be feeds and are asked, the usual paths not counted."""
_MOST_OVERVIEWS = 3
_MOST_FOREIGN = 3
"""Feeds on other sites that are tried: a menu may link to a dozen podcast directories."""
_MOST_SITEMAPS = 5
_MOST_SITEMAPS_READ = 12
_REFUSALS = frozenset({Outcome.FORBIDDEN, Outcome.RATE_LIMITED, Outcome.BLOCKED})
_MOST_REFUSED = 4
"""Refusals of the site after which it is not asked further."""
_LEAST_NEW = 0.3
"""Share of a feed's links that no feed before it has: a feed of fewer is left out."""
_USUAL_FEEDS = (
    "feed/", "rss.xml", "rss", "feed.xml", "atom.xml", "index.xml", "rss/", "feeds/", "index.rss",
    "feed.rss", "rss/feed.xml", "feeds/rss.xml", "?feed=rss2", "feed.json",
)  # fmt: skip
"""Paths that are tried below a page that names no feed, the most frequent first: WordPress, static
site generators, Joomla, Drupal, a query for WordPress without permalinks, JSON Feed."""
_USUAL_SITEMAPS = (
    "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/googlenews.xml",
    "/sitemap_index.xml", "/sitemap.xml",
)  # fmt: skip
"""Tried where robots.txt names no news sitemap."""
# A query such as "?format=feed", "?feed=rss2", "?rss"; "cmp=feed_newsletter" is none.
_FEED_QUERY = re.compile(
    r"(?:^|&)(?:(?:format|type|alt|output|view|feed)=(?:rss|atom|feed|rdf)\d*|rss|feed)(?:&|$)",
    re.I,
)
# Words of a path's segment: "rss", "rss2", "rssfeeds", "newsfeed", "atom", "index.rdf"
_FEED_WORD = re.compile(r"(?:rss|news)?feeds?|rss\d*|atom|rdf", re.IGNORECASE)
# "/xml/politics.php", "/politics.xml", "/feed.php?xml=1", and no sitemap
_XML_ADDRESS = re.compile(r"(?<![a-z])xml(?![a-z])(?<!sitemap\.xml)", re.IGNORECASE)
_MOST_SEGMENT_WORDS = 3
"""Words of a segment that is a feed: "how-much-to-feed-a-puppy" is a story."""
# "RSS", "RSS-Feeds", "Fils RSS", "Subscribe by RSS"; "feed" alone only where there is little else.
_RSS_TEXT = re.compile(r"\b(?:rss|newsfeeds?)(?:\b|[-_ ])", re.IGNORECASE)
_FEED_TEXT = re.compile(r"\b(?:(?:our|news|site|atom|xml) )?feeds?", re.IGNORECASE)
_MOST_WORDS = 5
"""Words of a link text that names a feed; in a headline, RSS may be a party or a body."""
# "feeds.herald.example", "rss.herald.example", "newsfeed.herald.example"
_FEED_HOST = re.compile(r"(?:www\.)?(?:rss|(?:news)?feeds?|syndication)\d*\.", re.IGNORECASE)
# A link to a reader names the feed that it should subscribe to.
_READER = re.compile(
    r"https?://(?:www\.)?(?:feedly\.com|cloud\.feedly\.com)/(?:#|i/)?.*?feed/(https?(?::|%3A).+)",
    re.I,
)
# "news-sitemap.xml", "sitemap_news.xml", "/googlenews.xml", "newssitemap-index.xml"
_NEWS_NAME = re.compile(r"news(?!letter)|latest|48hrs", re.IGNORECASE)
_CHANGING_NAME = re.compile(r"\d{4}|\d-\d")
"""The address of a child sitemap that is another one next month: "news-2026-11.xml"."""

FeedPlace = Literal["announced", "menu", "overview", "usual"]


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that could be read and has entries."""

    url: str
    """Where it is now, if the address that names it has moved for good."""
    feed: Feed


@dataclass(frozen=True, slots=True)
class FoundSitemap:
    """A sitemap with its own entries, or those of the child that was looked at."""

    url: str
    entries: tuple[Entry, ...]
    is_news: bool


@dataclass(slots=True)
class SiteSearch:
    """Finds the documents of one site.

    Args:
        page: the page that the operator named, as fetched.
        fetcher: fetches the rest.
        tell: called with each note when it is made, since a search may take a minute.
    """

    page: Response
    fetcher: Fetcher
    tell: Callable[[str], None] = lambda note: None
    notes: list[str] = field(default_factory=list)
    """What was read and used or not, one line each, for the operator."""
    _asked: set[str] = field(default_factory=set)
    _feeds: dict[str, FoundFeed] = field(default_factory=dict)
    _seen_links: set[str] = field(default_factory=set)
    _tried: int = 0
    _refused: int = 0
    _foreign_tried: int = 0
    _overviews: list[Response] = field(default_factory=list)

    @property
    def homepage(self) -> str:
        """The address of the page, after redirects."""
        return self.page.final_url

    def feeds(self) -> list[FoundFeed]:
        """Return the site's feeds, the announced ones first."""
        self._try(feeds_of(self.page.body, self.homepage), "announced")
        self._try(feed_links(self.page.body, self.homepage), "menu")
        for overview in self._overviews[:_MOST_OVERVIEWS]:
            self._try_overview(overview)
        if not self._feeds:
            self._try_usual_paths()
        return list(self._feeds.values())

    def sitemaps(self) -> list[FoundSitemap]:
        """Return the site's news sitemaps; if it has none, its one with the newest entries."""
        named = [url for url in self.fetcher.sitemaps(self.homepage) if self._is_own(url)]
        usual = [urljoin(self.homepage, path) for path in _USUAL_SITEMAPS]
        news, others = self._sorted_sitemaps(named)
        if not news:
            news, more = self._sorted_sitemaps(usual, enough=1)
            others += more
        for other in others:
            self._note(f"not used, not a news sitemap: {other.url}")
        newest = max(others, key=lambda each: newest_time(each.entries) or 0.0, default=None)
        return news or ([newest] if newest and newest_time(newest.entries) else [])

    def looked_into(self, url: str, sitemap: Sitemap) -> FoundSitemap:
        """Return a sitemap with what it holds; of an index, its news sitemap where it has one.

        A child whose name holds a month is another one next month: then the index is named.
        """
        if not sitemap.sitemaps:
            return FoundSitemap(url, sitemap.entries, _is_news(url, sitemap))
        ranked = sorted(sitemap.sitemaps, key=_child_rank)
        looked_at: Sitemap | None = None
        for child in ranked[:2]:
            found = self._sitemap(child.url) if self._is_own(child.url) else None
            if found is None:
                continue
            looked_at = looked_at or found
            if _is_news(child.url, found) and found.entries:
                place = url if _CHANGING_NAME.search(_path(child.url)) else child.url
                return FoundSitemap(place, found.entries, is_news=True)
        return FoundSitemap(url, looked_at.entries if looked_at else (), is_news=False)

    def _sorted_sitemaps(
        self, urls: Iterable[str], enough: int = _MOST_SITEMAPS
    ) -> tuple[list[FoundSitemap], list[FoundSitemap]]:
        """Read sitemaps, those first whose names say news; return news sitemaps and others."""
        news: list[FoundSitemap] = []
        others: list[FoundSitemap] = []
        for url in sorted(urls, key=lambda each: not _NEWS_NAME.search(_path(each))):
            if len(news) >= enough or len(news) + len(others) >= _MOST_SITEMAPS_READ:
                break
            sitemap = self._sitemap(url)
            if sitemap is None:
                continue
            found = self.looked_into(url, sitemap)
            (news if found.is_news else others).append(found)
            if found.is_news:
                self._note(f"news sitemap: {found.url}")
        return news, others

    def _note(self, note: str) -> None:
        self.notes.append(note)
        self.tell(note)

    def _try(self, urls: Iterable[str], place: FeedPlace) -> None:
        left = [url for url in dict.fromkeys(urls) if url not in self._asked]
        for number, url in enumerate(left):
            if len(self._feeds) >= MOST_FEEDS or self._tried >= _MOST_TRIED:
                count = len(left) - number
                self._note(f"not read, enough was: {count} more, such as {url}")
                return
            self._tried += 1
            self._try_one(url, place)

    def _try_one(self, url: str, place: FeedPlace) -> None:
        if "comment" in url.lower():
            return
        if place != "announced" and not self._is_own(url):
            self._foreign_tried += 1
            if self._foreign_tried > _MOST_FOREIGN:
                return
        response = self._ask(url)
        if response is None or response.outcome is not None:
            if response is not None and place == "announced":
                self._note(f"not used, {response.outcome} ({response.reason}): {url}")
            return
        try:
            feed = read_feed(response.body, response.final_url, response.header("content-type"))
        except PageError as error:
            if place == "announced":
                self._note(f"not used, {error.outcome} ({error.reason}): {url}")
            if place == "menu" and self._is_own(response.final_url):
                self._overviews.append(response)
            return
        self._judge_feed(response.moved_to or url, feed, place)

    def _judge_feed(self, url: str, feed: Feed, place: FeedPlace) -> None:
        links = {entry.url for entry in feed.entries}
        if not links:
            self._note(f"not used, an empty feed: {url}")
        elif place != "announced" and not any(map(self._is_own, links)):
            self._note(f"not used, a feed of another site: {url}")
        elif len(links - self._seen_links) < _LEAST_NEW * len(links):
            self._note(f"not used, its links are in the feeds above: {url}")
        elif url not in self._feeds:
            self._note(f"feed with {len(feed.entries)} entries: {url}")
            self._feeds[url] = FoundFeed(url, feed)
            self._seen_links |= links

    def _try_overview(self, overview: Response) -> None:
        """Follow one page that a menu calls "RSS": it lists the feeds by section."""
        self._note(f"overview of feeds: {overview.final_url}")
        announced = feeds_of(overview.body, overview.final_url)
        linked = feed_links(overview.body, overview.final_url, is_overview=True)
        self._try((*announced, *linked), "overview")

    def _try_usual_paths(self) -> None:
        below = self.homepage if self.homepage.endswith("/") else f"{self.homepage}/"
        root = f"{urlsplit(self.homepage).scheme}://{authority(self.homepage)}/"
        for base in dict.fromkeys((_without_file(below), root)):
            for path in _USUAL_FEEDS:
                self._try_one(urljoin(base, path), "usual")
                if self._feeds:
                    return
            if base != root and not self._feeds:
                response = self._ask(root, is_page=True)
                if response is not None and response.outcome is None:
                    self._try(feeds_of(response.body, root), "announced")
                    self._try(feed_links(response.body, root), "menu")
                if self._feeds:
                    return

    def _sitemap(self, url: str) -> Sitemap | None:
        response = self._ask(url)
        if response is None or response.outcome is not None:
            return None
        try:
            return read_sitemap(response.body, response.final_url, 5 * self.fetcher.max_body_bytes)
        except PageError:
            return None

    def _ask(self, url: str, *, is_page: bool = False) -> Response | None:
        """Return the response for an address, None where it was asked before."""
        plain = urldefrag(url).url
        if plain in self._asked:
            return None
        if self._refused >= _MOST_REFUSED:
            return None
        self._asked.add(plain)
        response = self.fetcher.fetch(plain, kind="page" if is_page else "document")
        if response.outcome in _REFUSALS and self._is_own(plain):
            self._refused += 1
            if self._refused == _MOST_REFUSED:
                self._note(f"search given up: the site refuses us ({response.reason})")
        return response

    def _is_own(self, url: str) -> bool:
        return is_web_url(url) and site(url) == site(self.homepage)


def feed_links(body: bytes, url: str, *, is_overview: bool = False) -> tuple[str, ...]:
    """Return the addresses of a page's anchors that look like feeds or like overviews of them.

    Those whose address looks like a feed come first, then those whose text alone does. On an
    overview of feeds, any address with "xml" in it looks like one: "/xml/politics.php".
    """
    try:
        tree = parse_html(body)
    except PageError:
        return ()
    base = base_of(tree, url)
    by_address: dict[str, None] = {}
    by_text: dict[str, None] = {}
    for anchor in tree.iter("a"):
        target = _target(anchor.get("href") or "", base, url)
        if target is None:
            continue
        text = squeeze("".join(anchor.itertext()) or anchor.get("title") or "")
        if site(target) != site(url) and not _is_feed_host(target):
            continue
        if _is_feed_address(target) or (is_overview and _XML_ADDRESS.search(target)):
            by_address[target] = None
        elif _is_feed_text(text):
            by_text[target] = None
    return (*by_address, *(target for target in by_text if target not in by_address))


def _is_feed_address(url: str) -> bool:
    """Tell whether an address looks like a feed or an overview of feeds."""
    parts = urlsplit(url)
    if _FEED_QUERY.search(parts.query):
        return True
    for segment in parts.path.split("/"):
        words = [word.lower() for word in re.split(r"[-_.@+]", segment) if word]
        named = [word for word in words if _FEED_WORD.fullmatch(word)]
        if named and (len(words) <= _MOST_SEGMENT_WORDS or named[0].startswith("rss")):
            return True
    return False


def _is_feed_text(text: str) -> bool:
    short = len(text.split()) <= _MOST_WORDS
    return short and bool(_RSS_TEXT.search(text) or _FEED_TEXT.fullmatch(text))


def _is_feed_host(url: str) -> bool:
    """Tell whether another site may carry this outlet's feeds; sharing buttons name "feed" too."""
    return service_of(url) == "outlet" or bool(_FEED_HOST.match(host(url)))


def newest_time(entries: Iterable[Entry]) -> float | None:
    """Return the latest publication or change among the entries, in seconds since 1970."""
    return max(_times(entries), default=None)


def _times(entries: Iterable[Entry]) -> Iterator[float]:
    for entry in entries:
        time = age_key(entry.published_at or entry.changed_at)
        if time is not None:
            yield time


def _is_news(url: str, sitemap: Sitemap) -> bool:
    """Tell whether a sitemap lists news: by its entries, or by its name."""
    named = bool(_NEWS_NAME.search(_path(url)))
    return named or any(entry.published_at for entry in sitemap.entries)


def _child_rank(child: Entry) -> tuple[bool, float]:
    """Return a key that sorts the sitemaps of an index: news first, then the newest."""
    return not _NEWS_NAME.search(_path(child.url)), -(age_key(child.changed_at) or 0.0)


def _path(url: str) -> str:
    return urlsplit(url).path


def _without_file(url: str) -> str:
    """Return an address without a file at its end: "/politics/index.html/" gives "/politics/"."""
    return re.sub(r"[^/]+\.(?:html?|php|aspx?)/$", "", url)


def _target(href: str, base: str, page: str) -> str | None:
    try:
        found = urldefrag(urljoin(base, href.strip())).url
        if reader := _READER.match(urljoin(base, href.strip())):
            found = unquote(reader[1])
    except ValueError:
        return None
    return found if href.strip() and is_web_url(found) and found != page else None
