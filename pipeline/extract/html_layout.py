"""The page as a reader meets it: runs of text in order, each with what the markup says around it.

The extractor gives back lines without their markup; this gives the markup to a line again, so that
a caption, an embedded post or a line that is nothing but a link can be told from a paragraph.
Rules look at element names and at words in class names that are common to many sites.

HTML text into one lxml tree, within bounds; the only module that parses HTML.

libxml2 cuts nesting off by itself, yet later passes over the tree are recursive or quadratic in
places: ``outsized`` tells which pages they must not see.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from pipeline.text import normalise, squeeze

_SKIPPED = frozenset(
    "script style noscript template svg head select option textarea iframe object canvas".split()
)
_NAMES_CHARS = 500
_FRAME_SHARE = 0.3
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp "
    "small span strike strong sub sup time tt u var wbr img picture source amp-img o:p "
    "st1:place".split()
)
_MARKS: dict[str, re.Pattern[str]] = {
    "caption": re.compile(
        r"(^|[\s_-])(fig)?captions?([\s_-]|$)|caption|photo-?credit|image-?credit|media-?credit|"
        r"image-?source|photo-?by|picture-?(text|desc)|wp-caption|image__(meta|copy)|(^|"
        r"[\s_-])credits?([\s_-]|$)",
        re.IGNORECASE,
    ),
    "embed": re.compile(
        r"twitter-(tweet|video)|instagram-media|tiktok-embed|fb-post|bluesky-embed|reddit-embed|"
        r"truthsocial-embed|telegram-post|(^|[\s_-])tweet([\s_-]|$)",
        re.IGNORECASE,
    ),
    "related": re.compile(
        r"related|read-?(more|next|also)|more-?(stories|news|from|on)|recommend|most-?(read|"
        r"popular|viewed)|"
        r"popular|trending|outbrain|taboola|you-?may|see-?also|also-?(read|like)|promo|teaser|"
        r"recirc|up-?next|next-?(story|article|up)|further-?reading|onward|inline-?article|"
        r"story-?link|link-?list|carousel|rail([\s_-]|$)|must-?read",
        re.IGNORECASE,
    ),
    "author_bio": re.compile(
        r"author[\w-]{0,20}[_-]*(bio|box|card|desc|about)|about-?(the-?)?author|(^|"
        r"[\s_-])bio(graphy)?([\s_-]|$)",
        re.IGNORECASE,
    ),
    "wall": re.compile(
        r"(access|reg(istration)?|log-?in|sign-?(in|up)|subscri\w{1,8})-?_*(pay)?wall",
        re.IGNORECASE,
    ),
    "service": re.compile(
        r"newsletter|subscri|sign-?up|paywall|regwall|donat|share|social|sharing|follow-?us|"
        r"toolbar|"
        r"cookie|consent|gdpr|advert|sponsor|(^|[\s_-])ads?([\s_-]|$)|breadcrumb|"
        r"disclaimer|comment(s|-)|"
        r"disqus|tag-?(list|cloud|s)|topics|print-?only|screen-?reader|visually-?hidden|sr-?only|"
        r"skip-?link|login|pagination|poll|quiz|widget-?title|rating",
        re.IGNORECASE,
    ),
}
_MARK_TAGS = {
    "figcaption": "caption",
    "figure": "figure",
    "aside": "aside",
    "nav": "service",
    "footer": "service",
    "form": "service",
    "li": "item",
    "td": "table",
    "th": "table",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
}
FOREIGN = frozenset(
    {"embed", "caption", "related", "service", "hidden", "aside", "figure", "table"}
)
"""Marks of what is no paragraph of the article, however well it reads."""


@dataclass(slots=True)
class Run:
    """One run of text between two block borders."""

    text: str
    key: str
    """Normalised, for comparisons."""
    parent: HtmlElement
    """The block that holds it."""
    link_share: float
    """Share of its characters that stand in links."""

    @property
    def words(self) -> int:
        """Number of blank-separated words."""
        return self.text.count(" ") + 1

    @property
    def tag(self) -> str:
        """Name of the block that holds it."""
        return str(self.parent.tag)


def runs_of(root: HtmlElement) -> list[Run]:
    """Return the page's runs of text in reading order."""
    body = root.find(".//body")
    return _Walker().walk(root if body is None else body)


