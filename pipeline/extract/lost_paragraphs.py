"""Restore what trafilatura dropped: the standfirst, and paragraphs among those it kept.

trafilatura drops a paragraph where half of it is a link, or where a pattern over class names takes
it for boilerplate. A text block is restored because of its position: between, directly before or
directly after kept paragraphs of the same parent, or because the page states it in its JSON-LD.
Nothing that the markup or the wording marks as
boilerplate is restored.
"""

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable
from functools import cache
from itertools import takewhile
from typing import TypeVar

from lxml.html import HtmlElement

from pipeline.extract.html_layout import NON_ARTICLE_LABELS, TextBlock, labels_of, outward
from pipeline.extract.line_alignment import PlacedLine
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.header_lines import read_header_line
from pipeline.text import ends_line_of_text, ends_sentence, normalise, squeeze, word_count

T = TypeVar("T", bound=Hashable)
_LEAST_SIBLINGS = 3
"""Kept paragraphs that make their parent, or their class names, those of the article."""
_LEAST_WORDS = 8
"""Words of a paragraph that is restored."""
_SHORT_LINE_WORDS = 3
"""Words of a short line between kept paragraphs that is restored; a subhead may have one."""
_SHORT_LINE_LINK_DENSITY = 0.2
_MAX_LINK_DENSITY = 0.6
_PROSE_WORDS = 12
"""Words of a paragraph that is one link, or stands in a box of its own."""
_BOXED_SHARE = 0.15
"""Share of the kept words from which prose in boxes of its own is part of the text. On a third of
WCXB it adds .002 to F1; without the limit Fundus loses .012."""
_BOX_TAGS = frozenset(("p", "div", "section", "span", "blockquote", "summary"))
_BARE_TAGS = frozenset(("div", "article", "section", "main", "span", "td", "center", "font"))
_ITEM_TAGS = frozenset({"li", "dt", "dd"})
_LINKED = 0.9
"""Link density above which an item is nothing but a link, so that its list may be a menu."""
_NO_PROSE_LABELS = NON_ARTICLE_LABELS | {"author_bio", "wall", "heading", "item"}
_SUBHEAD_TAGS = frozenset({"h2", "h3", "h4"})
_SUBHEAD_NAMES = re.compile(r"(sub|inter|cross)-?_?(head|title)|question", re.IGNORECASE)
_ENDS_CHARS = 30
"""A block is in the text already if the text contains its first and its last characters, so many of
each: trafilatura may have changed the rest, as in code and verses."""
_PART_CHARS = 40
"""A shorter line may stand within any block."""
_STANDFIRST_NAMES = re.compile(
    r"standfirst|(^|[\s_-])(dek|deck|lede|lead|strapline|sub-?title|sub-?head(line|ing)?|"
    r"excerpt|intro|summary|kicker-?text|article-?desc(ription)?|description)([\s_-]|$)",
    re.IGNORECASE,
)
_STANDFIRST_DISTANCE = 4
"""Blocks between the title and a standfirst, at most: a byline, a date, a label."""
_NO_STANDFIRST_LABELS = frozenset({"caption", "hidden", "related", "aside", "figure", "item"})
_STANDFIRST_LEAST_WORDS, _STANDFIRST_MAX_WORDS = 6, 80
_LEAST_POINTS = 2
"""Items of a list of key points; one is a label or a link."""
_DESCRIPTION_CHARS = 40
"""Characters that a standfirst and the page's description must have in common at their start:
descriptions are often cut."""
_ANCESTORS = 3
"""Elements around a block whose class names are compared."""


def recover_paragraphs(
    kept: list[PlacedLine],
    blocks: list[TextBlock],
    containers: set[HtmlElement],
    standfirst: str | None,
    stated: str | None = None,
    removed_keys: Collection[str] = (),
) -> list[PlacedLine]:
    """Return the kept lines and the restored ones in reading order.

    Args:
        kept: the lines of the text so far.
        blocks: the page.
        containers: elements that hold much of the article.
        standfirst: the description in the page's metadata, or None.
        stated: ``articleBody`` of the page's JSON-LD, or None.
        removed_keys: the normalised lines that were removed with a reason; none is restored.
    """
    placed = [index for _, index in kept if index is not None]
    if not placed:
        return kept
    known = {normalise(line) for line, _ in kept}
    text = "\n".join(known)
    # Such a line is a block without a part that is no text: "© Provided by …" before a sentence.
    parts = [key for line, index in kept if index is None and (key := normalise(line))]
    restored = {
        index: blocks[index].text
        for index in _lost(placed, blocks, containers, normalise(stated or ""))
        if blocks[index].key not in removed_keys
        and not _is_in_text(blocks[index].key, text)
        and not any(part in blocks[index].key for part in parts if len(part) >= _PART_CHARS)
    }
    known_keys = known | {blocks[index].key for index in restored}
    top = _summary(min(placed), blocks, known_keys, containers, standfirst)
    return [*top, *_merged(kept, restored)]


