"""Find the elements that the markup itself calls a headline, an author or a time.

``read_microdata`` finds them in one pass over the page, by ``itemprop`` (HTML microdata with the
vocabulary of schema.org), by ``rel``, by element names and by words in class names that are common
to many sites. ``is_outside_article`` recognises parts of the page that are about other articles or
about readers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice

from lxml import etree
from lxml.html import HtmlElement

from pipeline.extract.html_layout import outward
from pipeline.text import squeeze

_CLASS = re.compile(r"uthor|utor|yline|(?:^|[\s_-])(?:writer|penulis)(?:$|[\s_-])")
"""Quick test of a class or id, before the three patterns below: "Author", "autor", "byline"."""
PERSON_PATH = re.compile(
    r"/(?:authors?|autor(?:en|es)?|profiles?|staff|contributors?|journalists?|people|by)/[^/?#]+"
)
"""Path of a link to a person's profile: "/staff/ines-moor"."""
_NAME_CLASS = re.compile(
    r"(?:^|[\s_-])(?:author|autor|byline)s?(?:[\s_-]*(?:name|link|title))?(?:$|\s)|"
    r"author-?_*name|byline-?_*name|authorName|bylineName|(?:^|\s)(?:fn|writer|penulis)(?:\s|$)",
)
_BYLINE_CLASS = re.compile(r"byline|(?:^|[\s_-])(?:by|written)[_-]?(?:author|line)", re.IGNORECASE)
_AUTHOR_CLASS = re.compile(
    r"(?:^|[\s_-])(?:post|article|entry|story|content|intro)?[_-]*autho?r(?:s|en|in|es|e)?(?:$|[\s_-])"
    r"|(?:[a-z]|^)Authors?(?:$|[\s_-])",
)
_OUTSIDE_NAMES = re.compile(
    r"comment|related|recommend|teaser|(?<!v)card(?:[\s_-]|$)|(?<!elementor-)widget|(?:^|[\s_-])sidebar|"
    r"(?:^|[\s_-])more-?(?:from|stories)|most-?(?:read|popular)|promo|trending|latest|carousel|newsletter|"
    r"(?:^|[\s_-])(?:nav|navigation|navbar|menu|breadcrumbs?)(?:[\s_-]|$)",
    re.IGNORECASE,
)
"""Class names of parts that are not the article's. A "vcard" is about a person, and Elementor
builds whole pages of "elementor-widget" boxes, so neither counts."""
_FOOTER_NAMES = re.compile(r"footer", re.IGNORECASE)
_OUTSIDE_TAGS = frozenset(("aside", "nav", "form"))
_NAME_FOLLOWS = re.compile(r"[,;&|/·•]|\b(?:and|und|et|y|e|og|och|with|mit|Jr|Sr|I{2,3})\b|^\s*$")
"""Text after a linked name that continues the list of names, so that it is no role."""
_BLOCK_TAGS = frozenset("p div li br ul ol h1 h2 h3 h4 h5 h6 section header tr td".split())
_WANTED_TAGS = frozenset(("h1", "time"))
_WANTED_PROPS = frozenset(("author", "datePublished", "dateModified"))
_TIME_PROPS = frozenset(("datePublished", "dateModified"))
_MAX_LEVELS = 12
"""Ancestors whose names are read: those further out are named for the whole page."""
_MAX_CHARS = 200
"""Of an author's text, and of the class names that are searched."""
_NEAR_LEVELS = 3
"""Levels within which two elements of one byline have a common ancestor."""
_MAX_PARTS = 400
"""Parts of text in an element: more is no byline."""
_MAX_HEADLINES = 10
_TEASER_LEVELS, _TEASERS, _TEASER_LINKS = 4, 4, 20
"""Levels from an author's name to the box of its story in a list; boxes around it, and links in
one, that are looked at."""
_MAX_ELEMENTS = 50
"""Elements that are marked as authors; a page with more is a list of comments or of stories."""
_TIERS = ("marked", "linked", "byline", "author")
"""How clearly an element is marked as an author's, clearest first: by rel, itemprop or a class for
names; by a link to a profile; by a class for bylines; by another class with the word "author"."""


