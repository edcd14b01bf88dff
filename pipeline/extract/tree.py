"""HTML text into one lxml tree, within bounds; the only module that parses HTML.

libxml2 cuts nesting off by itself, yet later passes over the tree are recursive or quadratic in
places: ``outsized`` tells which pages they must not see.
"""

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from pipeline.words import squeeze

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
