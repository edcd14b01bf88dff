"""Runs trafilatura over a page, once where that convinces: its settings are chosen per page.

The page's layout knows its prose: long runs that neither links nor markup call furniture. The quick
pass (precision, without readability and justext) sees only the part of the page that holds it, and
says the same as the full one on 343 of 361 measured pages at half the time. Where prose is missing
from its lines, the whole page is read: quickly, then with all that trafilatura has, then with its
default setting. Knows nothing of captions, posts and metadata.
"""

import logging
from copy import deepcopy
from functools import cache
from itertools import groupby

from lxml import etree
from lxml.html import HtmlElement

from pipeline.extract.html_layout import FOREIGN, Run, frames_of, marks_of, weights_of
from pipeline.text import ends_line_of_text, normalise, squeeze, word_count

LEAST_SHARE = 0.6
"""The precision pass must give this share of the default pass's words, or that one is used."""
CONVINCING_SHARE = 0.5
"""A pass must hold at least as many words as it lacks prose. Of 46 pages that lacked a fifth, the
full passes gave other lines on 22, on 21 of them more than half was lacking."""
SURE_SHARE = 0.8
"""Share of the prose that the quick pass over a part of the page must hold."""
_MAIN_SHARE = 0.97
"""Share of the prose that the part must hold; with 0.9 six more gold paragraphs were lost."""
_LEAST_PROSE = 100
_LEAST_WORDS = 60
_PROSE_WORDS = 12
_MOST_LINKED = 0.4
_GLUED = 3
_LONG_WORDS = 40
"""So long a run is prose even where its last stop is missing."""
_SUBHEAD_CHARS = 150
_LOGGERS = ("trafilatura", "htmldate", "courlan", "readability", "justext", "charset_normalizer")
_TABLES = frozenset({"td", "th", "tr", "tbody", "table"})
_FURNITURE = ("head", "aside", "nav", "footer", "menu", "picture")
"""The quick pass drops these by itself (its text is the same on all 361 pages), but only after it
has searched and copied them: without them it takes three quarters of the time."""


def read_lines(root: HtmlElement, runs: list[Run]) -> tuple[list[str], list[str]]:
    """Return the lines of the pass that is right for this page, and those of another one, if any.

    Args:
        root: the page without scripts; it is not changed.
        runs: its layout.
    """
    prose = _prose(runs)
    lines, others = _read(root, prose)
    return _unglued(lines, prose), others


def _read(root: HtmlElement, prose: list[Run]) -> tuple[list[str], list[str]]:
    main = _quick_pass(_main_part(root, prose))
    found = sum(run.words for run in _held(prose, main))
    if found >= max(_LEAST_WORDS, SURE_SHARE * sum(run.words for run in prose)):
        return main, []
    quick = _quick_pass(deepcopy(root))
    if _convinces(quick, prose):
        return quick, []
    whole = deepcopy(root)
    _spare_subheads(whole)
    strict = _pass(whole, precision=True)
    if _convinces(strict, prose):
        return strict, []
    broad = _pass(whole, precision=False)
    enough = sum(map(word_count, strict)) >= LEAST_SHARE * sum(map(word_count, broad))
    return (strict, broad) if enough else (broad, strict)


def _unglued(lines: list[str], prose: list[Run]) -> list[str]:
    """Put the paragraphs of the layout in place of a line that holds several of them.

    Text in the cell of a table between line breaks is one line to trafilatura, with the links and
    the poll of the cells beside it.
    """
    longest = max((run.words for run in prose), default=0)
    mended: list[str] = []
    for line in lines:
        key = normalise(line) if word_count(line) > longest else ""
        glued = [run.text for run in prose if run.key in key] if key else []
        mended += glued if len(glued) >= _GLUED else [line]
    return mended