@dataclass(slots=True)
class Microdata:
    """The marked elements of a page, in the order of the page."""

    headlines: list[HtmlElement] = field(default_factory=list)
    times: list[HtmlElement] = field(default_factory=list)
    """Those after the first headline come first. A masthead shows today, so its times are left
    out."""
    authors: dict[str, list[HtmlElement]] = field(default_factory=dict)
    """By tier (``_TIERS``); those after the first headline come first."""
    containers: frozenset[HtmlElement] = frozenset()
    """Ancestors of the headlines: their class names say nothing about one part of them."""
    author_lines: list[list[str]] = field(default_factory=list)
    """The texts marked as authors, clearest first; each list is from one place on the page."""


def read_microdata(root: HtmlElement) -> Microdata:
    """Return the page's headlines, and the elements that are marked as times and authors."""
    found = Microdata(authors={tier: [] for tier in _TIERS})
    early: dict[str, list[HtmlElement]] = {tier: [] for tier in (*_TIERS, "time")}
    for element in _candidates(root):
        if element.tag == "h1":
            found.headlines.append(element)
        elif element.tag == "time" or element.get("itemprop") in _TIME_PROPS:
            (found.times if found.headlines else early["time"]).append(element)
        elif tier := _tier(element):
            (found.authors if found.headlines else early)[tier].append(element)
    for tier in _TIERS:
        found.authors[tier] += early[tier]
    if found.headlines:
        # The h1 of a masthead may come first, so the articles around later ones count as well.
        others = (h.iterancestors("article") for h in found.headlines[1:_MAX_HEADLINES])
        found.containers = frozenset(chain(found.headlines[0].iterancestors(), *others))
    found.times += [time for time in early["time"] if _is_beside_headline(time, found.containers)]
    found.author_lines = [_one_place(found.authors[tier], found) for tier in _TIERS]
    return found


def _is_beside_headline(element: HtmlElement, containers: frozenset[HtmlElement]) -> bool:
    """Tell whether an element and the headline are in the same part of the page."""
    shared = (parent for parent in element.iterancestors() if parent in containers)
    return not containers or next((p.tag for p in shared), "body") not in ("body", "html")


