"""What the servers of the invented web answer to a request at a given time.

``Servers.answer`` knows the whole truth: which stories a document lists then, which text a page
shows, what is broken. It keeps HTTP's rules (validators, 304, redirects, Retry-After), so that the
simulation in one process and the server on real sockets serve the same.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks.collect import pages, texts
from benchmarks.collect.pages import HTML, JSON, XML, Headers, Item
from benchmarks.collect.web import DAY, HOUR, Document, Fault, Outlet, Story, Web, text_of, title_of

Failure = Literal["unreachable", "timeout"]

_NOISE = frozenset({"utm_source", "utm_medium", "via"})
"""Parameters that the servers ignore."""
_TITLE_CHANGES = ("headline", "full_story")


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, or the failure of a server that gives none."""

    status: int
    headers: Headers = ()
    body: bytes = b""
    failure: Failure | None = None


@dataclass(slots=True)
class _Listing:
    """The stories of one document in the order of publication, and when its content changes."""

    stories: list[Story]
    published: list[int]
    changes: list[int]


class Servers:
    """All servers of a web.

    Args:
        web: the web that they serve.
    """

    def __init__(self, web: Web) -> None:
        self.web = web
        self._outlets = {outlet.host: outlet for outlet in web.outlets}
        self._sites: dict[str, _Site] = {}

    def outlet(self, host: str) -> Outlet | None:
        """Return the outlet of a host."""
        return self._outlets.get(host.lower().partition(":")[0])

    def answer(self, url: str, headers: Mapping[str, str], at: int) -> Answer:
        """Answer a GET.

        Args:
            url: absolute, without fragment.
            headers: of the request; names in lower case.
            at: seconds since the start.
        """
        parts = urlsplit(url)
        outlet = self.outlet(parts.hostname or "")
        if outlet is None:
            return Answer(0, failure="unreachable")
        site = self._site(outlet)
        path = parts.path or "/"
        return site.answer(parts.scheme, path, parts.query, headers, at)

    def story(self, url: str) -> Story | None:
        """Return the story whose page an address is, in any of its forms."""
        parts = urlsplit(url)
        outlet = self.outlet(parts.hostname or "")
        return self._site(outlet).story(parts.path, parts.query) if outlet else None

    def visible(self, outlet: Outlet, story: Story) -> list[tuple[int, int]]:
        """Return the spans of time in which a document that can be read lists a story."""
        site = self._site(outlet)
        return [span for document in outlet.documents for span in site.visible(document, story)]

    def page_url(self, outlet: Outlet, story: Story, at: int) -> str:
        """Return the address of a story's page, as the page itself has it at a time."""
        return self._site(outlet).page_url(story, at)

    def _site(self, outlet: Outlet) -> "_Site":
        if outlet.host not in self._sites:
            self._sites[outlet.host] = _Site(self.web, outlet)
        return self._sites[outlet.host]


