"""Parse a page and describe its layout: the text blocks in reading order, with what is around them.

Everything else in this package works on the lxml tree of ``parse`` and on its text blocks. A text
block is the text between two borders of block-level elements, with its link density (Kohlschütter
et al., "Boilerplate Detection using Shallow Text Features", 2010). trafilatura returns lines
without their markup; a line that is found among the blocks gets its markup back, so that rules can
tell a caption, an embedded post or a bare link from a paragraph. The rules look at element names
and at words in class names that are common to many sites.

Only this module parses HTML. libxml2 is quadratic in the attributes of a tag, so a page for which
``markup_reason`` returns a reason must not be parsed. It limits the nesting by itself, but later
steps are recursive or quadratic in places: a page for which ``oversize_reason`` returns a reason
must not reach them.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain, islice

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from pipeline.tables import read_rows
from pipeline.text import ends_sentence, normalise, squeeze, word_count

MAX_ATTRIBUTES = 3000
"""Attributes of one tag. Of 2,367 measured pages one has a tag with 1,128, an SVG path with escaped
quotes around it; the others have 64 at most. libxml2 takes 0.3 s for 3,000, 13 s for 20,000, and
hours for 500,000."""
MAX_DEPTH = 200
"""Levels of elements. The deepest of the 361 measured news pages has 42; libxml2 stops at 256."""
MAX_ELEMENTS = 20_000
"""The largest of them has 5,516 without its scripts; live pages have about twice that."""
MAX_CHARS = 600_000
"""Characters of text in one page: 100,000 words are a book."""
_COUNT_ELEMENTS = etree.XPath("count(//*)")
_IS_TOO_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")
"""A path of 201 steps descends level by level in C; counting the ancestors of each element takes
three times as long."""
_TEXTLESS = (
    "script style noscript template svg iframe canvas object video audio map "
    "select option textarea input button"
).split()
"""Elements whose content is not shown as text of the page."""
_VOID = ("embed", "source", "track")
"""Elements without content, of which libxml2 makes a box around what follows them."""
_RUBY = ("ruby", "rb", "rt", "rp", "rtc")
_SHOWN_PARTS = ("button", "svg", "a")
"""Browsers show what stands in a button, and end an ``svg`` where a paragraph begins (HTML
standard, 13.2.6.5). A link without an end goes on through the story."""
_STORY_PARAGRAPHS = 3
_STORY_WORDS = 40
"""Words of paragraphs; a card that is one button or one link has a teaser of fewer."""
_TOUCHING_SPANS = etree.XPath(
    "//body//span[following-sibling::node()[1][self::span]][normalize-space(.)]"
)
_HIDDEN_PARTS = ("video", "audio", "canvas", "object", "map", "template")
_PROSE = ("main", "article", "p")
_NOTICE_CHARS = 500
"""A shorter ``noscript`` is a notice, not a story."""
_LONG_NOSCRIPTS = etree.XPath(f"//body//noscript[string-length(.) >= {_NOTICE_CHARS}]")
_TEXTLESS_TEXTS = etree.XPath(" | ".join(f"//{tag}//text()" for tag in (*_TEXTLESS, "title")))
_JOINT_CHARS = 40
"""Characters on each side of the place where two spans touch that are looked at."""
_ONE_CLASS = etree.ElementDefaultClassLookup(element=HtmlElement)
"""lxml.html calls a Python function for the class of each element it meets, 3,900 times a page."""
_TAG_NAME = re.compile(r"[A-Za-z][\w:.-]*+(?=[\s/])")
_SCRIPT = re.compile(r"(/?)(?:script|style)\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""[\s/]*+[^\s>/=][^\s>/=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+))?+"""
)
_EARLY_END = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
"""libxml2 drops what follows; browsers go on with the body (HTML standard, 13.2.6.4.19). A template
for the head of a page may close it before the story begins."""
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")

