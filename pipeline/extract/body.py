"""Finds the article's text in a page: passes of trafilatura, checked against the page's layout.

Chosen by measurement (``benchmarks/eval_extract.py``): the precision pass is right on most pages,
and where it gives much less than the default pass the default one is. Its lines are then put back
into the layout: captions, embedded posts and lines that are nothing but a link go, each with a
reason, and what the extractor lost between two paragraphs of one parent comes back.
"""

import logging
import re
from collections import Counter, defaultdict
from copy import deepcopy
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipeline.extract.layout import Run, marks_of
from pipeline.extract.recovery import recover
from pipeline.records import RemovedBlock
from pipeline.words import normalise, squeeze, word_count

LEAST_SHARE = 0.6
"""The precision pass must give this share of the default pass's words, or that one is used."""
_FRAME_SHARE = 0.3
_LINK_WORDS = 4
_TITLE_LINES = 3
_BULLET = re.compile(r"^- ")
_SENTENCE_END = re.compile(r"[.!?…:。][\"”’')\]»]*$")
_LOGGERS = ("trafilatura", "htmldate", "courlan", "readability", "justext", "charset_normalizer")


@dataclass(frozen=True, slots=True)
class Body:
    """The text's lines, and the lines that the layout gave away."""

    lines: tuple[str, ...] = ()
    removed: tuple[RemovedBlock, ...] = ()


def find_body(root: HtmlElement, runs: list[Run], url: str | None, standfirst: str | None) -> Body:
    """Return the article's lines.

    Args:
        root: the page; it is not changed.
        runs: its layout.
        url: where it was found.
        standfirst: what the page's metadata call its description, or None.
    """
    lines, others = _passes(root, url)
    return _fit(lines, others, runs, standfirst) if lines else Body()


def _passes(root: HtmlElement, url: str | None) -> tuple[list[str], list[str]]:
    """Return the lines of the pass that is right for this page, and those of the other one."""
    strict = _pass(root, url, precision=True)
    broad = _pass(root, url, precision=False)
    enough = sum(map(word_count, strict)) >= LEAST_SHARE * sum(map(word_count, broad))
    return (strict, broad) if enough else (broad, strict)


def _pass(root: HtmlElement, url: str | None, *, precision: bool) -> list[str]:
    # Imported here: trafilatura takes a second to load, and its loggers speak of every odd page.
    import trafilatura

    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        text = trafilatura.extract(
            deepcopy(root), url=url, include_comments=False, favor_precision=precision
        )
    except Exception:  # the rim of a library over arbitrary markup: no text is the named outcome
        return []
    return [line for raw in (text or "").split("\n") if (line := squeeze(_BULLET.sub("", raw)))]


def _fit(lines: list[str], others: list[str], runs: list[Run], standfirst: str | None) -> Body:
    places: dict[str, list[int]] = defaultdict(list)
    for place, run in enumerate(runs):
        places[run.key].append(place)
    chosen = _align(lines, places)
    frames = _frames([runs[place] for place in chosen if place is not None])
    kept: list[tuple[str, int | None]] = []
    removed: list[RemovedBlock] = []
    for number, (line, at) in enumerate(zip(lines, chosen, strict=True)):
        is_title = number < _TITLE_LINES and at is not None and runs[at].tag == "h1"
        reason = (
            "title" if is_title else _reason([runs[p] for p in places[normalise(line)]], frames)
        )
        if reason:
            removed.append(RemovedBlock(line, reason))
        else:
            kept.append((line, at))
    found = recover(kept, runs, frames, set(map(normalise, others)), standfirst)
    return Body(tuple(found), tuple(removed))


def _align(lines: list[str], places: dict[str, list[int]]) -> list[int | None]:
    """Return for each line its place in the layout: the next one behind its forerunner's."""
    chosen: list[int | None] = []
    last = -1
    for line in lines:
        found = places.get(normalise(line), [])
        place = next((p for p in found if p > last), found[-1] if found else None)
        chosen.append(place)
        if place is not None:
            last = place
    return chosen


def _frames(kept: list[Run]) -> set[HtmlElement]:
    """Return the elements that hold much of the article."""
    weights: Counter[HtmlElement] = Counter()
    total = 0
    for run in kept:
        words = word_count(run.text)
        total += words
        element: HtmlElement | None = run.parent
        while element is not None:
            weights[element] += words
            element = element.getparent()
    return {element for element, words in weights.items() if words >= _FRAME_SHARE * total}


def _reason(runs: list[Run], frames: set[HtmlElement]) -> str | None:
    """Return why a line goes; one that stands on the page several times must go everywhere."""
    reasons = [_run_reason(run, frames) for run in runs]
    return reasons[0] if reasons and all(reasons) else None


def _run_reason(run: Run, frames: set[HtmlElement]) -> str | None:
    marks = marks_of(run, frames)
    if "embed" in marks:
        return "embedded_post"
    for mark in ("caption", "author_bio"):
        if mark in marks:
            return mark
    if run.link_share > 0.9 and "heading" not in marks and word_count(run.text) >= _LINK_WORDS:
        return "related"
    return None
