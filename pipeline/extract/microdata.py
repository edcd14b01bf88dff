"""What the markup itself calls a headline, an author or a time, found in one pass over the page.

Looks at element names, ``rel``, ``itemprop`` and words in class names that are common to many
sites; parts of the page that speak of other articles or of readers are left out. Knows nothing of
what the texts say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from lxml import etree
from lxml.html import HtmlElement

from pipeline.text import squeeze

_CLASS = re.compile(r"uthor|utor|yline|(?:^|[\s_-])(?:writer|penulis)(?:$|[\s_-])")
_PERSON = re.compile(
    r"/(?:authors?|autor(?:en|es)?|profiles?|staff|contributors?|journalists?|people|by)/[^/?#]+"
)
_NAME_CLASS = re.compile(
    r"(?:^|[\s_-])(?:author|autor|byline)s?(?:[\s_-]*(?:name|link|title))?(?:$|\s)|"
    r"author-?_*name|byline-?_*name|authorName|bylineName|(?:^|\s)(?:fn|writer|penulis)(?:\s|$)",
)
_BYLINE_CLASS = re.compile(r"byline|(?:^|[\s_-])(?:by|written)[_-]?(?:author|line)", re.IGNORECASE)
_AUTHOR_CLASS = re.compile(
    r"(?:^|[\s_-])(?:post|article|entry|story|content|intro)?[_-]*autho?r(?:s|en|in|es|e)?(?:$|[\s_-])"
    r"|(?:[a-z]|^)Authors?(?:$|[\s_-])",
)
_ELSEWHERE = re.compile(
    r"comment|related|recommend|teaser|(?<!v)card(?:[\s_-]|$)|(?<!elementor-)widget|(?:^|[\s_-])sidebar|"
    r"(?:^|[\s_-])more-?(?:from|stories)|most-?(?:read|popular)|promo|trending|latest|carousel|newsletter",
    re.IGNORECASE,
)
"""A vcard is a person's; Elementor builds whole pages of its "elementor-widget" boxes."""
_FOOT = re.compile(r"footer", re.IGNORECASE)
_ELSEWHERE_TAGS = frozenset(("aside", "nav", "form"))
_JOINED_TAIL = re.compile(r"[,;&|/·•]|\b(?:and|und|et|y|e|og|och|with|mit|Jr|Sr|I{2,3})\b|^\s*$")
_BLOCKS = frozenset("p div li br ul ol h1 h2 h3 h4 h5 h6 section header tr td".split())
_HEADS = frozenset(("h1", "time"))
_PROPS = frozenset(("author", "datePublished", "dateModified"))
_TIME_PROPS = frozenset(("datePublished", "dateModified"))
_LEVELS = 12
"""Ancestors looked at: what a page calls its outer frame says nothing of a part."""
_LONGEST = 200
_NEAR = 3
_MOST_PARTS = 400
_MOST_HEADLINES = 10
_TIERS = ("marked", "linked", "byline", "author")


@dataclass(slots=True)
class Marked:
    """The marked elements of a page, in its order, with where they stand."""

    headlines: list[HtmlElement] = field(default_factory=list)
    times: list[HtmlElement] = field(default_factory=list)
    """Those behind the first headline before the others; none of a masthead, which shows today."""
    authors: dict[str, list[HtmlElement]] = field(default_factory=dict)
    """Those behind the first headline before the others, by how clearly they are marked."""
    frames: frozenset[HtmlElement] = frozenset()
    """What holds the first headline: its names say nothing of its parts."""


def read_marked(root: HtmlElement) -> Marked:
    """Return the page's marked headlines, times and authors."""
    found = Marked(authors={tier: [] for tier in _TIERS})
    early: dict[str, list[HtmlElement]] = {tier: [] for tier in (*_TIERS, "time")}
    for element in _wanted(root):
        if element.tag == "h1":
            found.headlines.append(element)
        elif element.tag == "time" or element.get("itemprop") in _TIME_PROPS:
            (found.times if found.headlines else early["time"]).append(element)
        elif tier := _tier(element):
            (found.authors if found.headlines else early)[tier].append(element)
    for tier in _TIERS:
        found.authors[tier] += early[tier]
    if found.headlines:
        # A masthead's h1 may come first; the article of another one is a frame as well.
        others = (h.iterancestors("article") for h in found.headlines[1:_MOST_HEADLINES])
        found.frames = frozenset(chain(found.headlines[0].iterancestors(), *others))
    found.times += [time for time in early["time"] if _stands_with(time, found.frames)]
    return found


def _stands_with(element: HtmlElement, frames: frozenset[HtmlElement]) -> bool:
    """Tell whether an element shares a part of the page with the headline; a masthead does not."""
    shared = (parent for parent in element.iterancestors() if parent in frames)
    return not frames or next((p.tag for p in shared), "body") not in ("body", "html")