def _is_in_text(key: str, text: str) -> bool:
    return key in text or (key[:_ENDS_CHARS] in text and key[-_ENDS_CHARS:] in text)


def _merged(kept: list[PlacedLine], restored: dict[int, str]) -> list[PlacedLine]:
    """Insert each restored line before the first kept one that follows it on the page."""
    lines: list[PlacedLine] = []
    waiting = sorted(restored)
    last = max(index for _, index in kept if index is not None)
    for line, index in kept:
        while waiting and index is not None and waiting[0] < index <= last:
            lines.append((restored[waiting[0]], waiting.pop(0)))
        lines.append((line, index))
    return lines + [(restored[index], index) for index in waiting]


def _lost(
    placed: list[int], blocks: list[TextBlock], containers: set[HtmlElement], stated: str
) -> list[int]:
    """Return the indices of the blocks to restore, given the indices of those that were kept."""
    taken = set(placed)
    paragraphs = [blocks[index] for index in placed if blocks[index].tag == "p"]
    parents = _frequent(map(_parent, paragraphs))
    paragraph_names = _frequent(map(_names_around, paragraphs))
    # Lines between br elements are directly in the container.
    bare = (blocks[index].element for index in placed if blocks[index].tag in _BARE_TAGS)
    holders = parents | _frequent(bare)
    outer_names = {names[2:] for names in paragraph_names if any(names[2:])}

    def is_sibling(block: TextBlock) -> bool:
        if block.tag != "p" or _parent(block) in parents:
            return block.tag == "p"
        names = _names_around(block)
        return names in paragraph_names and names[2:] in outer_names

    named_text = cache(_text_of_named_parts)

    def is_bare(block: TextBlock) -> bool:
        is_inside = block.element in holders or _is_boxed_in(parents, block.element)
        if not (is_inside and block.tag in _BARE_TAGS and _is_bare_prose(block, containers)):
            return False
        return block.text[:_ENDS_CHARS] not in named_text(block.element)

    def is_lost_paragraph(index: int) -> bool:
        block = blocks[index]
        is_stated = block.link_density <= _MAX_LINK_DENSITY and block.key in stated
        has_evidence = is_sibling(block) or is_stated or is_bare(block)
        return index not in taken and has_evidence and _is_paragraph(block, containers)

    kept_lists = {_list_around(blocks[i]) for i in placed if blocks[i].link_density < _LINKED}

    def is_lost_item(index: int) -> bool:
        block = blocks[index]
        if index in taken or block.link_density > _SHORT_LINE_LINK_DENSITY:
            return False
        own_list = _list_around(block)
        if own_list is None or not (own_list in kept_lists or own_list.getparent() in parents):
            return False
        is_boilerplate = labels_of(block, containers) & NON_ARTICLE_LABELS
        return not is_boilerplate and reason_for(block.text) is None

    def is_lost_short_line(index: int) -> bool:
        block = blocks[index]
        if index in taken or word_count(block.text) < _SHORT_LINE_WORDS:
            return False
        return is_sibling(block) and _may_be_short_line(block, containers)

    def is_lost_subhead(index: int) -> bool:
        block = blocks[index]
        if index in taken or not _is_subhead(block):
            return False
        # The name of an entry may lead to its page: "Picture frame", perhaps an address in a
        # heading of its own, and a paragraph on it below.
        below = blocks[index + 1 : last + 1]
        has_address = _is_subhead(below[0]) and below[0].link_density <= _SHORT_LINE_LINK_DENSITY
        is_entry = block.tag in _SUBHEAD_TAGS and any(
            each.words >= _PROSE_WORDS for each in below[: 1 + has_address]
        )
        return _may_be_short_line(block, containers, may_link=is_entry)

    first, last = min(placed), max(placed)
    inside = {
        index
        for index in range(first, last)
        if is_lost_paragraph(index) or is_lost_short_line(index) or is_lost_item(index)
    }
    inside |= _boxes(range(first, last), taken | inside, blocks, containers)
    for index in reversed(range(first, last)):
        if index + 1 in taken | inside and is_lost_subhead(index):
            inside.add(index)
    before = list(takewhile(is_lost_paragraph, range(first - 1, -1, -1)))
    after = list(takewhile(is_lost_paragraph, range(last + 1, len(blocks))))
    return before + sorted(inside) + after


