"""HTML text into one lxml tree, within bounds; the only module that parses HTML.

libxml2 cuts nesting off by itself (at 256 levels), yet later passes over the tree are recursive in
places or quadratic in depth, so pages that are nested deeper than any layout are refused.
"""

import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from pipeline.words import squeeze

MAX_DEPTH = 400
"""The deepest of the 361 measured news pages has 42 levels."""
MAX_ELEMENTS = 100_000
"""The largest of them has 5,516, stripped of its scripts; live pages have about twice that."""
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parse(html: str) -> HtmlElement | None:
    """Return the root of the page, or None where there is nothing to parse or it is no layout."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    source = _XML_DECLARATION.sub("", html).encode("utf-8", "replace")
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if not isinstance(root, HtmlElement) or _is_hostile(root):
        return None
    return root


def _is_hostile(root: HtmlElement) -> bool:
    depth = deepest = elements = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        elements += event == "start"
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH or elements > MAX_ELEMENTS:
            return True
    return False


def text_of(element: HtmlElement) -> str:
    """Return an element's text on one line."""
    return squeeze("".join(element.itertext()))
