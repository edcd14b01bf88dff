"""Render an outlet's stories as the pages, feeds and sitemaps that its server sends.

The output depends on the stories, the edition and the base URL only, never on the clock, so that a
second run over the same edition gets the same bytes.
"""

import gzip
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from http import HTTPStatus

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pipeline.demo.content import AGENCY, DEMO_FOLDER, LINK, Extra, Outlet, Story, slug_of
from pipeline.outcomes import Outcome

FEED_ITEMS = 16
"""Most stories in a feed; sitemaps and section pages have the older ones too."""
LAST_MODIFIED = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
"""Last-Modified of everything but articles."""
_CALENDAR = re.compile(r"^/(calendar|diary)/(\d{4})/(\d{2})/$")
_MEDIA = re.compile(r"^/media/([a-z0-9-]+)\.svg$")


@dataclass(frozen=True, slots=True)
class Page:
    """One response of the site, before compression."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = HTTPStatus.OK
    last_modified: datetime = LAST_MODIFIED
    location: str | None = None

    @property
    def etag(self) -> str:
        """A weak validator, because compressed and plain body share it (RFC 9110, 8.8.1)."""
        return f'W/"{zlib.crc32(self.body):08x}-{len(self.body):x}"'


def _inline(text: str) -> Markup:
    """Escape a paragraph and turn its ``[words](path)`` into links."""
    html = LINK.sub(r'<a href="\2">\1</a>', str(escape(text)))
    return Markup(html)  # noqa: S704  # escaped one line above


def _promo(text: str) -> tuple[str, str]:
    """Split the text of an ``!also`` block into title and path."""
    title, _, path = text.partition(" -> ")
    return title, path or "/"


def _clock(when: datetime) -> str:
    return f"{when:%d %b %Y, %H:%M}".lstrip("0")


def _long_day(when: date) -> str:
    return f"{when:%A}, {when.day} {when:%B %Y}"


def _us_day(when: date) -> str:
    return f"{when:%B} {when.day}, {when.year}"


def _author_node(name: str) -> dict[str, str]:
    """Return an author as schema.org describes one; an agency is an organization."""
    return {"@type": "Organization" if name == AGENCY else "Person", "name": name}


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(DEMO_FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        inline=_inline,
        promo=_promo,
        clock=_clock,
        long_day=_long_day,
        us_day=_us_day,
        slug=slug_of,
        author_node=_author_node,
    )
    return env


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of a feed: a story, or one of the outlet's extra links."""

    url: str
    title: str
    published: datetime
    updated: datetime
    summary: str
    section: str