@dataclass(slots=True)
class _Site:
    """The server of one outlet."""

    web: Web
    outlet: Outlet
    listings: dict[str, _Listing] = field(default_factory=dict)
    paths: dict[tuple[int, bool], str] = field(default_factory=dict)
    by_address: dict[tuple[str, str], Story] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)

    def __post_init__(self) -> None:
        outlet = self.outlet
        for story in outlet.stories:
            for is_new in (False, True):
                path = self.paths[story.number, is_new] = _path(outlet, story, self.web, is_new)
                bare, _, query = path.partition("?")
                self.by_address[bare, query] = story
        for document in outlet.documents:
            self.documents[document.path] = document
            stories = [story for story in outlet.stories if document.lists(story)]
            changes = [story.published for story in stories]
            changes += [story.removed_at for story in stories if story.removed_at]
            changes += [
                version.at
                for story in stories
                for version in story.versions[1:]
                if version.change in _TITLE_CHANGES
            ]
            published = [story.published for story in stories]
            self.listings[document.path] = _Listing(stories, published, sorted(changes))

    def answer(
        self, scheme: str, path: str, query: str, headers: Mapping[str, str], at: int
    ) -> Answer:
        outlet = self.outlet
        document, story = self.documents.get(path), None
        if document is None:
            story = self.story(path, query)
        scope = "pages" if story else "documents"
        for fault in outlet.faults:
            if fault.start <= at < fault.end and fault.scope in ("all", scope):
                answer = self.faulty(fault, document, story, path, at)
                if answer is not None:
                    return answer
        if scheme == "http" and outlet.port is None:
            target = f"{outlet.url}{path}{f'?{query}' if query else ''}"
            return Answer(301, (*HTML, ("Location", target)))
        if path == "/robots.txt":
            return Answer(
                200, (("Content-Type", "text/plain"),), b"User-agent: *\nDisallow: /my/\n"
            )
        if story is not None:
            return self.page(story, path, query, headers, at)
        moved_to = self.moved_document(path)
        if document is not None or moved_to is not None:
            return self.document(document, moved_to, headers, at)
        if path.startswith("/sitemap-"):
            return self.child_sitemap(path, headers, at)
        if path == "/" or path == "/latest/":
            return Answer(200, HTML, pages.front_page(outlet))
        return Answer(404, HTML, b"<html><title>Not found</title><h1>Not found</h1></html>")

    def faulty(
        self, fault: Fault, document: Document | None, story: Story | None, path: str, at: int
    ) -> Answer | None:
        """Return what the server answers while this goes on; None where it is as always."""
        if fault.kind == "unreachable" or fault.kind == "timeout":
            return Answer(0, failure=fault.kind)
        wait = (("Retry-After", str(fault.retry_after)),) if fault.retry_after else ()
        if fault.kind == "server_error":
            return Answer(503, (*HTML, *wait), b"<html><h1>503</h1></html>")
        if fault.kind == "wall":
            number = at + (story.number if story else 0)
            more, body = pages.wall(self.outlet, fault.wall or "", number)
            return Answer(fault.status or 200, (*more, *wait), body)
        if fault.kind == "shells":
            is_old = story is not None and story.published < fault.start
            return Answer(200, HTML, pages.shell(self.outlet)) if is_old else None
        if document is None or document is not self.outlet.documents[0]:
            return None
        if fault.kind == "feed_is_html":
            return Answer(200, HTML, pages.front_page(self.outlet))
        items = [] if fault.kind == "feed_empty" else self.items(document, at)
        body, type_ = self.render(document, items, fault.start)
        if fault.kind == "feed_broken":
            body = pages.broken(body)
        return Answer(200, type_, body)

    def moved_document(self, path: str) -> Document | None:
        """Return the first document if this is its new address."""
        is_new = self.outlet.feed_moved_at is not None and path == _NEW_FEED
        return self.outlet.documents[0] if is_new else None

    def document(
        self,
        document: Document | None,
        moved: Document | None,
        headers: Mapping[str, str],
        at: int,
    ) -> Answer:
        outlet = self.outlet
        found = document or moved
        assert found is not None
        if found is outlet.documents[0]:
            if outlet.feed_gone_at is not None and at >= outlet.feed_gone_at:
                return Answer(410, HTML, b"<html><h1>Gone</h1></html>")
            has_moved = outlet.feed_moved_at is not None and at >= outlet.feed_moved_at
            if has_moved and moved is None:
                return Answer(301, (*HTML, ("Location", outlet.url + _NEW_FEED)))
            if moved is not None and not has_moved:
                return Answer(404, HTML, b"<html><h1>Not found</h1></html>")
        listing = self.listings[found.path]
        state = bisect_right(listing.changes, at)
        first = self.first_listed(found, listing, at)
        changed = listing.changes[state - 1] if state else 0
        tag = f"{state}-{first}-{outlet.readdressed_at is not None and at >= outlet.readdressed_at}"
        more = (("Cache-Control", "max-age=900"),) if found.hint == "cache_control" else ()
        validators = self.validators(tag, changed, at)
        if self.is_current(headers, validators):
            return Answer(304, (*validators, *more))
        body, type_ = self.render(
            found, self.items(found, at), at if outlet.validators == "changing" else changed
        )
        return Answer(200, (*type_, *validators, *more), body)

    def render(self, document: Document, items: list[Item], built: int) -> tuple[bytes, Headers]:
        outlet, time = self.outlet, self.web.time(built)
        if document.kind == "section":
            return pages.section(outlet, items, str(built)), HTML
        if document.kind == "news_sitemap":
            return pages.news_sitemap(outlet, items), XML
        if document.kind == "sitemap_index":
            return self.index(document, items), XML
        body = pages.feed(outlet, document, items, time)
        return body, JSON if document.kind == "json_feed" else XML

    def index(self, document: Document, items: Sequence[Item]) -> bytes:
        """Return a sitemap index with a child for each day; half of them state no lastmod."""
        newest: dict[str, datetime] = {}
        for item in items:
            newest.setdefault(_child_of(item.published.date()), item.published)
        states = self.outlet.number % 2 == 0
        children = [
            (self.outlet.url + path, time if states else None) for path, time in newest.items()
        ]
        return pages.sitemap_index(children if document.is_newest_first else children[::-1])

    def child_sitemap(self, path: str, headers: Mapping[str, str], at: int) -> Answer:
        index = next((each for each in self.outlet.documents if each.kind == "sitemap_index"), None)
        wanted = self.items(index, at, path) if index else []
        if not wanted:
            return Answer(404, HTML, b"<html><h1>Not found</h1></html>")
        changed = int((wanted[0].published - self.web.start).total_seconds())
        validators = self.validators(f"{path}-{len(wanted)}", changed, at)
        if self.is_current(headers, validators):
            return Answer(304, validators)
        return Answer(200, (*XML, *validators), pages.sitemap(wanted))

    def first_listed(self, document: Document, listing: _Listing, at: int) -> int:
        """Return the place of the oldest story that a document lists."""
        end = bisect_right(listing.published, at)
        if document.kind == "news_sitemap":
            return bisect_left(listing.published, at - 2 * DAY)
        return 0 if document.kind == "sitemap_index" else max(0, end - document.window)

    def items(self, document: Document, at: int, child: str | None = None) -> list[Item]:
        """Return what a document lists, newest first; or what a child of a sitemap index lists."""
        listing = self.listings[document.path]
        end = bisect_right(listing.published, at)
        made = []
        for story in reversed(listing.stories[self.first_listed(document, listing, at) : end]):
            if story.removed_at is not None and story.removed_at <= at:
                continue
            time = self.web.time(story.published)
            if child is not None and child != _child_of(time.date()):
                continue
            title = _title(story, story.version_at(at))
            made.append(Item(self.link(document, story, at), title, time))
            if self.outlet.has_foreign_items and story.number % 5 == 0:
                made.append(Item(foreign_url(self.outlet, story), f"Offer: {title}", time))
        return made

    def link(self, document: Document, story: Story, at: int) -> str:
        """Return a story's address as a document names it."""
        url = self.page_url(story, at)
        style = self.outlet.links
        if style == "utm":
            return _with_parameters(url, utm_source="feed", utm_medium=document.kind)
        if style == "own_parameter":
            return _with_parameters(url, via=str(self.outlet.documents.index(document)))
        return url.replace("https:", "http:", 1) if style == "plain_http" else url

    def page_url(self, story: Story, at: int) -> str:
        new = self.outlet.readdressed_at is not None and at >= self.outlet.readdressed_at
        return self.outlet.url + self.paths[story.number, new]

    def story(self, path: str, query: str) -> Story | None:
        kept = [pair for pair in parse_qsl(query) if pair[0] not in _NOISE] if query else []
        return self.by_address.get((path, urlencode(kept)))

    def page(
        self, story: Story, path: str, query: str, headers: Mapping[str, str], at: int
    ) -> Answer:
        outlet = self.outlet
        if at < story.published:
            return Answer(404, HTML, b"<html><h1>Not found</h1></html>")
        if story.removed_at is not None and at >= story.removed_at:
            status = 410 if story.number % 2 else 404
            return Answer(status, HTML, b"<html><h1>Not here</h1></html>")
        own = self.page_url(story, at)
        if self.is_redesigned(at) and urlsplit(own).path != path:
            return Answer(301, (*HTML, ("Location", own)))
        place = story.version_at(at)
        validators = self.validators(
            f"{story.number}-{place}-{self.is_redesigned(at)}", story.versions[place].at, at
        )
        if self.is_current(headers, validators):
            return Answer(304, validators)
        item = Item(own, _title(story, place), self.web.time(story.published))
        body = pages.article(
            outlet,
            item,
            _text(story, place),
            self.canonical(story, at),
            is_redesigned=self.is_redesigned(at),
            notes=f"served {at}" if outlet.validators == "changing" else "",
        )
        return Answer(200, (*HTML, *validators), body)

    def canonical(self, story: Story, at: int) -> str | None:
        """Return what the page says of its address, true or not."""
        kind, outlet = self.outlet.canonical, self.outlet
        if kind == "none":
            return None
        if kind == "homepage":
            return f"{outlet.url}/"
        if kind == "section":
            return f"{outlet.url}/latest/"
        if kind == "other_story":
            first = story.number - story.number % 3 - outlet.stories[0].number
            return self.page_url(outlet.stories[max(0, first)], at)
        own = self.page_url(story, at)
        return with_parameters(own, {"utm_source": "canonical"}) if kind == "with_noise" else own

    def is_redesigned(self, at: int) -> bool:
        return self.outlet.readdressed_at is not None and at >= self.outlet.readdressed_at

    def validators(self, tag: str, changed: int, at: int) -> Headers:
        kind = self.outlet.validators
        made = []
        if kind in ("both", "etag", "changing"):
            made.append(("ETag", f'"{tag}-{at if kind == "changing" else ""}"'))
        if kind in ("both", "last_modified"):
            made.append(("Last-Modified", pages.http_date(self.web.time(changed))))
        return tuple(made)

    @staticmethod
    def is_current(headers: Mapping[str, str], validators: Headers) -> bool:
        """Tell whether a conditional request is answered with 304 (RFC 9110, 13.2.2)."""
        now = dict(validators)
        if "if-none-match" in headers:
            return headers["if-none-match"] == now.get("ETag")
        stated = headers.get("if-modified-since")
        return stated is not None and stated == now.get("Last-Modified")

    def visible(self, document: Document, story: Story) -> list[tuple[int, int]]:
        """Return the spans in which this document can be read and lists the story."""
        if not document.lists(story):
            return []
        listing = self.listings[document.path]
        place = bisect_left(listing.published, story.published)
        place = next(
            at for at in range(place, len(listing.stories)) if listing.stories[at] is story
        )
        end = self.web.end
        if document.kind == "news_sitemap":
            end = min(end, story.published + 2 * DAY)
        elif document.kind != "sitemap_index" and place + document.window < len(listing.stories):
            end = listing.published[place + document.window]
        if story.removed_at is not None:
            end = min(end, story.removed_at)
        is_first = document is self.outlet.documents[0]
        if is_first and self.outlet.feed_gone_at is not None:
            end = min(end, self.outlet.feed_gone_at)
        spans = [(max(0, story.published), end)]
        for fault in self.outlet.faults:
            is_hit = is_first or fault.kind in ("unreachable", "timeout", "server_error", "wall")
            if fault.scope != "pages" and is_hit:
                spans = [part for span in spans for part in _without(span, fault)]
        return [(start, stop) for start, stop in spans if start < stop]


