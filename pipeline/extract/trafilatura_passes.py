"""Run trafilatura over a page, with the fastest settings that find its prose.

The prose of a page is its long text blocks that are neither links nor boilerplate by their markup.
The quick pass (``favor_precision``, without readability and justext) sees only the part of the page
that contains the prose; it gives the same lines as the full pass on 343 of 361 measured pages in
half the time. Where its lines lack prose, the whole page is read: with the quick pass, then with
all of trafilatura's algorithms, then with its default settings.
"""

import logging
from collections import Counter
from copy import deepcopy
from functools import cache

from lxml import etree
from lxml.html import HtmlElement

from pipeline.extract.html_layout import (
    NON_ARTICLE_LABELS,
    TextBlock,
    article_containers,
    depth,
    labels_of,
    outward,
    stand_alike,
    words_by_element,
)
from pipeline.text import ends_line_of_text, normalise, squeeze, word_count

_PRECISION_SHARE = 0.6
"""Share of the default pass's words that the precision pass must give to be used instead of it."""
_SHARED_PART = 0.5
"""Share of the precision pass's words that the default pass gives too where both read one part."""
_SUFFICIENT_SHARE = 0.5
"""A pass must give at least as many words as the prose that it lacks. Of 46 pages that lacked a
fifth, the full passes gave other lines on 22, and on 21 of these more than half was lacking."""
_QUICK_SHARE = 0.8
"""Share of the prose that the quick pass over a part of the page must give."""
_MAIN_SHARE = 0.97
"""Share of the prose that the part must contain; with 0.9 six more gold paragraphs were lost."""
_LEAST_PROSE = 100
"""Words of prose that a page must have to be read in part."""
_LEAST_WORDS = 60
"""Words that the lines of a pass must have."""
_PROSE_WORDS = 12
_MAX_LINK_DENSITY = 0.4
_LONG_WORDS = 40
"""A block with so many words is prose even without a full stop at its end."""
_JOINED_BLOCKS = 3
"""Blocks that a line must contain to be split into them."""
_SUBHEAD_CHARS = 150
_LOGGERS = ("trafilatura", "htmldate", "courlan", "readability", "justext", "charset_normalizer")
_TABLE_ROWS = 3
_TABLES = frozenset({"td", "th", "tr", "tbody", "table"})
_DROPPED = frozenset({"aside", "footer", "form", "header", "menu", "nav"})
"""Elements that trafilatura drops with all that is in them."""
_BOILERPLATE_TAGS = ("head", "aside", "nav", "footer", "menu", "picture", "img", "source", "link")
"""trafilatura drops these by itself (the text is the same on all 361 pages), but only after it has
searched and copied them. Without them the quick pass takes three quarters of the time."""


def read_lines(root: HtmlElement, blocks: list[TextBlock]) -> list[str]:
    """Return the lines of the pass that suits this page.

    Args:
        root: the page without scripts; it is not changed.
        blocks: its text blocks.
    """
    prose = _prose(blocks)
    return _split_joined_lines(_without_echoes(_read(root, prose), blocks), prose)


def _read(root: HtmlElement, prose: list[TextBlock]) -> list[str]:
    """Run the passes from the fastest one on until the lines contain the prose."""
    main = _with_tables(_deepest_container(root, prose, _MAIN_SHARE))
    part = quick = _quick_pass(_with_bare_ancestors(main))
    found_words = sum(block.words for block in _found(prose, quick))
    if found_words >= max(_LEAST_WORDS, _QUICK_SHARE * sum(block.words for block in prose)):
        return quick
    if main is not root:
        quick = _quick_pass(deepcopy(root))
    for lines in (quick, part):
        if _is_sufficient(lines, prose):
            return lines
    whole = deepcopy(root)
    _keep_subheads(whole)
    strict = _run_pass(whole, precision=True)
    if _is_sufficient(strict, prose):
        return strict
    broad = _run_pass(whole, precision=False)
    is_enough = sum(map(word_count, strict)) >= _PRECISION_SHARE * sum(map(word_count, broad))
    return strict if is_enough or _is_elsewhere(broad, strict) else broad


def _is_elsewhere(broad: list[str], strict: list[str]) -> bool:
    """Tell whether the default pass reads another part of the page than the precision pass.

    Beside a short story it may choose the box that asks for donations, which has more words.
    """
    words = [word_count(line) for line in strict]
    there = set(broad)
    shared = sum(count for line, count in zip(strict, words, strict=True) if line in there)
    return sum(words) >= _LEAST_WORDS and shared < _SHARED_PART * sum(words)


def _without_echoes(lines: list[str], blocks: list[TextBlock]) -> list[str]:
    """Leave out a line that repeats the one above it more often than the page shows it."""
    counts: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    kept: list[str] = []
    for line in lines:
        counts[line] += 1
        if kept and line == kept[-1]:
            shown = shown or Counter(block.key for block in blocks)
            if counts[line] > shown[normalise(line)]:
                continue
        kept.append(line)
    return kept


def _split_joined_lines(lines: list[str], prose: list[TextBlock]) -> list[str]:
    """Replace a line that joins several paragraphs by their text blocks.

    trafilatura makes one line of the text between line breaks in a table cell, together with the
    links and the poll in the cells beside it.
    """
    longest = max((block.words for block in prose), default=0)
    split: list[str] = []
    for line in lines:
        key = normalise(line) if word_count(line) > longest else ""
        joined = [block.text for block in prose if block.key in key] if key else []
        split += joined if len(joined) >= _JOINED_BLOCKS else [line]
    return split