def _candidates(root: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements that may be marked.

    One walk takes half the time of an XPath with ``contains``.
    """
    for element in root.iter("*"):
        get = element.get
        if (
            element.tag in _WANTED_TAGS
            or ((names := get("class")) and _may_name_author(names[:_MAX_CHARS]))
            or (element.tag == "a" and PERSON_PATH.search(get("href") or ""))
            or get("itemprop") in _WANTED_PROPS
            or get("rel") == "author"
            or ((name := get("id")) and _CLASS.search(name))
        ):
            yield element


@lru_cache(maxsize=4096)
def _may_name_author(names: str) -> bool:
    return bool(_CLASS.search(names))


def _tier(element: HtmlElement) -> str | None:
    """Return the tier of an element that is marked as an author's, or None."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:_MAX_CHARS]
    if element.tag in ("body", "html", "article", "main", "section", "img", "meta", "link"):
        return None
    if element.get("rel") == "author" or element.get("itemprop") == "author":
        return "marked"
    if _NAME_CLASS.search(names):
        return "marked"
    if element.tag == "a" and PERSON_PATH.search(element.get("href") or ""):
        return "linked"
    if _BYLINE_CLASS.search(names):
        return "byline"
    return "author" if _AUTHOR_CLASS.search(names) else None


def names_above_notes(found: Microdata) -> list[str]:
    """Return the first lines of boxes about an author: the name, above a note of some sentences."""
    boxes = (element for tier in _TIERS for element in found.authors[tier][:_MAX_ELEMENTS])
    notes = (text_by_block(b) for b in boxes if not is_outside_article(b, found.containers))
    return [note.partition(" | ")[0] for note in notes if len(note) > _MAX_CHARS and " | " in note]


def _one_place(elements: list[HtmlElement], found: Microdata) -> list[str]:
    """Return the texts of the first element within the article and of those near it."""
    chosen: list[HtmlElement] = []
    lines: dict[str, None] = {}
    for element in elements[:_MAX_ELEMENTS]:
        if (chosen and not _are_near(chosen[0], element)) or is_outside_article(
            element, found.containers
        ):
            continue
        if _is_in_teaser(element, found.containers):
            continue
        if 0 < len(text := text_by_block(element)) <= _MAX_CHARS:
            chosen.append(element)
            lines[text] = None
    return list(lines)


def is_outside_article(element: HtmlElement, containers: frozenset[HtmlElement]) -> bool:
    """Tell whether an element is in a part of the page about other articles or about readers.

    Args:
        element: the element.
        containers: ancestors of the headline; the search stops there.
    """
    for at in outward(element, _MAX_LEVELS):
        if at in containers or at.tag in ("body", "article", "main"):
            return False
        names = f"{at.get('class') or ''} {at.get('id') or ''}"[:_MAX_CHARS]
        is_outside, is_footer = _parts_named(names)
        if is_outside or at.tag in _OUTSIDE_TAGS:
            return True
        if (is_footer or at.tag == "footer") and not _is_article_footer(at, containers):
            return True
    return False


@lru_cache(maxsize=4096)
def _parts_named(names: str) -> tuple[bool, bool]:
    """Return whether class names are those of a part beside the article, and of a footer."""
    return bool(_OUTSIDE_NAMES.search(names)), bool(_FOOTER_NAMES.search(names))


def _is_in_teaser(element: HtmlElement, containers: frozenset[HtmlElement]) -> bool:
    """Tell whether an author's element is in one of several like boxes that link to other stories.

    ``<div class="rel"><a href="/x">Bridge opens</a><span class="author">…``, twice or more.
    """
    for box in islice(element.iterancestors(), _TEASER_LEVELS):
        if box in containers or box.tag == "body":
            return False
        around = (
            *islice(box.itersiblings(), _TEASERS),
            *islice(box.itersiblings(preceding=True), _TEASERS),
        )
        same = (box.tag, box.get("class"))
        like = [other for other in around if (other.tag, other.get("class")) == same]
        if _links_to_story(box) and any(map(_links_to_story, like)):
            return True
    return False


def _links_to_story(box: HtmlElement) -> bool:
    """Tell whether a box links to a page of two words or more that is no person's profile."""
    links = islice(box.iter("a"), _TEASER_LINKS)
    return any(_tier(a) is None and len(text_by_block(a).split()) > 1 for a in links)


def _is_article_footer(footer: HtmlElement, containers: frozenset[HtmlElement]) -> bool:
    """Tell whether a footer is the article's, not the page's.

    A ``footer.entry-meta`` after the text says when and by whom it was posted.
    """
    return next(footer.iterancestors("article"), None) in containers


def _are_near(one: HtmlElement, other: HtmlElement) -> bool:
    """Tell whether two elements have a common ancestor within three levels, as in one byline."""
    around = (set(islice(each.iterancestors(), _NEAR_LEVELS)) for each in (one, other))
    return not next(around).isdisjoint(next(around))


def text_by_block(element: HtmlElement) -> str:
    """Return an element's text with " | " between its block-level children, "" where it has none.

    An element with more than 400 parts is no byline and gives "", too: 200 nested ones would take
    seconds.
    """
    name = element.find(".//*[@itemprop='name']")
    top = element if name is None else name
    parts: list[str] = []
    for event, part in etree.iterwalk(top, events=("start", "end")):
        if len(parts) > _MAX_PARTS:
            return ""
        if event == "start":
            parts += ("\n" if part.tag in _BLOCK_TAGS else "", _own_text(part))
        elif part is not top:
            tail = _tail_of_link(part) if part.tag == "a" else part.tail or ""
            parts += ("\n" if part.tag in _BLOCK_TAGS else "", tail)
    lines = (squeeze(line) for line in "".join(parts).split("\n"))
    return " | ".join(line for line in lines if line) or (element.get("content") or "")


def _tail_of_link(link: HtmlElement) -> str:
    """Return the text after a link, or " | " in place of a role after an author's full name.

    "By <a rel=author>Ines Moor</a> North of England correspondent" names nobody called North.
    """
    tail = link.tail or ""
    is_author = link.get("rel") == "author" or PERSON_PATH.search(link.get("href") or "")
    if not is_author or len((link.text or "").split()) < 2 or _NAME_FOLLOWS.search(tail):
        return tail
    return " | "


def _own_text(element: HtmlElement) -> str:
    return "" if element.tag in ("script", "style", "svg") else element.text or ""


def text_parts(element: HtmlElement) -> list[str]:
    """Return an element's text, cut at the borders of its child elements."""
    return [text for raw in element.itertext() if (text := squeeze(raw))]