def _boxes(
    among: range, there: set[int], blocks: list[TextBlock], containers: set[HtmlElement]
) -> set[int]:
    """Return the indices of prose in boxes of its own, where it is much of the text.

    A guide puts each of its steps into a box with class names of their own. In news such a box
    holds an offer or a description of a show, but never so many words.

    Args:
        among: the indices between the first and the last kept block.
        there: those that are in the text already.
        blocks: the page.
        containers: elements that hold much of the article.
    """
    boxed = {
        index
        for index in among
        if index not in there
        and blocks[index].tag in _BOX_TAGS
        and ends_sentence(blocks[index].text)
        and blocks[index].words >= _PROSE_WORDS
        and blocks[index].link_density <= _SHORT_LINE_LINK_DENSITY
        and not labels_of(blocks[index], containers) & _NO_PROSE_LABELS
        and reason_for(blocks[index].text) is None
    }
    kept_words = sum(blocks[index].words for index in there)
    is_much = sum(blocks[index].words for index in boxed) >= _BOXED_SHARE * kept_words
    return boxed if is_much else set()


def _may_be_short_line(
    block: TextBlock, containers: set[HtmlElement], *, may_link: bool = False
) -> bool:
    if block.link_density > _SHORT_LINE_LINK_DENSITY and not may_link:
        return False
    if labels_of(block, containers) & NON_ARTICLE_LABELS:
        return False
    return reason_for(block.text) is None


def _list_around(block: TextBlock) -> HtmlElement | None:
    """Return the list that a block is an item of, or the first paragraph of an item; or None."""
    item: HtmlElement | None = block.element
    if item is not None and item.tag == "p":
        item = item.getparent()
    return item.getparent() if item is not None and item.tag in _ITEM_TAGS else None


def _is_boxed_in(parents: Collection[HtmlElement | None], element: HtmlElement) -> bool:
    """Tell whether only boxes without names are between a parent of paragraphs and an element."""
    inner: HtmlElement | None = element
    for _ in range(_ANCESTORS):
        if inner is None or not _is_unnamed(inner):
            return False
        inner = _parent_of(inner)
        if inner in parents:
            return True
    return False


def _is_unnamed(element: HtmlElement) -> bool:
    return not (element.get("class") or element.get("id") or element.get("style"))


def _is_bare_prose(block: TextBlock, containers: set[HtmlElement]) -> bool:
    """Tell whether a block that is no ``p`` is prose, such as a lead before the first ``p``."""
    if block.link_density > _SHORT_LINE_LINK_DENSITY:
        return False
    return not block.text.startswith("©") and not labels_of(block, containers) & _NO_PROSE_LABELS


def _text_of_named_parts(element: HtmlElement) -> str:
    """Return the text of the children with a class or id: a ``span.media-caption`` is no prose."""
    named = (e for e in element.iterdescendants() if e.text and not _is_unnamed(e))
    return "\n".join(squeeze(e.text or "") for e in named)


def _is_subhead(block: TextBlock) -> bool:
    has_name = _SUBHEAD_NAMES.search(block.element.get("class") or "")
    return block.tag in _SUBHEAD_TAGS or bool(has_name)


def _frequent(values: Iterable[T]) -> set[T]:
    return {value for value, count in Counter(values).items() if count >= _LEAST_SIBLINGS}


def _parent(block: TextBlock) -> HtmlElement | None:
    return _parent_of(block.element)


def _parent_of(element: HtmlElement) -> HtmlElement | None:
    """Return an element's parent, or the one above a ``header`` that holds a subhead and a time."""
    parent = element.getparent()
    return parent.getparent() if parent is not None and parent.tag == "header" else parent


