"""Pull quotes: words of a paragraph that the layout shows a second time, large, among the others.

A text in quotation markup that stands word for word in another paragraph is one, whatever its
class is called; a block quote that the text does not hold elsewhere is part of the story. Knows
nothing of who speaks.
"""

import re
from collections.abc import Collection

from lxml.html import HtmlElement

from pipeline.extract.alignment import Placed
from pipeline.extract.layout import Run
from pipeline.words import normalise, word_count

_TAGS = frozenset({"blockquote", "aside", "q"})
_NAMED = re.compile(r"pull-?_?quote|block-?_?quote|(^|[\s_-])quote([\s_-]|$)", re.IGNORECASE)
_LEVELS = 4
_LEAST_WORDS = 5
_CREDIT_WORDS = 8
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
        if box in repeated and word_count(keys[number]) <= _CREDIT_WORDS
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