def _wanted(root: HtmlElement) -> Iterator[HtmlElement]:
    """Yield what may be marked; one walk takes half the time of an XPath with ``contains``."""
    for element in root.iter("*"):
        get = element.get
        if (
            element.tag in _HEADS
            or ((names := get("class")) and _CLASS.search(names))
            or (element.tag == "a" and _PERSON.search(get("href") or ""))
            or get("itemprop") in _PROPS
            or get("rel") == "author"
            or _CLASS.search(get("id") or "")
        ):
            yield element


def _tier(element: HtmlElement) -> str | None:
    """Return how clearly an element is marked as an author's."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:_LONGEST]
    if element.tag in ("body", "html", "article", "main", "section", "img", "meta", "link"):
        return None
    if element.get("rel") == "author" or element.get("itemprop") == "author":
        return "marked"
    if _NAME_CLASS.search(names):
        return "marked"
    if element.tag == "a" and _PERSON.search(element.get("href") or ""):
        return "linked"
    if _BYLINE_CLASS.search(names):
        return "byline"
    return "author" if _AUTHOR_CLASS.search(names) else None


def author_lines(found: Marked) -> Iterator[list[str]]:
    """Yield the texts marked as authors, clearest first; each list is of one place on the page.

    A byline comes before the links within it: "By <a>Ines Moor</a> and Per Aasen" names two.
    """
    for tier in _TIERS:
        yield _one_place(found.authors[tier], found)
    for tier in _TIERS:
        yield _one_place(list(_innermost(found.authors[tier])), found)


def _one_place(elements: list[HtmlElement], found: Marked) -> list[str]:
    chosen: list[HtmlElement] = []
    lines: dict[str, None] = {}
    for element in elements:
        if (chosen and not _are_near(chosen[0], element)) or is_elsewhere(element, found.frames):
            continue
        if 0 < len(text := lined_text(element)) <= _LONGEST:
            chosen.append(element)
            lines[text] = None
    return list(lines)


def _innermost(elements: list[HtmlElement]) -> Iterator[HtmlElement]:
    """Leave out what holds the next one: the link within the byline, not the byline."""
    for place, element in enumerate(elements, 1):
        if place == len(elements) or element not in elements[place].iterancestors():
            yield element


def is_elsewhere(element: HtmlElement, frames: frozenset[HtmlElement]) -> bool:
    """Tell whether an element stands in a part that speaks of other articles or of readers."""
    at: HtmlElement | None = element
    for _ in range(_LEVELS):
        if at is None or at in frames or at.tag in ("body", "article", "main"):
            return False
        names = f"{at.get('class') or ''} {at.get('id') or ''}"[:_LONGEST]
        if at.tag in _ELSEWHERE_TAGS or _ELSEWHERE.search(names):
            return True
        if (at.tag == "footer" or _FOOT.search(names)) and not _is_own_foot(at, frames):
            return True
        at = at.getparent()
    return False


def _is_own_foot(foot: HtmlElement, frames: frozenset[HtmlElement]) -> bool:
    """Tell the foot of the article that has a headline in it from the page's own.

    ``footer.entry-meta`` behind the text says when and by whom it was posted.
    """
    return next(foot.iterancestors("article"), None) in frames


def _are_near(one: HtmlElement, other: HtmlElement) -> bool:
    """Tell whether two elements share a parent within three levels: one byline, not two cards."""
    parents = list(one.iterancestors())[:_NEAR]
    return any(parent in parents for parent in list(other.iterancestors())[:_NEAR])


def lined_text(element: HtmlElement) -> str:
    """Return an element's text with " | " at the borders of its blocks, "" where there is none.

    Nor of one with hundreds of parts, which is no byline: 200 nested ones would take seconds.
    """
    name = element.find(".//*[@itemprop='name']")
    top = element if name is None else name
    parts: list[str] = []
    for event, part in etree.iterwalk(top, events=("start", "end")):
        if len(parts) > _MOST_PARTS:
            return ""
        if event == "start":
            parts += ("\n" if part.tag in _BLOCKS else "", _own_text(part))
        elif part is not top:
            tail = _behind_name(part) if part.tag == "a" else part.tail or ""
            parts += ("\n" if part.tag in _BLOCKS else "", tail)
    lines = (squeeze(line) for line in "".join(parts).split("\n"))
    return " | ".join(line for line in lines if line) or (element.get("content") or "")


def _behind_name(link: HtmlElement) -> str:
    """Return what follows a link, but no role right behind an author's whole name.

    "By <a rel=author>Ines Moor</a> North of England correspondent" names nobody called North.
    """
    tail = link.tail or ""
    is_author = link.get("rel") == "author" or _PERSON.search(link.get("href") or "")
    if not is_author or len((link.text or "").split()) < 2 or _JOINED_TAIL.search(tail):
        return tail
    return " | "


def _own_text(element: HtmlElement) -> str:
    return "" if element.tag in ("script", "style", "svg") else element.text or ""


def pieces(element: HtmlElement) -> list[str]:
    """Return an element's text cut at the borders of its child elements."""
    return [text for raw in element.itertext() if (text := squeeze(raw))]