_SKIPPED = frozenset(
    "script style noscript template svg head select option textarea iframe object canvas".split()
)
"""Elements whose content is in no text block; ``head`` among them, as its title is no block."""
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp "
    "small span strike strong sub sup time tt u var wbr img picture source amp-img o:p "
    "st1:place".split()
)
"""Elements that do not end a text block. All others count as block-level."""
_NAMES_CHARS = 500
"""Characters of the class and id that are searched: hostile pages have classes of megabytes."""
_CONTAINER_SHARE = 0.3
"""Share of the article's words that makes an element one of its containers."""
_LABEL_OF_TAG = {
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
NON_ARTICLE_LABELS = frozenset(
    {"embed", "caption", "related", "service", "hidden", "aside", "figure", "table"}
)
"""Labels of blocks that are no paragraphs of the article, however much they read like one."""


def markup_reason(html: str) -> str | None:
    """Return why a page must not be parsed, or None where it may be.

    A tag whose quoted values hold "<" is counted only as far as the first: such a page, if hostile,
    is left to the time limit. Splitting the page takes 0.3 ms, a regular expression that reads all
    tags twenty times as much.
    """
    pieces = html.split("<")
    if max(map(len, pieces)) <= 2 * MAX_ATTRIBUTES:
        return None
    for place, piece in enumerate(pieces):
        # Two characters an attribute: <p a b c d>.
        if len(piece) <= 2 * MAX_ATTRIBUTES or not (name := _TAG_NAME.match(piece)):
            continue
        count, at = 0, name.end()
        while found := _ATTRIBUTE.match(piece, at):
            count, at = count + 1, found.end()
        if count > MAX_ATTRIBUTES and not _is_in_script(pieces[:place]):
            return f"a <{name[0][:40]}> with {count} attributes, {MAX_ATTRIBUTES} are the most"
    return None


def _is_in_script(pieces: Sequence[str]) -> bool:
    """Tell whether what follows is a script or a style sheet: ``for (i = 0; i<n && ...`` is no tag.

    Args:
        pieces: the page up to there, split at "<".
    """
    for piece in reversed(pieces):
        if found := _SCRIPT.match(piece):
            return not found[1]
    return False


def parse(html: str) -> HtmlElement | None:
    """Return the root element of a page, or None where there is nothing to parse."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    parser.set_element_class_lookup(_ONE_CLASS)
    source = _EARLY_END.sub("", _XML_DECLARATION.sub("", html)).encode("utf-8", "replace")
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root if isinstance(root, HtmlElement) else None


def strip_scripts(root: HtmlElement) -> None:
    """Remove in place the elements that show no text: later steps then visit a fifth less.

    None is removed that holds the page's prose. Where an end tag is missing, the parser puts what
    follows into the element: a menu button may hold ``main``. A long ``noscript`` that holds more
    text than the rest of the page is the story of a page that scripts would build.
    """
    etree.strip_tags(root, *_VOID)
    _read_ruby(root)
    for element in list(root.iter(*_SHOWN_PARTS)):
        if len(element) and _holds_story(element):
            element.tag = "div"
    hidden = [each for each in root.iter(*_HIDDEN_PARTS) if _may_hold_story(each)]
    for element in (*_LONG_NOSCRIPTS(root), *hidden):
        etree.strip_elements(element, *_TEXTLESS, with_tail=False)
        own, textless = len(text_of(element)), len("".join(_TEXTLESS_TEXTS(root)))
        if own >= _NOTICE_CHARS and own > len("".join(root.itertext())) - textless:
            element.tag = "div"
    etree.strip_elements(root, *_TEXTLESS, with_tail=False)


def _read_ruby(root: HtmlElement) -> None:
    """Put the readings above Chinese characters behind them, as browsers without ruby show them.

    "<ruby>弾劾<rp>（</rp><rt>だんがい</rt><rp>）</rp></ruby>" is "弾劾（だんがい）".
    """
    for reading in root.iter("rt"):
        before = reading.getprevious()
        if (before is None or before.tag != "rp") and not len(reading):
            reading.text = f"（{reading.text or ''}）"
    etree.strip_tags(root, *_RUBY)


def _holds_story(element: HtmlElement) -> bool:
    """Tell whether an element that browsers show is more than a control, a picture or a link."""
    if element.tag != "a" and next(element.iter("main", "article"), None) is not None:
        return True
    paragraphs = list(element.iter("p"))
    if len(paragraphs) < (_STORY_PARAGRAPHS if element.tag == "a" else 1):
        return False
    return sum(word_count(text_of(each)) for each in paragraphs) >= _STORY_WORDS


def _may_hold_story(element: HtmlElement) -> bool:
    """Tell whether an element that hides its content has prose in it.

    A template is shown only as the shadow root of the element around it.
    """
    if element.tag == "template" and "shadowrootmode" not in element.attrib:
        return False
    return next(element.iter(*_PROSE), None) is not None


def part_sentences(root: HtmlElement) -> None:
    """Put a blank between two ``span`` elements that the page's style shows as lines, in place.

    Only a sentence that touches the next shows it: "The stalls were empty.On the hill they were
    full." A word may be made of spans, and so may "example.Com".
    """
    for span in _TOUCHING_SPANS(root):
        end = "".join(span.itertext())[-_JOINT_CHARS:]
        start = "".join(span.getnext().itertext())[:_JOINT_CHARS]
        if " " in end and " " in start and ends_sentence(end) and start[:1].isupper():
            span.tail = " "


def oversize_reason(root: HtmlElement) -> str | None:
    """Return which limit the page exceeds, or None where it is within all three.

    trafilatura's passes are quadratic in the number of elements: 10,000 paragraphs take 3 s, 60,000
    take minutes.
    """
    if (elements := int(_COUNT_ELEMENTS(root))) > MAX_ELEMENTS:
        return f"{elements} elements, {MAX_ELEMENTS} are the most"
    if _IS_TOO_DEEP(root):
        return f"more than {MAX_DEPTH} levels"
    textless = sum(len(element.text or "") for element in root.iter("script", "style"))
    chars = len(etree.tostring(root, method="text", encoding="unicode")) - textless
    return f"{chars} characters, {MAX_CHARS} are the most" if chars > MAX_CHARS else None


def text_of(element: HtmlElement) -> str:
    """Return an element's text on one line."""
    return squeeze("".join(element.itertext()))


def outward(element: HtmlElement, levels: int | None = None) -> Iterator[HtmlElement]:
    """Yield an element and those around it, the innermost first; at most so many where limited."""
    return islice(chain((element,), element.iterancestors()), levels)


@dataclass(slots=True)
class TextBlock:
    """The text between two borders of block-level elements."""

    text: str
    key: str
    """The normalised text, for comparisons."""
    element: HtmlElement
    """The innermost block-level element around it."""
    link_density: float
    """Share of its characters that are in links, 0 to 1."""
    tag: str = field(init=False)
    """Name of the element around it."""
    words: int = field(init=False)
    """Number of blank-separated words."""

    def __post_init__(self) -> None:
        """Compute once what the rules ask for many times."""
        self.tag = str(self.element.tag)
        self.words = self.text.count(" ") + 1


def stand_alike(one: TextBlock, other: TextBlock) -> bool:
    """Tell whether all elements around two blocks have the same names and classes.

    A paragraph that stands so twice was written twice. A summary, a box or a second layout for
    telephones, which repeat the text, have names of their own.
    """
    return _path(one.element) == _path(other.element)


def _path(element: HtmlElement) -> list[tuple[str, str | None]]:
    return [(str(e.tag), e.get("class")) for e in outward(element)]


def text_blocks(root: HtmlElement) -> list[TextBlock]:
    """Return the text blocks of a page in reading order."""
    body = root.find(".//body")
    return _BlockCollector().collect(root if body is None else body)


class _BlockCollector:
    """Collect the text blocks from the events of a walk; recursion would fail on deep pages."""

    def __init__(self) -> None:
        self.blocks: list[TextBlock] = []
        self.parts: list[str] = []
        self.linked_chars = 0

    def collect(self, body: HtmlElement) -> list[TextBlock]:
        open_elements = [body]
        open_links = 0
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
                    self._flush(open_elements[-1])
                if enters:
                    open_elements.append(element)
                else:
                    open_elements.pop()
            elif tag == "a" and _is_link(element):
                open_links += 1 if enters else -1
            text = element.text if enters else element.tail
            if text:
                self.parts.append(text)
                if open_links:
                    self.linked_chars += len(text.strip())
        return self.blocks

    def _flush(self, element: HtmlElement) -> None:
        text = squeeze("".join(self.parts))
        if text:
            outer = element.getparent() if element.tag == "br" else element
            density = min(1.0, self.linked_chars / len(text))
            self.blocks.append(
                TextBlock(text, normalise(text), element if outer is None else outer, density)
            )
        self.parts.clear()
        self.linked_chars = 0


def _is_link(element: HtmlElement) -> bool:
    """Tell whether an ``a`` leads to another place: an anchor on a subhead leads to itself."""
    return not (element.get("href") or "#").startswith("#")


def words_by_element(blocks: Iterable[TextBlock]) -> Counter[HtmlElement]:
    """Return how many words of these blocks each element holds, the deepest elements first."""
    own: Counter[HtmlElement] = Counter()
    for block in blocks:
        own[block.element] += block.words
    words: Counter[HtmlElement] = Counter()
    for innermost, count in own.items():
        for element in outward(innermost):
            words[element] += count
    return words


def depth(element: HtmlElement) -> int:
    """Count the elements around an element."""
    return sum(1 for _ in element.iterancestors())


def article_containers(blocks: list[TextBlock]) -> set[HtmlElement]:
    """Return the elements that hold much of these blocks, which are the article's.

    Their class names say nothing about one paragraph: without this exception, an article within a
    box of the class "content-share" would be boilerplate as a whole.
    """
    least = _CONTAINER_SHARE * sum(block.words for block in blocks)
    return {element for element, words in words_by_element(blocks).items() if words >= least}


def labels_of(block: TextBlock, containers: Collection[HtmlElement]) -> frozenset[str]:
    """Return what the markup around a block says it is: caption, embed, related, service, …

    Args:
        block: the block; it and the elements around it are looked at.
        containers: elements that hold much of the article; the search stops there.
    """
    labels: set[str] = set()
    is_quoted = False
    for element in outward(block.element):
        if element in containers or element.tag == "body":
            break
        names = f"{element.get('class') or ''} {element.get('id') or ''}"[:_NAMES_CHARS]
        is_hidden = element.get("aria-hidden") == "true" or "hidden" in element.attrib
        is_quoted = is_quoted or element.tag == "blockquote"
        # A quotation with its speaker is marked up as a figure too (HTML standard, 4.4.4).
        tag = "div" if is_quoted and element.tag == "figure" else str(element.tag)
        labels |= _labels(tag, names, is_hidden)
    return frozenset(labels)


@cache
def _label_patterns() -> dict[str, re.Pattern[str]]:
    """Return what words in an element's class or id say about its text, by label."""
    names: dict[str, list[str]] = {}
    for label, pattern, *_ in read_rows(__package__, "class_names.tsv", columns=4):
        names.setdefault(label, []).append(pattern)
    return {label: re.compile("|".join(each)) for label, each in names.items()}


@lru_cache(maxsize=8192)
def _labels(tag: str, names: str, is_hidden: bool) -> frozenset[str]:
    lower = names.lower()  # a pattern that ignores case takes four times as long
    labels = {label for label, pattern in _label_patterns().items() if pattern.search(lower)}
    if tag in _LABEL_OF_TAG:
        labels.add(_LABEL_OF_TAG[tag])
    if is_hidden:
        labels.add("hidden")
    return frozenset(labels)
