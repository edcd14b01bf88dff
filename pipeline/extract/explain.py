"""Say for each block of a page whether it is in the article's text, and why.

``dateline extract --explain`` prints it. ``shown_blocks`` reads the page a second time and costs as
much as the extraction; ``explain`` then compares its blocks with the cleaned article.
"""

from dataclasses import dataclass

from lxml.html import HtmlElement

from pipeline.extract.encoding import decode
from pipeline.extract.html_layout import (
    markup_reason,
    oversize_reason,
    parse,
    part_sentences,
    strip_scripts,
    text_blocks,
)
from pipeline.extract.plain_text_lines import split_preformatted
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


def shown_blocks(body: bytes) -> list[ShownBlock]:
    """Return the blocks of a page in reading order; none of a page that is not read."""
    html = decode(body, None)
    root = None if markup_reason(html) else parse(html)
    if root is None:
        return []
    strip_scripts(root)
    if oversize_reason(root):
        return []
    part_sentences(root)
    split_preformatted(root)
    blocks = text_blocks(root)
    lines = {normalise(line) for line in read_lines(root, blocks)[0]}
    joined = "\n".join(lines)
    shown = []
    for block in blocks:
        around = [block.element, *block.element.iterancestors()][:_LEVELS]
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
