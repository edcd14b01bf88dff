"""Brings back what the extractor lost: the standfirst, and paragraphs among their kept siblings.

A paragraph is lost to the extractor where half of it is a link, or a pattern over class names takes
it for furniture. Its place speaks for it: between, right before or right behind paragraphs of the
same parent that were kept; or another pass of the extractor kept it. Nothing that the markup or the
wording calls furniture comes back.
"""

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable
from functools import cache
from itertools import takewhile
from typing import TypeVar

from lxml.html import HtmlElement

from pipeline.extract.html_layout import FOREIGN, Run, marks_of
from pipeline.extract.line_alignment import Placed
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.header_lines import read_opening
from pipeline.text import ends_line_of_text, normalise, squeeze, word_count

Thing = TypeVar("Thing", bound=Hashable)
_LEAST_SIBLINGS = 3
_LEAST_WORDS = 8
_LINE_WORDS = 3
_LINE_LINKED = 0.2
_MOST_LINKED = 0.6
_BARE_WORDS = 12
"""Prose that is no ``p`` needs so many words: "Share this story" stands among paragraphs, too."""
_BARE_TAGS = frozenset(("div", "article", "section", "main", "span", "td", "center", "font"))
_NO_TEXT = FOREIGN | {"author_bio", "wall", "heading", "item"}
_HEADS = frozenset({"h2", "h3", "h4"})
_SUBHEAD = re.compile(r"(sub|inter|cross)-?_?(head|title)|question", re.IGNORECASE)
_KNOWN_CHARS = 30
"""A run whose first and last characters stand in the text is there, cut otherwise: code, verses."""
_STANDFIRST = re.compile(
    r"standfirst|(^|[\s_-])(dek|deck|lede|lead|strapline|sub-?title|sub-?head(line|ing)?|"
    r"excerpt|intro|summary|kicker-?text|article-?desc(ription)?|description)([\s_-]|$)",
    re.IGNORECASE,
)
_NEAR_TITLE = 4
"""Runs between the title and a standfirst: a byline, a day, a label."""
_FOREIGN_ABOVE = frozenset({"caption", "hidden", "related", "aside", "figure", "item"})
_STANDFIRST_LEAST, _STANDFIRST_MOST = 6, 80
_CUT = 40
"""Characters of a description that must open a run of text: descriptions are often cut short."""


class Witness:
    """Who else knows the text: another pass of the extractor, the page's own ``articleBody``."""

    def __init__(self, lines: list[str], stated: str | None) -> None:
        self.lines = set(map(normalise, lines))
        self.stated = normalise(stated or "")

    def vouches(self, run: Run) -> bool:
        """Tell whether one of them holds a run."""
        return run.key in self.lines or (run.words >= _LEAST_WORDS and run.key in self.stated)


def recover(
    kept: list[Placed],
    runs: list[Run],
    frames: set[HtmlElement],
    witness: Witness,
    standfirst: str | None,
    gone: Collection[str] = (),
) -> list[str]:
    """Return the kept lines with the recovered ones among them, in reading order.

    Args:
        kept: the extractor's lines, each with its place in ``runs`` if it has one.
        runs: the page.
        frames: elements that hold much of the article.
        witness: who else knows the text.
        standfirst: the description in the page's metadata, or None.
        gone: keys of the lines that went with a reason: they stay away.
    """
    placed = [place for _, place in kept if place is not None]
    if not placed:
        return [line for line, _ in kept]
    known = {normalise(line) for line, _ in kept}
    held = "\n".join(known)
    back = {
        place: runs[place].text
        for place in _lost(placed, runs, frames, witness)
        if runs[place].key not in gone and not _is_held(runs[place].key, held)
    }
    top = _standfirst(
        min(placed), runs, known | {run.key for run in map(runs.__getitem__, back)}, standfirst
    )
    return ([top] if top else []) + _merged(kept, back)


def _is_held(key: str, held: str) -> bool:
    return key in held or (key[:_KNOWN_CHARS] in held and key[-_KNOWN_CHARS:] in held)


def _merged(kept: list[Placed], back: dict[int, str]) -> list[str]:
    """Put each recovered line before the first kept one that stands behind it."""
    lines: list[str] = []
    waiting = sorted(back)
    last = max(place for _, place in kept if place is not None)
    for line, place in kept:
        while waiting and place is not None and waiting[0] < place <= last:
            lines.append(back[waiting.pop(0)])
        lines.append(line)
    return lines + [back[place] for place in waiting]


