"""The authors of a page: JSON-LD, then meta tags, then the visible byline; cleaned into names."""

import re

from lxml.html import HtmlElement

from pipeline.clean.names import clean_authors
from pipeline.clean.openings import read_opening
from pipeline.extract.head import Head
from pipeline.extract.layout import Run
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
    "//a[contains(@href,'/author/') or contains(@href,'/authors/') or contains(@href,'/autor/') or "
    "contains(@href,'/profile/') or contains(@href,'/staff/') or contains(@href,'/contributor')]"
    "[not(ancestor::aside or ancestor::footer or ancestor::nav or ancestor::ul or "
    "ancestor::*[contains(@class,'comment') or contains(@class,'related') or "
    "contains(@class,'bio')])][position()<3]",
    "//*[contains(@class,'byline') or contains(@class,'Byline') or contains(@id,'byline')]"
    "[not(ancestor::aside or ancestor::footer or ancestor::nav)]",
)
_LONGEST = 200
_MOST_VISIBLE = 6
_BYLINE_RUNS = 25
_BY_LINE = re.compile(
    r"(?:[Bb]y|BY|Von|VON|Autor(?:en|in)?:?|Text:|Por|Par)\s+(?P<name>[^.!?]{4,90})"
)


def find_authors(
    root: HtmlElement, head: Head, data: LinkedData, runs: list[Run]
) -> tuple[str, ...]:
    """Return the authors as names: people, or an organisation where nobody is named."""
    known = {
        name.lower()
        for name in (*data.organisations, data.publisher, head.first("og:site_name"))
        if name
    }
    fallback: tuple[str, ...] = ()
    stated = [[*data.authors], [line for line in head.all(*_META) if "://" not in line]]
    for lines in (*stated, *_visible(root), _lines(runs)):
        names = clean_authors(lines)
        people = tuple(name for name in names if " " in name and name.lower() not in known)
        if people:
            return people
        fallback = fallback or names[:1]
    return fallback or tuple(dict.fromkeys(data.organisations))


def _lines(runs: list[Run]) -> list[str]:
    """Return the first "By Jane Doe" that stands alone below the title."""
    titles = [place for place, run in enumerate(runs) if run.tag == "h1"]
    start = titles[0] + 1 if titles else 0
    for run in runs[start : start + _BYLINE_RUNS]:
        opening = read_opening(run.text)
        if opening and opening.authors:
            return [opening.authors]
        if found := _BY_LINE.fullmatch(run.text):
            return [found["name"]]
    return []


def _visible(root: HtmlElement) -> list[list[str]]:
    found = []
    for path in _VISIBLE:
        lines = [text_of(element) for element in root.xpath(path)]
        found.append(
            list(dict.fromkeys(line for line in lines if 0 < len(line) <= _LONGEST))[:_MOST_VISIBLE]
        )
    return found
