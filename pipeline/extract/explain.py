"""Say for each block of a page whether it is in the article's text, and why.

``dateline extract --explain`` prints it. ``shown_blocks`` reads the page a second time, which takes
as long as the first; ``explain`` then compares its blocks with the cleaned article.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from lxml.html import HtmlElement

from pipeline.extract.html_layout import outward, text_blocks
from pipeline.extract.metadata import PageContext
from pipeline.extract.page import examine
from pipeline.extract.trafilatura_passes import read_lines
from pipeline.models import Article
from pipeline.text import normalise

_LEVELS = 4
"""Elements around a block that are named."""
_JOINED_WORDS = 5
"""Words of a block that is looked for within a line; a shorter one may stand in any."""


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block that the page shows."""

    text: str
    place: str
    """The elements around it, the innermost first: "p < div.story < article"."""
    is_taken: bool
    """Whether trafilatura took it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a block."""

    text: str
    place: str
    is_kept: bool
    reason: str
    """Of a kept block: ``taken`` by trafilatura, or ``restored`` for its place or because the
    page's metadata confirm it. Of another one: the reason in ``removed``; ``metadata`` where it
    became a column (title, byline, credit line), ``outside`` where it is beside the main part."""


def shown_blocks(body: bytes, url: str | None = None) -> list[ShownBlock]:
    """Return the blocks of a page in reading order; none of a page that is not read."""
    page = examine(body, PageContext(url, None, None, datetime.now(UTC)))
    if isinstance(page, Article):
        return []
    blocks = text_blocks(page.root)
    lines = {normalise(line) for line in read_lines(page.root, page.blocks)}
    joined = "\n".join(lines)
    shown = []
    for block in blocks:
        around = outward(block.element, _LEVELS)
        place = " < ".join(_name(each) for each in around if each.tag not in ("body", "html"))
        is_taken = block.key in lines or (block.words >= _JOINED_WORDS and block.key in joined)
        shown.append(ShownBlock(block.text, place, is_taken))
    return shown


def explain(article: Article, shown: list[ShownBlock]) -> list[Decision]:
    """Return what became of each block of a page.

    Args:
        article: cleaned.
        shown: the blocks of its page.
    """
    kept = {normalise(line) for line in (article.text or "").split("\n")}
    text = "\n".join(kept)
    reasons = {normalise(block.text): block.reason for block in article.removed}
    facts = {normalise(each or "") for each in (article.title, article.credit_line)}
    decisions = []
    for block in shown:
        key = normalise(block.text)
        if key in kept or (key.count(" ") >= _JOINED_WORDS and key in text):
            reason = "taken" if block.is_taken else "restored"
            decisions.append(Decision(block.text, block.place, True, reason))
            continue
        otherwise = "metadata" if key in facts else "outside"
        decisions.append(Decision(block.text, block.place, False, reasons.get(key, otherwise)))
    return decisions


def _name(element: HtmlElement) -> str:
    return ".".join([str(element.tag), *(element.get("class") or "").split()])
