"""Section pages: which links of a page look like articles of its site.

A simple additive score is enough, because it only decides whether to fetch a link: a page that is
not an article gets the outcome ``not_an_article``, and what a feed names too is not lost. The links
of JSON-LD item lists are all taken.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree, html

from pipeline.discover.results import Entry
from pipeline.errors import Refused
from pipeline.extract.encoding import decode
from pipeline.outcomes import Outcome
from pipeline.text import squeeze, storable
from pipeline.urls import site

_THRESHOLD = 3
"""Least score of a link that is taken."""
_DATE = re.compile(r"/(19|20)\d\d[/-]?(0?[1-9]|1[0-2]|[a-z]{3})([/-]|$)", re.I)
_LISTING = re.compile(
    r"/(tags?|topics?|category|categories|authors?|profile|people|search|login|signin|register|account|"
    r"subscribe|subscriptions?|newsletters?|about(-us)?|contact(-us)?|privacy(-policy)?|terms|cookies?|"
    r"advertise|careers|jobs|help|faq|feeds?|rss|page|shop|video-archive|archives?|sitemap|wp-login\.php|"
    r"corrections-policy|ethics|donate)(/|$|\?)",
    re.I,
)
_NOT_A_PAGE = re.compile(
    r"\.(jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|css|js|xml|json|ico|rss)$", re.I
)
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+){3,}", re.I)
_NUMBER = re.compile(r"\d{5,}")
_PAGE_PARTS = frozenset({"nav", "footer", "aside"})
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})


def read_section(
    body: bytes, url: str, is_onsite: Callable[[str], bool], content_type: str | None = None
) -> tuple[Entry, ...]:
    """Return the article links of a page in its order, each once.

    Links that the page marks as paid for (rel="sponsored") are marked as adverts.

    Args:
        body: the page's HTML.
        url: its URL after redirects.
        is_onsite: tells whether a URL belongs to the source, or is to be followed all the same.
        content_type: its Content-Type, for the charset.

    Raises:
        Refused: bad_content if there is no HTML.
    """
    tree = parse_html(body, content_type)
    base = base_of(tree, url)
    entries = {entry.url: entry for entry in _item_lists(tree, base) if is_onsite(entry.url)}
    for anchor in tree.iter("a"):
        target = _target(anchor, base)
        if target is None or not is_onsite(target) or target == urldefrag(url).url:
            continue
        text = squeeze(storable("".join(anchor.itertext())))
        if score(target, text, _enclosing_elements(anchor)) >= _THRESHOLD:
            known = entries.get(target)
            if known is None or len(known.title or "") < len(text):
                is_advert = "sponsored" in (anchor.get("rel") or "").lower().split()
                entries[target] = Entry(target, text or None, is_advert=is_advert)
    own = site(url)
    return tuple(replace(each, is_foreign=site(each.url) != own) for each in entries.values())


def base_of(tree: html.HtmlElement, url: str) -> str:
    """Return what the relative links of a page are relative to: its URL, or its ``<base>``."""
    try:
        return urljoin(url, next((str(found) for found in tree.xpath("//base/@href")), "").strip())
    except ValueError:
        return url


def parse_html(body: bytes, content_type: str | None = None) -> html.HtmlElement:
    """Parse a page, in the charset that its bytes prove, or the header or the page declares.

    Raises:
        Refused: bad_content if there is no HTML.
    """
    text = _XML_DECLARATION.sub("", decode(body, content_type))
    try:
        return html.document_fromstring(
            text.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8")
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Refused(Outcome.BAD_CONTENT, f"not an HTML page: {squeeze(str(error))}") from error


def score(url: str, text: str, enclosing: frozenset[str]) -> int:
    """Return how much a link looks like one to an article; from 3 on it is taken.

    Args:
        url: absolute URL.
        text: text of the anchor element.
        enclosing: names of the elements that enclose the anchor.
    """
    path = urlsplit(url).path
    if path in ("", "/") or _NOT_A_PAGE.search(path):
        return -9
    points = 2 * bool(_DATE.search(path)) + 2 * bool(_SLUG.search(path.rpartition("/")[2] or path))
    points += bool(_NUMBER.search(path)) + path.endswith((".html", ".htm"))
    points += 2 * (len(text.split()) >= 4) + 2 * bool(enclosing & (_HEADINGS | {"article"}))
    points -= 5 * bool(_LISTING.search(path)) + 5 * bool(enclosing & _PAGE_PARTS)
    return points - 2 * ("header" in enclosing and "article" not in enclosing)


def _enclosing_elements(anchor: html.HtmlElement) -> frozenset[str]:
    names = {str(element.tag) for element in anchor.iterancestors()}
    names |= {str(element.tag) for element in anchor.iter() if isinstance(element.tag, str)}
    if any(element.get("role") == "navigation" for element in anchor.iterancestors()):
        names.add("nav")
    return frozenset(names)


def _target(anchor: html.HtmlElement, base: str) -> str | None:
    try:
        found = urldefrag(urljoin(base, (anchor.get("href") or "").strip())).url
    except ValueError:
        return None
    return storable(found) if found.startswith(("http://", "https://")) else None


def _item_lists(tree: html.HtmlElement, base: str) -> Iterator[Entry]:
    """Yield the entries of the page's JSON-LD item lists (schema.org/ItemList)."""
    for script in tree.xpath('//script[@type="application/ld+json"]'):
        try:
            found = json.loads(script.text_content())
        except (ValueError, RecursionError):
            continue
        for item_list in _of_type(found, "ItemList", 0):
            elements = item_list.get("itemListElement")
            for element in elements if isinstance(elements, list) else []:
                yield from _list_entry(element, base)


def _list_entry(element: Any, base: str) -> Iterator[Entry]:
    if not isinstance(element, dict):
        return
    item = element.get("item")
    described = item if isinstance(item, dict) else element
    link = item if isinstance(item, str) else described.get("url") or described.get("@id")
    name = described.get("name") or described.get("headline")
    if isinstance(link, str) and link:
        try:
            joined = urldefrag(urljoin(base, link)).url
        except ValueError:
            return
        yield Entry(storable(joined), squeeze(name) if isinstance(name, str) else None)


def _of_type(node: Any, wanted: str, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(node, list):
        for child in node:
            yield from _of_type(child, wanted, depth + 1)
    elif isinstance(node, dict):
        kinds = node.get("@type")
        if wanted in (kinds if isinstance(kinds, list) else [kinds]):
            yield node
        for child in node.values():
            if isinstance(child, dict | list):
                yield from _of_type(child, wanted, depth + 1)