def _names_around(block: TextBlock) -> tuple[str, ...]:
    """Return the tag of a block, and the class names of its element and of two around that.

    A page that puts each paragraph into a box of its own, because advertisements are between them,
    repeats these names.
    """
    names = [block.tag]
    element: HtmlElement | None = block.element
    for _ in range(_ANCESTORS):
        names.append("" if element is None else element.get("class") or "")
        element = None if element is None else _parent_of(element)
    return tuple(names)


def is_linked_prose(block: TextBlock) -> bool:
    """Tell whether a paragraph that is one link is a sentence of the story, not a headline."""
    return block.tag == "p" and block.words >= _PROSE_WORDS and ends_sentence(block.text)


def _is_paragraph(block: TextBlock, containers: set[HtmlElement]) -> bool:
    if word_count(block.text) < _LEAST_WORDS:
        return False
    if block.link_density > _MAX_LINK_DENSITY and not is_linked_prose(block):
        return False
    if not ends_line_of_text(block.text) or labels_of(block, containers) & NON_ARTICLE_LABELS:
        return False
    return reason_for(block.text) is None


def _summary(
    first: int,
    blocks: list[TextBlock],
    known_keys: set[str],
    containers: set[HtmlElement],
    description: str | None,
) -> list[PlacedLine]:
    """Return what sums up the story between its headline and its text: a standfirst, a list.

    Args:
        first: the index of the first kept block.
        blocks: the page.
        known_keys: the normalised lines that are in the text already.
        containers: elements that hold much of the article.
        description: the description in the page's metadata.
    """
    titles = [index for index in range(first) if blocks[index].tag == "h1"]
    title = titles[-1] if titles else None
    # What holds the headline holds the article, whatever its name.
    around = containers.union(*(blocks[index].element.iterancestors() for index in titles[-1:]))
    standfirst = _standfirst(title, first, blocks, known_keys, around, description)
    points = [] if title is None else _key_points(range(title + 1, first), blocks, around)
    lines = [*standfirst, *(point for point in points if normalise(point[0]) not in known_keys)]
    return sorted(lines, key=lambda line: line[1] or 0)


def _key_points(
    among: range, blocks: list[TextBlock], around: Collection[HtmlElement]
) -> list[PlacedLine]:
    """Return the items of the list of sentences that stands among these blocks, if it is the only.

    Args:
        among: the indices between the headline and the text.
        blocks: the page.
        around: elements that hold the article.
    """
    items = [
        index
        for index in among
        if blocks[index].words >= _LEAST_WORDS
        and blocks[index].link_density <= _SHORT_LINE_LINK_DENSITY
        and _list_around(blocks[index]) is not None
        and not labels_of(blocks[index], around) & NON_ARTICLE_LABELS
        and reason_for(blocks[index].text) is None
    ]
    lists = {_list_around(blocks[index]) for index in items}
    is_list = len(items) >= _LEAST_POINTS and len(lists) == 1
    return [(blocks[index].text, index) for index in items] if is_list else []


def _standfirst(
    title: int | None,
    first: int,
    blocks: list[TextBlock],
    known_keys: set[str],
    around: Collection[HtmlElement],
    description: str | None,
) -> list[PlacedLine]:
    """Return the standfirst above the text, by the page's description or by a class, if any."""
    start = normalise(description or "").rstrip(" .…")[:_DESCRIPTION_CHARS]
    for index in range(0 if title is None else title + 1, first):
        block = blocks[index]
        if not _STANDFIRST_LEAST_WORDS <= word_count(block.text) <= _STANDFIRST_MAX_WORDS:
            continue
        if block.key in known_keys or block.link_density > _MAX_LINK_DENSITY:
            continue
        if reason_for(block.text) or read_header_line(block.text):
            continue
        if labels_of(block, around) & _NO_STANDFIRST_LABELS:
            continue
        is_description = len(start) == _DESCRIPTION_CHARS and block.key.startswith(start)
        is_near_title = title is not None and index - title <= _STANDFIRST_DISTANCE
        if is_description or (is_near_title and _has_standfirst_name(block)):
            return [(block.text, index)]
    return []


def _has_standfirst_name(block: TextBlock) -> bool:
    around = outward(block.element, _ANCESTORS)
    names = (f"{e.get('class') or ''} {e.get('data-testid') or ''}" for e in around)
    return any(map(_STANDFIRST_NAMES.search, names))
