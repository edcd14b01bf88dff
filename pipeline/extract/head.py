"""Reads the ``head`` of a page: meta tags, canonical link, title. Knows nothing of JSON-LD."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from lxml.html import HtmlElement

from pipeline import urls
from pipeline.extract.tree import text_of
from pipeline.words import squeeze


@dataclass(frozen=True, slots=True)
class Head:
    """Meta tags by lower-case name, and the links that matter."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    title: str | None = None
    canonical: str | None = None
    language: str | None = None

    def first(self, *names: str) -> str | None:
        """Return the first content of the first of these meta tags that is there."""
        return next((self.meta[name][0] for name in names if name in self.meta), None)

    def all(self, *names: str) -> list[str]:
        """Return the contents of all these meta tags, in the order of the names."""
        return [content for name in names for content in self.meta.get(name, ())]


def read_head(root: HtmlElement) -> Head:
    """Return the page's head; names of ``name``, ``property`` and ``itemprop`` are one space."""
    meta: dict[str, list[str]] = defaultdict(list)
    for tag in root.iter("meta"):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
        content = squeeze(tag.get("content") or "")
        if name and content:
            meta[name.strip().lower()].append(content)
    title = next((text_of(tag) for tag in root.iter("title")), None)
    links = [
        link.get("href")
        for link in root.iter("link")
        if (link.get("rel") or "").strip().lower() == "canonical"
    ]
    return Head(
        meta=dict(meta),
        title=title or None,
        canonical=next(filter(None, links), None),
        language=(root.get("lang") or root.get("xml:lang") or "").strip().lower()[:2] or None,
    )


def canonical_url(url: str | None, candidates: Iterable[str | None]) -> str | None:
    """Return the page's canonical URL.

    A page may name another URL of the same registrable domain; one on another domain is wire copy
    or an error and is not believed, nor is a front page. Without a URL of our own the page is
    believed.
    """
    own = urls.canonical_url(url) if url and urls.is_web_url(url) else None
    for candidate in filter(None, candidates):
        try:
            absolute = urljoin(own or "", candidate)
        except ValueError:
            continue
        if not urls.is_web_url(absolute):
            continue
        named = urls.canonical_url(absolute)
        if own is None or (_are_related(named, own) and not _is_front(named, own)):
            return named
    return own


def _are_related(named: str, own: str) -> bool:
    one, other = urls.host(named), urls.host(own)
    bare = one.removeprefix("www."), other.removeprefix("www.")
    return bare[0] == bare[1] or urls.registrable_domain(one) == urls.registrable_domain(other)


def _is_front(named: str, own: str) -> bool:
    return named.count("/") <= 3 and named.endswith("/") and len(own) > len(named) + 10
