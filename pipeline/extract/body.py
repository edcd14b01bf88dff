"""Finds the article's text in a page: the extractor's lines, checked against the page's layout.

The lines of the pass (see ``passes``) are put back into the layout: captions, embedded posts and
lines that are nothing but a link go, each with a reason, and what the extractor lost between two
paragraphs of one parent comes back.

Pull quotes: words of a paragraph that the layout shows a second time, large, among the others.

A text in quotation markup that stands word for word in another paragraph is one, whatever its
class is called; a block quote that the text does not hold elsewhere is part of the story. Knows
nothing of who speaks.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipeline.extract.authors import is_byline
from pipeline.extract.html_layout import Run, frames_of, marks_of, text_of
from pipeline.extract.line_alignment import SENTENCE_END, Placed, align
from pipeline.extract.lost_paragraphs import Witness, recover
from pipeline.extract.trafilatura_passes import read_lines
from pipeline.models import RemovedBlock
from pipeline.text import normalise, squeeze, word_count

_TAGS = frozenset({"blockquote", "aside", "q"})
_NAMED = re.compile(r"pull-?_?quote|block-?_?quote|(^|[\s_-])quote([\s_-]|$)", re.IGNORECASE)
_LEVELS = 4
_LEAST_WORDS = 5
_PULL_QUOTE_CREDIT_WORDS = 8
"""Who is quoted, in the same box: "Per Aasen, harbour master"."""
_ENDS = "\"'.,:;!?…- "


def pull_quotes(placed: list[Placed], runs: list[Run], frames: Collection[HtmlElement]) -> set[int]:
    """Return the numbers of the lines that are pull quotes, with the names below them.

    Args:
        placed: the lines, each with its place in ``runs`` if it has one.
        runs: the page.
        frames: elements that hold much of the article: a story in a blockquote is no quotation.
    """
    boxes: dict[int, HtmlElement] = {}
    for number, (_, at) in enumerate(placed):
        if at is not None and (box := _box(runs[at], frames)) is not None:
            boxes[number] = box
    if not boxes:
        return set()
    keys = [normalise(line) for line, _ in placed]
    prose = "\n".join(key for number, key in enumerate(keys) if number not in boxes)
    found = {
        number
        for number in boxes
        if word_count(bare := keys[number].strip(_ENDS)) >= _LEAST_WORDS and bare in prose
    }
    repeated = {boxes[number] for number in found}
    below = {
        number
        for number, box in boxes.items()
        if box in repeated and word_count(keys[number]) <= _PULL_QUOTE_CREDIT_WORDS
    }
    return found | below


def _box(run: Run, frames: Collection[HtmlElement]) -> HtmlElement | None:
    element: HtmlElement | None = run.parent
    for _ in range(_LEVELS):
        if element is None or element in frames:
            return None
        if element.tag in _TAGS or _NAMED.search(element.get("class") or ""):
            return element
        element = element.getparent()
    return None


_LINK_WORDS = 4
_STATED_WORDS = 60
_STATED_SHARE = 0.5
_TITLE_LINES = 3
_CREDIT_LINES = 5
_CREDIT_WORDS = 6
_CAPTION_WORDS = 30
_CAPTION_TAGS = frozenset({"p", "div", "span"})
_ABOVE_SHARE = 0.1
"""Share of the words that may stand above the headline and be no text: a browser note, a label."""


@dataclass(frozen=True, slots=True)
class Body:
    """The text's lines, and the lines that the layout gave away."""

    lines: tuple[str, ...] = ()
    removed: tuple[RemovedBlock, ...] = ()


def find_body(
    root: HtmlElement,
    runs: list[Run],
    standfirst: str | None,
    stated: str | None = None,
    title: str | None = None,
) -> Body:
    """Return the article's lines.

    Args:
        root: the page; it is not changed.
        runs: its layout.
        standfirst: what the page's metadata call its description, or None.
        stated: the text that the page's own data give (``articleBody`` of JSON-LD), or None. It is
            often cut short or the description again, so it only adds: paragraphs of the layout that
            stand in it come back, and it is the text where the layout shows less than half of it.
        title: the article's title, for what stands above it.
    """
    lines, others = read_lines(root, runs)
    known = _Known(standfirst, stated, title)
    found = _fit(lines, others, runs, known) if lines else Body()
    told = [line for raw in (stated or "").split("\n") if (line := squeeze(raw))]
    words = sum(map(word_count, told))
    if words >= _STATED_WORDS and sum(map(word_count, found.lines)) < _STATED_SHARE * words:
        return Body(tuple(told), found.removed)
    return found


