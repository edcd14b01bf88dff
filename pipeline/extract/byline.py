"""The authors of a page: JSON-LD, then meta tags, then the visible byline; cleaned into names."""

import re

from lxml.html import HtmlElement

from pipeline.clean.names import clean_authors
from pipeline.extract.head import Head
from pipeline.extract.linked_data import LinkedData
from pipeline.extract.tree import text_of

_META = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "article:author_name",
    "citation_author",
    "cxenseparse:author",
)
_VISIBLE = (
    "//*[@rel='author' or @itemprop='author' or contains(@class,'author-name') or "
    "contains(@class,'author__name') or contains(@class,'authorName') or @class='author' or "
    "contains(@class,'byline__name') or contains(@class,'byline-name')]"
    "[not(ancestor::aside or ancestor::footer or ancestor::nav or "
    "ancestor::*[contains(@class,'comment') or contains(@class,'related')])]",
    "//*[contains(@class,'byline') or contains(@class,'Byline') or contains(@id,'byline')]"
    "[not(ancestor::aside or ancestor::footer or ancestor::nav)]",
)
_LONGEST = 200
_MOST_VISIBLE = 6
_BY = re.compile(r"\bby\b", re.IGNORECASE)


def find_authors(root: HtmlElement, head: Head, data: LinkedData) -> tuple[str, ...]:
    """Return the authors as names: people, or an organisation where nobody is named."""
    fallback: tuple[str, ...] = ()
    stated = [[*data.authors], [line for line in head.all(*_META) if "://" not in line]]
    for lines in (*stated, *_visible(root)):
        names = clean_authors(lines)
        if names and not _are_organisations(names, data):
            return names
        fallback = fallback or names
    return fallback or tuple(dict.fromkeys(data.organisations))


def _are_organisations(names: tuple[str, ...], data: LinkedData) -> bool:
    """A single word, or the publisher itself, waits for a person to be named elsewhere."""
    known = {name.lower() for name in (*data.organisations, data.publisher or "")}
    return all(name.lower() in known or " " not in name for name in names)


def _visible(root: HtmlElement) -> list[list[str]]:
    found = []
    for path in _VISIBLE:
        lines = [text_of(element) for element in root.xpath(path)]
        found.append(
            list(dict.fromkeys(line for line in lines if 0 < len(line) <= _LONGEST))[:_MOST_VISIBLE]
        )
    return found