def _lost(
    placed: list[int], runs: list[Run], frames: set[HtmlElement], witness: Witness
) -> list[int]:
    taken = set(placed)
    paragraphs = [runs[place] for place in placed if runs[place].tag == "p"]
    parents = _frequent(map(_parent, paragraphs))
    shapes = _frequent(map(_shape, paragraphs))
    # Lines between br stand in the container itself.
    between = (runs[place].parent for place in placed if runs[place].tag in _BARE_TAGS)
    holders = parents | _frequent(between)
    boxes = {shape[2:] for shape in shapes if any(shape[2:])}

    def is_sibling(run: Run) -> bool:
        alike = _shape(run) in shapes and _shape(run)[2:] in boxes
        return run.tag == "p" and (_parent(run) in parents or alike)

    named = cache(_named_text)

    def is_bare(run: Run) -> bool:
        held = run.parent in holders or (_parent(run) in parents and _is_plain(run.parent))
        if not (held and run.tag in _BARE_TAGS and _is_bare_prose(run, frames)):
            return False
        return run.text[:_KNOWN_CHARS] not in named(run.parent)

    def belongs(place: int) -> bool:
        run = runs[place]
        vouched = witness.vouches(run) or is_sibling(run) or is_bare(run)
        return place not in taken and vouched and _is_paragraph(run, frames)

    def fits(place: int) -> bool:
        run = runs[place]
        if place in taken or word_count(run.text) < _LINE_WORDS or run.link_share > _LINE_LINKED:
            return False
        heads = _is_head(run) and (_parent(run) in parents or _shape(run)[2:] in boxes)
        if not (heads or is_sibling(run)) or marks_of(run, frames) & FOREIGN:
            return False
        return reason_for(run.text) is None

    first, last = min(placed), max(placed)
    inside = [place for place in range(first, last) if belongs(place) or fits(place)]
    before = list(takewhile(belongs, range(first - 1, -1, -1)))
    behind = list(takewhile(belongs, range(last + 1, len(runs))))
    return before + inside + behind


def _is_plain(element: HtmlElement) -> bool:
    return not (element.get("class") or element.get("id") or element.get("style"))


def _is_bare_prose(run: Run, frames: set[HtmlElement]) -> bool:
    """Tell prose that stands in no ``p``: a lead before the first one, a ``div`` among them."""
    if run.words < _BARE_WORDS or run.link_share > _LINE_LINKED or run.text.startswith("©"):
        return False
    return not marks_of(run, frames) & _NO_TEXT


def _named_text(block: HtmlElement) -> str:
    """Return what stands in the named parts of a block: a ``span.media-caption`` is no prose."""
    inside = (e for e in block.iterdescendants() if e.text and not _is_plain(e))
    return "\n".join(squeeze(e.text or "") for e in inside)


def _is_head(run: Run) -> bool:
    return run.tag in _HEADS or bool(_SUBHEAD.search(run.parent.get("class") or ""))


def _frequent(things: Iterable[Thing]) -> set[Thing]:
    return {thing for thing, count in Counter(things).items() if count >= _LEAST_SIBLINGS}


def _parent(run: Run) -> HtmlElement | None:
    return _above(run.parent)


def _above(element: HtmlElement) -> HtmlElement | None:
    """Return an element's parent, past the ``header`` that a subhead shares with a clock."""
    parent = element.getparent()
    return parent.getparent() if parent is not None and parent.tag == "header" else parent


def _shape(run: Run) -> tuple[str, ...]:
    """Return what a block and the two around it are called.

    A page that puts each paragraph into boxes of its own (advertisements stand between) repeats
    their names.
    """
    names = [run.tag]
    element: HtmlElement | None = run.parent
    for _ in range(3):
        names.append("" if element is None else element.get("class") or "")
        element = None if element is None else _above(element)
    return tuple(names)


def _is_paragraph(run: Run, frames: set[HtmlElement]) -> bool:
    if word_count(run.text) < _LEAST_WORDS or run.link_share > _MOST_LINKED:
        return False
    if not ends_line_of_text(run.text) or marks_of(run, frames) & FOREIGN:
        return False
    return reason_for(run.text) is None


def _standfirst(
    first: int, runs: list[Run], known: set[str], description: str | None
) -> str | None:
    """Return the standfirst above the first line: quoted in the head, or called so by a class."""
    head = normalise(description or "").rstrip(" .…")[:_CUT]
    titles = [place for place in range(first) if runs[place].tag == "h1"]
    for place in range(titles[-1] + 1 if titles else 0, first):
        run = runs[place]
        words = word_count(run.text)
        if not _STANDFIRST_LEAST <= words <= _STANDFIRST_MOST or run.link_share > _MOST_LINKED:
            continue
        if run.key in known or reason_for(run.text) or read_opening(run.text):
            continue
        if marks_of(run, ()) & _FOREIGN_ABOVE:
            continue
        quoted = len(head) == _CUT and run.key.startswith(head)
        near = titles and place - titles[-1] <= _NEAR_TITLE
        if quoted or (near and _is_called_so(run)):
            return run.text
    return None


def _is_called_so(run: Run) -> bool:
    element: HtmlElement | None = run.parent
    for _ in range(3):
        if element is None:
            return False
        if _STANDFIRST.search(f"{element.get('class') or ''} {element.get('data-testid') or ''}"):
            return True
        element = element.getparent()
    return False