class OutletSite:
    """All pages of one outlet in one edition.

    Args:
        outlet: the outlet with its stories.
        base: scheme, host and port, without a slash at the end.
    """

    def __init__(self, outlet: Outlet, base: str) -> None:
        self.outlet = outlet
        self.base = base
        self._pages = self._all_pages()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all pages except the endless calendar's."""
        return tuple(self._pages)

    def page(self, path: str) -> Page:
        """Return the response to a request path; these outlets ignore the query."""
        path = path.partition("?")[0]
        if path in self._pages:
            return self._pages[path]
        if match := _CALENDAR.match(path):
            return self._calendar(match[1], int(match[2]), int(match[3]))
        if match := _MEDIA.match(path):
            return Page(_placeholder_image(match[1]).encode(), "image/svg+xml")
        return self._plain("Page not found", "There is no page at this address.", 404)

    def feed_items(self, stories: Iterable[Story]) -> list[FeedItem]:
        """Return the newest stories and all extra links, newest first."""
        chosen = [story for story in stories if story.in_feed][:FEED_ITEMS]
        items = [*map(self._story_item, chosen), *map(self._extra_item, self.outlet.extras)]
        return sorted(items, key=lambda item: item.published, reverse=True)

    def _story_item(self, story: Story) -> FeedItem:
        updated = story.modified or story.published
        url = self.base + story.path
        return FeedItem(url, story.title, story.published, updated, story.summary, story.section)

    def _extra_item(self, extra: Extra) -> FeedItem:
        url = extra.path if "://" in extra.path else self.base + extra.path
        return FeedItem(url, extra.title, extra.published, extra.published, extra.title, "News")

    def _all_pages(self) -> dict[str, Page]:
        pages = {story.path: self._article(story) for story in self.outlet.stories}
        pages |= {f"/{slug_of(t)}/": self._plain(t, b) for t, b in self.outlet.pages.items()}
        pages |= {self.outlet.section_path(s): self._listing(s) for s in self.outlet.sections}
        pages["/"] = self._listing(None)
        pages["/assets/style.css"] = self._asset("style.css")
        pages["/robots.txt"] = self._text("robots.txt", "text/plain; charset=utf-8")
        pages |= self._feeds() | self._sitemaps()
        return pages | dict(map(self._extra_page, filter(self._is_own_page, self.outlet.extras)))

    @staticmethod
    def _is_own_page(extra: Extra) -> bool:
        return extra.status != HTTPStatus.OK

    def _extra_page(self, extra: Extra) -> tuple[str, Page]:
        words = "This page has been removed at the request of the family."
        if extra.status == HTTPStatus.NOT_FOUND:
            words = "The story you are looking for is not here. It may have been moved."
        page = self._plain(HTTPStatus(extra.status).phrase, words, extra.status)
        return extra.path, Page(
            page.body, page.content_type, page.status, LAST_MODIFIED, extra.location
        )

    def _render(self, template: str, **context: object) -> str:
        found = _environment().select_template([f"{self.outlet.key}/{template}", template])
        return found.render(outlet=self.outlet, base=self.base, **context)

    def _text(self, template: str, content_type: str, **context: object) -> Page:
        return Page(self._render(template, **context).encode(), content_type)

    def _asset(self, name: str) -> Page:
        body = (DEMO_FOLDER / "templates" / self.outlet.key / name).read_bytes()
        return Page(body, "text/css; charset=utf-8")

    def _article(self, story: Story) -> Page:
        html = self._render(
            "article.html",
            story=story,
            title=story.title,
            related=self._related(story),
            most_read=self._related(self.outlet.stories[0]),
        )
        if story.layout == "broken":
            html = _break_page(html)
        body = html.encode(story.charset, "xmlcharrefreplace")
        when = story.modified or story.published
        return Page(body, f"text/html; charset={story.charset}", 200, when)

    def _related(self, story: Story) -> list[Story]:
        """Return up to four other stories, those of the same section first.

        The story that edition 2 changes is left out, since its title would change these pages.
        """
        others = [s for s in self.outlet.stories if s is not story and self._is_promoted(s)]
        same = [s for s in others if s.section == story.section]
        return [*same, *(s for s in others if s.section != story.section)][:4]

    @staticmethod
    def _is_promoted(story: Story) -> bool:
        return story.outcome is Outcome.LOADED and not story.is_updated_in_edition_2

    def _listing(self, section: str | None) -> Page:
        stories = [s for s in self.outlet.stories if section in (None, s.section)]
        title = section or self.outlet.slogan
        return self._text(
            "listing.html",
            "text/html; charset=utf-8",
            title=title,
            stories=stories,
            section=section,
        )

    def _plain(self, title: str, words: str, status: int = 200) -> Page:
        html = self._render("plain.html", title=title, words=words)
        return Page(html.encode(), status=status)

    def _calendar(self, kind: str, year: int, month: int) -> Page:
        """Return a month that links to the next one without end, which traps a crawler."""
        month = min(max(month, 1), 12)
        first = date(max(year, 1), month, 1)
        after = (first + timedelta(days=31)).replace(day=1) if year < date.max.year else first
        links = [f"/{kind}/{after:%Y}/{after:%m}/", f"/{kind}/{year + 1:04d}/{month:02d}/"]
        html = self._render("calendar.html", title=f"{first:%B %Y}", links=links)
        return Page(html.encode())

    def _feeds(self) -> dict[str, Page]:
        items = self.feed_items(self.outlet.stories)
        sport = [self._story_item(s) for s in self.outlet.stories if s.section == "Sport"]
        media = {"rss.xml": "application/rss+xml", "atom.xml": "application/atom+xml"}
        wanted = {"/feed/": "rss.xml", "/rss/latest.xml": "rss.xml", "/atom.xml": "atom.xml"}
        pages = {}
        for path in self.outlet.feeds:
            if path == "/sport.rss":
                text = _break_feed(self._render("rss.xml", items=sport, path=path))
                pages[path] = Page(text.encode(), "application/rss+xml")
                continue
            name = wanted[path]
            pages[path] = self._text(name, f"{media[name]}; charset=utf-8", items=items, path=path)
        return pages

    def _sitemaps(self) -> dict[str, Page]:
        targets = {extra.target for extra in self.outlet.extras if extra.status != HTTPStatus.OK}
        stories = [s for s in self.outlet.stories if s.slug not in targets]
        if self.outlet.sitemaps == ("/news-sitemap.xml",):
            page = self._text("news_sitemap.xml", "application/xml", stories=stories)
            return {"/news-sitemap.xml": page}
        if not self.outlet.sitemaps:
            return {}
        urls = self._render("sitemap.xml", stories=stories).encode()
        packed = Page(gzip.compress(urls, mtime=0), "application/gzip")
        index = self._text("sitemap_index.xml", "application/xml", path="/sitemaps/2026-11.xml.gz")
        return {"/sitemap_index.xml": index, "/sitemaps/2026-11.xml.gz": packed}


def _break_feed(xml: str) -> str:
    """Break a feed as hand-made ones are: bare ampersands, and an entity that XML lacks."""
    return xml.replace("&amp;", "&").replace("</title>", "&nbsp;</title>")


def _break_page(html: str) -> str:
    """Break a page: unclosed paragraphs, a stray end tag, a truncated tag, two bodies."""
    html = html.replace("</p>", "").replace("</header>", "</header></table></b>")
    return html.replace("<footer", "<body><div><footer").replace("</html>", "</span")


def _placeholder_image(name: str) -> str:
    """Return a drawn landscape in place of a photo, with colours that depend on its name."""
    seed = zlib.crc32(name.encode())
    hue, height = seed % 360, 90 + seed % 60
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 300">'
        f'<rect width="640" height="300" fill="hsl({hue},35%,78%)"/>'
        f'<circle cx="{80 + seed % 480}" cy="80" r="34" fill="hsl({hue},60%,92%)"/>'
        f'<path d="M0 {height + 60} Q160 {height} 320 {height + 70} T640 {height + 40} V300 H0Z" '
        f'fill="hsl({(hue + 40) % 360},28%,48%)"/>'
        f'<path d="M0 {height + 120} Q200 {height + 70} 400 {height + 130} T640 {height + 100} '
        f'V300 H0Z" fill="hsl({(hue + 70) % 360},30%,32%)"/></svg>'
    )