class _Walker:
    """Events of a walk in place of recursion: hostile pages nest deep."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.parts: list[str] = []
        self.linked = 0

    def walk(self, body: HtmlElement) -> list[Run]:
        blocks = [body]
        links = 0
        events = etree.iterwalk(body, events=("start", "end"))
        for event, element in events:
            tag = element.tag
            enters = event == "start"
            if tag in _SKIPPED:
                if enters:
                    events.skip_subtree()
                    continue
            elif tag not in _INLINE:
                if self.parts:
                    self._flush(blocks[-1])
                if enters:
                    blocks.append(element)
                else:
                    blocks.pop()
            elif tag == "a":
                links += 1 if enters else -1
            text = element.text if enters else element.tail
            if text:
                self.parts.append(text)
                if links:
                    self.linked += len(text.strip())
        return self.runs

    def _flush(self, block: HtmlElement) -> None:
        text = squeeze("".join(self.parts))
        if text:
            parent = block.getparent() if block.tag == "br" else block
            share = min(1.0, self.linked / len(text))
            self.runs.append(Run(text, normalise(text), block if parent is None else parent, share))
        self.parts.clear()
        self.linked = 0


def weights_of(runs: Iterable[Run]) -> Counter[HtmlElement]:
    """Return how many words of these runs each element holds; the deepest elements come first."""
    own: Counter[HtmlElement] = Counter()
    for run in runs:
        own[run.parent] += run.words
    weights: Counter[HtmlElement] = Counter()
    for parent, words in own.items():
        element: HtmlElement | None = parent
        while element is not None:
            weights[element] += words
            element = element.getparent()
    return weights


def frames_of(runs: list[Run]) -> set[HtmlElement]:
    """Return the elements that hold much of these runs: what they are called says little of a part.

    Else a page in a box of the class "content-share" would be furniture altogether.
    """
    least = _FRAME_SHARE * sum(run.words for run in runs)
    return {element for element, words in weights_of(runs).items() if words >= least}


def marks_of(run: Run, frames: Collection[HtmlElement]) -> frozenset[str]:
    """Return what the markup says of a run: caption, embed, related, service, heading, figure, …

    Args:
        run: the run.
        frames: elements that hold much of the article; what they are called says nothing of a part.
    """
    marks: set[str] = set()
    element: HtmlElement | None = run.parent
    while element is not None and element not in frames and element.tag != "body":
        names = f"{element.get('class') or ''} {element.get('id') or ''}"[:_NAMES_CHARS]
        hidden = element.get("aria-hidden") == "true" or "hidden" in element.attrib
        marks |= _marks(str(element.tag), names, hidden)
        element = element.getparent()
    return frozenset(marks)


@lru_cache(maxsize=8192)
def _marks(tag: str, names: str, hidden: bool) -> frozenset[str]:
    marks = {mark for mark, pattern in _MARKS.items() if pattern.search(names)}
    if tag in _MARK_TAGS:
        marks.add(_MARK_TAGS[tag])
    if hidden:
        marks.add("hidden")
    return frozenset(marks)


MAX_DEPTH = 200
"""The deepest of the 361 measured news pages has 42 levels; libxml2 cuts off at 256."""
MAX_ELEMENTS = 20_000
"""The largest of them has 5,516, stripped of its scripts; live pages have about twice that."""
MAX_CHARS = 600_000
"""Text of one page: 100,000 words are a book."""
_ELEMENTS = etree.XPath("count(//*)")
_IS_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")
"""A path of 201 steps goes level by level in C; counting each element's ancestors takes thrice."""
_SILENT = (
    "script style noscript template svg iframe canvas object embed video audio map "
    "select option textarea input button"
).split()
_NOSCRIPT_CHARS = 500
_TOLD_WITHOUT_SCRIPTS = etree.XPath(f"//body//noscript[string-length(.) >= {_NOSCRIPT_CHARS}]")
_SILENT_TEXTS = etree.XPath(" | ".join(f"//{tag}//text()" for tag in (*_SILENT, "title")))
_ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)
"""lxml.html asks a Python function for the class of each element it meets, 3,900 times a page."""
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parse(html: str) -> HtmlElement | None:
    """Return the root of the page, or None where there is nothing to parse."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    parser.set_element_class_lookup(_ONE_CLASS)
    source = _XML_DECLARATION.sub("", html).encode("utf-8", "replace")
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if isinstance(root, HtmlElement) else None


def strip_scripts(root: HtmlElement) -> None:
    """Drop in place what shows no text: every later step has a fifth less to walk over.

    A story in ``noscript`` stays where the page holds less text outside: scripts would build it.
    """
    for element in _TOLD_WITHOUT_SCRIPTS(root):
        etree.strip_elements(element, *_SILENT, with_tail=False)
        own, silent = len(text_of(element)), len("".join(_SILENT_TEXTS(root)))
        if own >= _NOSCRIPT_CHARS and own > len("".join(root.itertext())) - silent:
            element.tag = "div"
    etree.strip_elements(root, *_SILENT, with_tail=False)


def outsized(root: HtmlElement) -> str | None:
    """Return in what the page is larger than any news page, or None.

    The extractor's passes are quadratic in elements: 10,000 paragraphs take 3 s, 60,000 minutes.
    """
    if (elements := int(_ELEMENTS(root))) > MAX_ELEMENTS:
        return f"{elements} elements, {MAX_ELEMENTS} are the most"
    if _IS_DEEP(root):
        return f"more than {MAX_DEPTH} levels"
    silent = sum(len(element.text or "") for element in root.iter("script", "style"))
    chars = len(etree.tostring(root, method="text", encoding="unicode")) - silent
    return f"{chars} characters, {MAX_CHARS} are the most" if chars > MAX_CHARS else None


def text_of(element: HtmlElement) -> str:
    """Return an element's text on one line."""
    return squeeze("".join(element.itertext()))