def with_captions(found: Body) -> Body:
    """Return the body of a gallery: its captions are its text, behind what introduces them."""
    captions = tuple(b.text for b in found.removed if b.reason == "caption")
    others = tuple(b for b in found.removed if b.reason != "caption")
    return Body(found.lines + captions, others)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the page says of the text elsewhere."""

    standfirst: str | None
    stated: str | None
    title: str | None


def _fit(lines: list[str], others: list[str], runs: list[Run], known: _Known) -> Body:
    placed = align(lines, runs)
    places: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        places[run.key].append(run)
    frames = frames_of([runs[place] for _, place in placed if place is not None])
    kept: list[Placed] = []
    removed: list[RemovedBlock] = []
    quotes = pull_quotes(placed, runs, frames)
    credits = _credits(placed, runs)
    start = _headline(placed, runs, known.title)
    for number, (line, at) in enumerate(placed):
        reason: str | None
        if number < _TITLE_LINES and at is not None and runs[at].tag == "h1":
            reason = "title"
        elif at is not None and at in credits:
            reason = "byline"
        elif at is not None and at < start:
            reason = "above_headline"
        elif number in quotes:
            reason = "pull_quote"
        else:
            reason = _reason(places.get(normalise(line), []), frames)
        if reason:
            removed.append(RemovedBlock(line, reason))
        else:
            kept.append((line, at))
    witness = Witness(others, known.stated)
    gone = {normalise(block.text) for block in removed}
    found = recover(kept, runs, frames, witness, known.standfirst, gone)
    return Body(tuple(found), tuple(removed))


def _credits(placed: list[Placed], runs: list[Run]) -> set[int]:
    """Return the places of a byline's own lines on top of the text: a day, a name, a role.

    "20th June", "By Stefan Kovac" and "Health Reporter" are three lines of one paragraph.
    """
    top = [at for _, at in placed[:_CREDIT_LINES] if at is not None]
    found: set[int] = set()
    for place in top:
        own = [
            run for run in runs[max(0, place - 3) : place + 4] if run.parent is runs[place].parent
        ]
        is_short = all(run.words <= _CREDIT_WORDS for run in own)
        if is_short and any(is_byline(run.text) for run in own) and len(own) > 1:
            found.add(place)
    return found


def _headline(placed: list[Placed], runs: list[Run], title: str | None) -> int:
    """Return the place of the headline, 0 where it is not found or much of the text is above it."""
    key = normalise(title or "")
    headlines = (place for place, run in enumerate(runs) if run.tag == "h1" and key in run.key)
    place = next(headlines, 0) if key else 0
    words = [(at, word_count(line)) for line, at in placed if at is not None]
    above = sum(count for at, count in words if at < place)
    return place if above <= _ABOVE_SHARE * sum(count for _, count in words) else 0


def _reason(runs: list[Run], frames: set[HtmlElement]) -> str | None:
    """Return why a line goes; one that stands on the page several times must go everywhere."""
    reasons = [_run_reason(run, frames) for run in runs]
    return reasons[0] if reasons and all(reasons) else None


def _run_reason(run: Run, frames: set[HtmlElement]) -> str | None:
    marks = marks_of(run, frames)
    if "embed" in marks:
        return "embedded_post"
    if "wall" in marks:
        return "login"
    for mark in ("caption", "author_bio"):
        if mark in marks:
            return mark
    if _is_below_picture(run):
        return "caption"
    if run.link_share > 0.9 and "heading" not in marks and word_count(run.text) >= _LINK_WORDS:
        return "related"
    return None


def _is_below_picture(run: Run) -> bool:
    """Tell a caption without a name: no sentence, alone in one block with a picture."""
    if run.tag not in _CAPTION_TAGS or SENTENCE_END.search(run.text):
        return False
    has_picture = run.words <= _CAPTION_WORDS and run.parent.find(".//img") is not None
    return has_picture and text_of(run.parent) == run.text
