"""Runs trafilatura over a page, once where that convinces: its settings are chosen per page.

The precision pass without trafilatura's own second opinions (readability, justext) says the same
as the one with them on 343 of 361 measured pages, at half the time; where it lost text, the page's
layout shows it: long paragraphs that nothing in the markup calls furniture and that the pass lacks.
Then, and only then, it runs in full, and if that does not convince either, so does the default
setting. Knows nothing of captions, posts and metadata.
"""

import logging
import re
from copy import deepcopy
from itertools import groupby

from lxml import etree
from lxml.html import HtmlElement

from pipeline.extract.layout import FOREIGN, Run, marks_of
from pipeline.words import normalise, squeeze, word_count

LEAST_SHARE = 0.6
"""The precision pass must give this share of the default pass's words, or that one is used."""
CONVINCING_SHARE = 0.5
"""Share of the page's prose that a pass must hold. Of 46 pages under 0.8 the full passes gave the
same lines on 24 and more on 22; under 0.5 it was 6 and 21: readability steps in at half, too."""
_LEAST_WORDS = 60
_PROSE_WORDS = 12
_MOST_LINKED = 0.4
_SENTENCE_END = re.compile(r"[.!?…:。][\"”’')\]»]*$")
_LOGGERS = ("trafilatura", "htmldate", "courlan", "readability", "justext", "charset_normalizer")
_FURNITURE = ("head", "aside", "nav", "footer", "menu", "picture")
"""The quick pass drops these by itself (its text is the same on all 361 pages), but only after it
has searched and copied them: without them it takes three quarters of the time."""


def read_lines(root: HtmlElement, runs: list[Run]) -> tuple[list[str], list[str]]:
    """Return the lines of the pass that is right for this page, and those of another one, if any.

    Args:
        root: the page without scripts; it is not changed.
        runs: its layout.
    """
    light = deepcopy(root)
    etree.strip_elements(light, *_FURNITURE, with_tail=False)
    quick = _pass(light, precision=True, fast=True)
    if _convinces(quick, runs):
        return quick, []
    strict = _pass(root, precision=True)
    if _convinces(strict, runs):
        return strict, []
    broad = _pass(root, precision=False)
    enough = sum(map(word_count, strict)) >= LEAST_SHARE * sum(map(word_count, broad))
    return (strict, broad) if enough else (broad, strict)


def _convinces(lines: list[str], runs: list[Run]) -> bool:
    """Tell whether the lines hold most of what the layout shows to be prose."""
    held = "\n".join(map(normalise, lines))
    if word_count(held) < _LEAST_WORDS:
        return False
    found = lost = 0
    for run in runs:
        words = run.text.count(" ") + 1
        if words < _PROSE_WORDS:
            continue
        if run.key in held:
            found += words
        elif is_prose(run):
            lost += words
    return found >= CONVINCING_SHARE * (found + lost)


def is_prose(run: Run) -> bool:
    """Tell whether a run is a sentence that neither its links nor the markup call furniture."""
    if run.link_share > _MOST_LINKED or not _SENTENCE_END.search(run.text):
        return False
    return not marks_of(run, ()) & FOREIGN


def _pass(root: HtmlElement, *, precision: bool, fast: bool = False) -> list[str]:
    # Imported here: trafilatura takes a second to load, and its loggers speak of every odd page.
    import trafilatura

    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        text = trafilatura.extract(
            root, include_comments=False, favor_precision=precision, fast=fast
        )
    except Exception:  # the rim of a library over arbitrary markup: no text is the named outcome
        return []
    lines = map(_plain_line, (text or "").split("\n"))
    return [line for line, _ in groupby(filter(None, lines))]


def _plain_line(raw: str) -> str:
    """Return a line without trafilatura's bullet or table bars: "| Fees | 0.6 % | |"."""
    line = squeeze(raw)
    if len(line) > 1 and line[0] == line[-1] == "|":
        return squeeze(line.replace("|", " ")) if line.strip("|- ") else ""
    return line.removeprefix("- ")
