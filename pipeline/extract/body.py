"""Find the article's text in a page: trafilatura's lines, checked against the page's text blocks.

Each line of ``trafilatura_passes`` is found among the text blocks again. Lines that are a caption,
an embedded post, a pull quote, a byline or nothing but a link are removed with a reason, and
``lost_paragraphs`` restores what trafilatura dropped.

A pull quote is a sentence of the text that the layout shows a second time in large type. Text in
quotation markup counts as one where another paragraph contains it word for word, whatever its
class; a block quote that the text does not contain elsewhere is part of the story.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipeline.extract.article_end import Known, find_end, is_needed_below
from pipeline.extract.html_layout import (
    TextBlock,
    article_containers,
    labels_of,
    outward,
    stand_alike,
    text_of,
)
from pipeline.extract.line_alignment import PlacedLine, align
from pipeline.extract.lost_paragraphs import is_linked_prose, recover_paragraphs
from pipeline.extract.trafilatura_passes import read_lines
from pipeline.models import RemovedBlock
from pipeline.text import ends_line_of_text, normalise, squeeze, word_count

_LINK_WORDS = 4
"""Fewer words within a link, such as a name, are no teaser of another article."""
_LINK_DENSITY = 0.9
"""Link density above which a block is nothing but a link."""
_STATED_WORDS = 60
"""A shorter ``articleBody`` never takes the place of the text."""
_STATED_SHARE = 0.5
"""Share of the words of ``articleBody`` below which it takes the place of the text found."""
_TITLE_LINES = 3
"""First lines among which the title may be repeated."""
_REPEAT_WORDS = 25
"""Shorter lines may repeat in a list ("Battery life: 10 hours")."""
_CAPTION_WORDS = 30
_CAPTION_TAGS = frozenset({"p", "div", "span"})
_ABOVE_SHARE = 0.1
"""Share of the words that may be above the headline and no text: a browser notice, a label."""

_QUOTE_TAGS = frozenset({"blockquote", "aside", "q"})
_QUOTE_NAMES = re.compile(r"pull-?_?quote|block-?_?quote|(^|[\s_-])quote([\s_-]|$)", re.IGNORECASE)
_QUOTE_LEVELS = 4
"""Elements around a block among which quotation markup is looked for."""
_LEAST_QUOTE_WORDS = 5
_QUOTE_CREDIT_WORDS = 8
"""Words of the line in the same box that says who is quoted: "Per Aasen, harbour master"."""
_QUOTE_ENDS = "\"'.,:;!?…- "
"""Stripped before a pull quote is looked for: the layout often adds or drops punctuation."""


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of the text, and the lines that were removed because of the layout."""

    lines: tuple[str, ...] = ()
    removed: tuple[RemovedBlock, ...] = ()


def find_body(
    root: HtmlElement,
    blocks: list[TextBlock],
    standfirst: str | None,
    stated: str | None = None,
    title: str | None = None,
    sites: Collection[str] = (),
) -> Body:
    """Return the article's text as lines, each a paragraph or a subhead.

    Args:
        root: the page; it is not changed.
        blocks: its text blocks.
        standfirst: the description in the page's metadata, or None.
        stated: ``articleBody`` of the page's JSON-LD, or None. It is often cut short or the same as
            the description, so it only adds: blocks that it contains are restored, and it is
            returned where the layout shows less than half of it.
        title: the article's title; what is above its headline is no text.
        sites: names of the page's site, in the form of ``title.bare_name``.
    """
    lines = read_lines(root, blocks)
    known = Known(title, standfirst, sites)
    found = _fit_to_layout(lines, blocks, known, stated) if lines else Body()
    stated_lines = [line for raw in (stated or "").split("\n") if (line := squeeze(raw))]
    words = sum(map(word_count, stated_lines))
    if words >= _STATED_WORDS and sum(map(word_count, found.lines)) < _STATED_SHARE * words:
        return Body(tuple(stated_lines), found.removed)
    return found


def take_other_stories(
    blocks: list[TextBlock], title: str | None
) -> tuple[list[TextBlock], list[TextBlock]]:
    """Remove from the page the stories that are not the title's; return the blocks left and taken.

    A page that loads the next story below the one that was asked for has several ``article``
    elements, each with a headline. Where the title's holds little text, the text is elsewhere.

    Args:
        blocks: the page; the elements of the other stories are removed from its tree.
        title: the article's title.
    """
    key = normalise(title or "")
    has_title: dict[HtmlElement, bool] = {}
    for block in blocks if key else ():
        if block.tag == "h1":
            for story in block.element.iterancestors("article"):
                has_title[story] = has_title.get(story, False) or key in block.key
    own = [story for story, is_own in has_title.items() if is_own]
    if not own or len(own) == len(has_title):
        return blocks, []
    within = {story: set(story.iter()) for story in has_title}
    if sum(block.words for block in blocks if block.element in within[own[0]]) < _STATED_WORDS:
        return blocks, []
    others = {
        element
        for story, is_own in has_title.items()
        if not is_own and not any(story in within[each] for each in own)
        for element in within[story]
    }
    for story in others & has_title.keys():
        story.drop_tree()
    taken = [block for block in blocks if block.element in others]
    return [block for block in blocks if block.element not in others], taken


def with_captions(found: Body) -> Body:
    """Return the body of a gallery: the captions are its text and follow the introduction."""
    captions = tuple(b.text for b in found.removed if b.reason == "caption")
    others = tuple(b for b in found.removed if b.reason != "caption")
    return Body(found.lines + captions, others)