def _prose(runs: list[Run]) -> list[Run]:
    """Return the sentences of some length that neither links nor the markup call furniture."""
    sentences = [
        run
        for run in runs
        if run.words >= _PROSE_WORDS
        and run.link_share <= _MOST_LINKED
        and (run.words >= _LONG_WORDS or ends_line_of_text(run.text))
    ]
    frames = frames_of(sentences)
    return [run for run in sentences if not marks_of(run, frames) & FOREIGN]


def _main_part(root: HtmlElement, prose: list[Run]) -> HtmlElement:
    """Return a copy of the part of the page that holds its prose, in shells of what is around it.

    The shells keep what elements are called, by which trafilatura looks for the article; but the
    cell of a table that holds it all is no cell: its paragraphs would become one line.
    """
    main = _holder(root, prose, _MAIN_SHARE)
    part = deepcopy(main)
    part.tail = None
    if part.tag in _TABLES:
        part.tag = "div"
    for element in main.iterancestors():
        tag = "div" if element.tag in _TABLES else element.tag
        shell = element.makeelement(tag, dict(element.attrib))
        shell.append(part)
        part = shell
    return part


def _holder(root: HtmlElement, prose: list[Run], share: float) -> HtmlElement:
    """Return the deepest element with this share of the prose, the root where there is little."""
    total = sum(run.words for run in prose)
    if total < _LEAST_PROSE:
        return root
    weights = weights_of(prose)
    return max((e for e, words in weights.items() if words >= share * total), key=_depth)


def _depth(element: HtmlElement) -> int:
    return sum(1 for _ in element.iterancestors())


def _held(prose: list[Run], lines: list[str]) -> list[Run]:
    text = "\n".join(map(normalise, lines))
    return [run for run in prose if run.key in text]


def _convinces(lines: list[str], prose: list[Run]) -> bool:
    """Tell whether the lines hold much more than the page's prose that they lack."""
    words = sum(map(word_count, lines))
    lost = sum(run.words for run in prose) - sum(run.words for run in _held(prose, lines))
    return words >= _LEAST_WORDS and words >= CONVINCING_SHARE * (words + lost)


def _spare_subheads(part: HtmlElement) -> None:
    """Make a ``div`` of a ``header`` that holds a subhead of the article, without its clock.

    trafilatura drops every ``header``, also those of a list's items and of a live blog's posts.
    """
    for header in list(part.iter("header")):
        heads = list(header.iter("h1", "h2", "h3", "h4"))
        text = squeeze("".join(header.itertext()))
        is_held = next(header.iterancestors("article", "main"), None) is not None
        if is_held and len(heads) == 1 and heads[0].tag != "h1" and len(text) <= _SUBHEAD_CHARS:
            etree.strip_elements(header, "time", "nav", with_tail=False)
            header.tag = "div"


def _quick_pass(part: HtmlElement) -> list[str]:
    _spare_subheads(part)
    etree.strip_elements(part, *_FURNITURE, with_tail=False)
    return _pass(part, precision=True, fast=True)


def _pass(root: HtmlElement, *, precision: bool, fast: bool = False) -> list[str]:
    # Imported here: trafilatura takes a second to load, and its loggers speak of every odd page.
    import trafilatura

    _silence()
    try:
        text = trafilatura.extract(
            root, include_comments=False, favor_precision=precision, fast=fast
        )
    except Exception:  # the rim of a library over arbitrary markup: no text is the named outcome
        return []
    lines = map(_plain_line, (text or "").split("\n"))
    return [line for line, _ in groupby(filter(None, lines))]


@cache
def _silence() -> None:
    """Once a process: setting a level empties the cache of every logger there is."""
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _plain_line(raw: str) -> str:
    """Return a line without trafilatura's bullet or table bars: "| Fees | 0.6 % | |"."""
    line = squeeze(raw)
    if len(line) > 1 and line[0] == line[-1] == "|":
        return squeeze(line.replace("|", " ")) if line.strip("|- ") else ""
    return line.removeprefix("- ")