def _without(span: tuple[int, int], fault: Fault) -> list[tuple[int, int]]:
    start, stop = span
    return [(start, min(stop, fault.start)), (max(start, fault.end), stop)]


_NEW_FEED = "/feeds/main.xml"
"""Where the first document of an outlet moves to."""


def foreign_url(outlet: Outlet, story: Story) -> str:
    """Return the advert that an outlet's feed carries beside a story."""
    return f"https://offers.partner-{outlet.number % 7}.example/deal/{outlet.number}-{story.number}"


@lru_cache(maxsize=20_000)
def _with_parameters(url: str, **parameters: str) -> str:
    return with_parameters(url, parameters)


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """Return an address with further parameters."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


@lru_cache(maxsize=1_000)
def _child_of(day: date) -> str:
    """Return the path of a day's sitemap."""
    return f"/sitemap-{day}.xml"


def _path(outlet: Outlet, story: Story, web: Web, is_new: bool) -> str:
    number, seed = story.number, story.seed
    if is_new and outlet.readdressed_at is not None:
        return f"/stories/{number}/{texts.slug(seed)}"
    day = web.time(story.published + outlet.zone * HOUR)
    shapes = {
        "dated": lambda: f"/{day:%Y/%m/%d}/{texts.slug(seed)}",
        "slug": lambda: f"/news/{texts.slug(seed)}-{number}.html",
        "number": lambda: f"/article/{number}",
        "query": lambda: f"/article?id={number}",
        "double_slash": lambda: f"//{day:%Y/%m/%d}/{texts.slug(seed)}.html",
        "index_php": lambda: f"/index.php?option=story&id={number}",
    }
    return shapes[outlet.addresses]()


@lru_cache(maxsize=20_000)
def _title(story: Story, place: int) -> str:
    return title_of(story, place)


@lru_cache(maxsize=4_000)
def _text(story: Story, place: int) -> tuple[str, ...]:
    return text_of(story, place)