def _fit_to_layout(
    lines: list[str],
    blocks: list[TextBlock],
    known: Known,
    stated: str | None,
) -> Body:
    placed = align(lines, blocks)
    blocks_by_key: dict[str, list[TextBlock]] = defaultdict(list)
    for block in blocks:
        blocks_by_key[block.key].append(block)
    containers = article_containers([blocks[index] for _, index in placed if index is not None])
    kept: list[PlacedLine] = []
    removed: list[RemovedBlock] = []
    quotes = _pull_quotes(placed, blocks, containers)
    repeated = _repeated(placed, blocks)
    reasons: dict[str, str | None] = {}
    start = _headline_index(placed, blocks, known.title)
    for number, (line, index) in enumerate(placed):
        reason: str | None
        if number < _TITLE_LINES and index is not None and blocks[index].tag == "h1":
            reason = "title"
        elif index is not None and index < start:
            reason = "above_headline"
        elif number in quotes:
            reason = "pull_quote"
        elif number in repeated:
            reason = "repeated"
        else:
            # Once for lines of the same words: 6,000 blocks "a" are 6,000 lines "a".
            key = normalise(line)
            if key not in reasons:
                reasons[key] = _reason_of_line(blocks_by_key.get(key, []), containers)
            reason = reasons[key]
        if reason:
            removed.append(RemovedBlock(line, reason))
        else:
            kept.append((line, index))
    removed_keys = {normalise(block.text) for block in removed}
    found = recover_paragraphs(kept, blocks, containers, known.description, stated, removed_keys)
    end = find_end(found, blocks, known)
    below = [line for line, _ in found[end:]]
    removed += [RemovedBlock(line, "after_end") for line in below if not is_needed_below(line)]
    text = [line for line, _ in found[:end]] + [line for line in below if is_needed_below(line)]
    return Body(tuple(text), tuple(removed))


def _repeated(placed: list[PlacedLine], blocks: list[TextBlock]) -> set[int]:
    """Return the numbers of the long lines that the layout shows again in another place."""
    seen: dict[str, TextBlock | None] = {}
    repeated: set[int] = set()
    for number, (line, index) in enumerate(placed):
        if word_count(line) < _REPEAT_WORDS:
            continue
        key, block = normalise(line), None if index is None else blocks[index]
        if key in seen:
            first = seen[key]
            if first is None or block is None or not stand_alike(first, block):
                repeated.add(number)
        seen.setdefault(key, block)
    return repeated


def _pull_quotes(
    placed: list[PlacedLine], blocks: list[TextBlock], containers: Collection[HtmlElement]
) -> set[int]:
    """Return the numbers of the lines that are pull quotes or the names below them.

    Args:
        placed: the lines.
        blocks: the page.
        containers: elements that hold much of the article: a story within a ``blockquote`` is no
            quotation.
    """
    boxes: dict[int, HtmlElement] = {}
    for number, (_, index) in enumerate(placed):
        if index is not None and (box := _quote_box(blocks[index], containers)) is not None:
            boxes[number] = box
    if not boxes:
        return set()
    keys = [normalise(line) for line, _ in placed]
    prose = "\n".join(key for number, key in enumerate(keys) if number not in boxes)
    repeated = {
        number
        for number in boxes
        if word_count(bare := keys[number].strip(_QUOTE_ENDS)) >= _LEAST_QUOTE_WORDS
        and bare in prose
    }
    boxes_of_repeated = {boxes[number] for number in repeated}
    credits = {
        number
        for number, box in boxes.items()
        if box in boxes_of_repeated and word_count(keys[number]) <= _QUOTE_CREDIT_WORDS
    }
    return repeated | credits


def _quote_box(block: TextBlock, containers: Collection[HtmlElement]) -> HtmlElement | None:
    """Return the element around a block that is marked as a quotation, or None."""
    for element in outward(block.element, _QUOTE_LEVELS):
        if element in containers:
            return None
        if element.tag in _QUOTE_TAGS or _QUOTE_NAMES.search(element.get("class") or ""):
            return element
    return None


def _headline_index(placed: list[PlacedLine], blocks: list[TextBlock], title: str | None) -> int:
    """Return the index of the headline, 0 where it is not found or much of the text is above it."""
    key = normalise(title or "")
    headlines = (
        index for index, block in enumerate(blocks) if block.tag == "h1" and key in block.key
    )
    headline = next(headlines, 0) if key else 0
    words = [(index, word_count(line)) for line, index in placed if index is not None]
    above = sum(count for index, count in words if index < headline)
    return headline if above <= _ABOVE_SHARE * sum(count for _, count in words) else 0


def _reason_of_line(blocks: list[TextBlock], containers: set[HtmlElement]) -> str | None:
    """Return why a line is removed, or None.

    A line that the page shows several times is removed only where each of them has a reason.
    """
    reasons = [_reason_of_block(block, containers) for block in blocks]
    return reasons[0] if reasons and all(reasons) else None


def _reason_of_block(block: TextBlock, containers: set[HtmlElement]) -> str | None:
    labels = labels_of(block, containers)
    if "embed" in labels:
        return "embedded_post"
    if "wall" in labels:
        return "login"
    for label in ("caption", "author_bio"):
        if label in labels:
            return label
    if _is_unmarked_caption(block):
        return "caption"
    is_link = block.link_density > _LINK_DENSITY and not (
        "heading" in labels or is_linked_prose(block)
    )
    return "related" if is_link and word_count(block.text) >= _LINK_WORDS else None


def _is_unmarked_caption(block: TextBlock) -> bool:
    """Tell whether a block that is no sentence shares its element with a picture only."""
    if block.tag not in _CAPTION_TAGS or ends_line_of_text(block.text):
        return False
    has_picture = block.words <= _CAPTION_WORDS and block.element.find(".//img") is not None
    return has_picture and text_of(block.element) == block.text