def _prose(blocks: list[TextBlock]) -> list[TextBlock]:
    """Return the long blocks that are sentences, neither links nor boilerplate by their markup.

    What the layout repeats in another place is left out.
    """
    sentences = [
        block
        for block in blocks
        if block.words >= _PROSE_WORDS
        and block.link_density <= _MAX_LINK_DENSITY
        and (block.words >= _LONG_WORDS or ends_line_of_text(block.text))
    ]
    containers = article_containers(sentences)
    prose = [block for block in sentences if not labels_of(block, containers) & NON_ARTICLE_LABELS]
    first: dict[str, TextBlock] = {}
    return [
        block
        for block in prose
        if first.setdefault(block.key, block) is block or stand_alike(first[block.key], block)
    ]


def _with_bare_ancestors(main: HtmlElement) -> HtmlElement:
    """Return a copy of the element that contains the prose, within copies of its bare ancestors.

    The ancestors keep their attributes, by which trafilatura looks for the article. Tables around
    the prose become ``div`` elements, or its paragraphs would become one line; so does a menu that
    is never closed, or trafilatura would drop it with the story.
    """
    part = deepcopy(main)
    part.tail = None
    if part.tag in _TABLES:
        part.tag = "div"
    for element in main.iterancestors():
        tag = "div" if element.tag in _TABLES | _DROPPED else element.tag
        wrapper = element.makeelement(tag, dict(element.attrib))
        wrapper.append(part)
        part = wrapper
    return part


def _deepest_container(root: HtmlElement, prose: list[TextBlock], share: float) -> HtmlElement:
    """Return the deepest element with this share of the prose; the root where it is too little."""
    total = sum(block.words for block in prose)
    if total < _LEAST_PROSE:
        return root
    words_of = words_by_element(prose)
    return max((e for e, words in words_of.items() if words >= share * total), key=depth)


def _with_tables(main: HtmlElement) -> HtmlElement:
    """Return the element around the prose, or the one that holds the article's tables too."""
    article = next(main.iterancestors("article", "main"), None)
    if article is None:
        return main
    inside = set(main.iter("table"))
    tables = [each for each in article.iter("table") if each not in inside and _is_of_data(each)]
    around: HtmlElement = main
    for table in tables:
        holders = set(table.iterancestors())
        around = next(each for each in outward(around) if each in holders)
    return around


def _is_of_data(table: HtmlElement) -> bool:
    """Tell whether a table has a head and rows of several cells without links."""
    if next(table.iter("th"), None) is None or next(table.iter("a"), None) is not None:
        return False
    return sum(len(row) > 1 for row in table.iter("tr")) >= _TABLE_ROWS


def _found(prose: list[TextBlock], lines: list[str]) -> list[TextBlock]:
    """Return the blocks of the prose that the lines contain, as often as they do."""
    text = "\n".join(map(normalise, lines))
    counts: Counter[str] = Counter()
    found = []
    for block in prose:
        counts[block.key] += 1
        if block.key in text and (
            counts[block.key] == 1 or counts[block.key] <= text.count(block.key)
        ):
            found.append(block)
    return found


def _is_sufficient(lines: list[str], prose: list[TextBlock]) -> bool:
    """Tell whether the lines have at least as many words as the prose that they lack."""
    words = sum(map(word_count, lines))
    lacking = sum(block.words for block in prose) - sum(
        block.words for block in _found(prose, lines)
    )
    return words >= _LEAST_WORDS and words >= _SUFFICIENT_SHARE * (words + lacking)


def _keep_subheads(part: HtmlElement) -> None:
    """Turn each ``header`` that holds a subhead of the article into a ``div`` without its time.

    trafilatura drops every ``header``, also those of list items and of the posts of a live blog.
    """
    for header in list(part.iter("header")):
        heads = list(header.iter("h1", "h2", "h3", "h4"))
        text = squeeze("".join(header.itertext()))
        is_in_article = next(header.iterancestors("article", "main"), None) is not None
        if (
            is_in_article
            and len(heads) == 1
            and heads[0].tag != "h1"
            and len(text) <= _SUBHEAD_CHARS
        ):
            etree.strip_elements(header, "time", "nav", with_tail=False)
            header.tag = "div"


def _quick_pass(part: HtmlElement) -> list[str]:
    _keep_subheads(part)
    etree.strip_elements(part, *_BOILERPLATE_TAGS, with_tail=False)
    return _run_pass(part, precision=True, fast=True)


def _run_pass(root: HtmlElement, *, precision: bool, fast: bool = False) -> list[str]:
    # Imported here, since trafilatura takes a second to load.
    import trafilatura

    _silence_loggers()
    try:
        text = trafilatura.extract(
            root, include_comments=False, favor_precision=precision, fast=fast
        )
    except ImportError:  # a library is missing: no fault of the page
        raise
    except Exception:  # whatever arbitrary markup breaks in the library: the page has no text then
        return []
    return [line for raw in (text or "").split("\n") if (line := _plain_line(raw))]


@cache
def _silence_loggers() -> None:
    """Silence the libraries, which log every odd page.

    It is done once a process, because setting a level empties the cache of all loggers.
    """
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _plain_line(raw: str) -> str:
    """Return a line without trafilatura's bullet or table bars, as in "| Fees | 0.6 % | |"."""
    line = squeeze(raw)
    if len(line) > 1 and line[0] == line[-1] == "|":
        return squeeze(line.replace("|", " ")) if line.strip("|- ") else ""
    return line.removeprefix("- ")
