"""Name what stands in the page's main part and is neither in the text nor among the removed lines.

trafilatura says nothing of what it does not take. With these blocks a reader of ``removed`` sees
all that a reader of the page sees: text and removed blocks together are the page's main part.
"""

from collections.abc import Collection, Iterable, Iterator

from lxml.html import HtmlElement

from pipeline.extract.html_layout import TextBlock, depth, labels_of, words_by_element
from pipeline.line_rules.boilerplate import reason_for
from pipeline.models import RemovedBlock
from pipeline.text import normalise

_MAIN_SHARE = 0.97
"""Share of the text's words that the main part must hold."""
_PAGE_PARTS = ("nav", "footer", "header")
"""Parts of a page that are around its main part, where that is the whole ``body``."""
_VERBATIM_TAGS = frozenset({"pre", "code"})
_LINKED = 0.9
"""Link density above which a block is nothing but links."""
_MOST_BLOCKS = 2000
"""Blocks that are named: a page may show a table of 10,000 cells beside its text."""
_REASONS = {
    "embed": "embedded_post",
    "wall": "login",
    "caption": "caption",
    "author_bio": "author_bio",
    "related": "related",
    "hidden": "hidden",
    "service": "service",
    "aside": "aside",
    "figure": "caption",
}
"""Reasons by what the markup says, the surest first."""


def left_out(
    blocks: list[TextBlock], known: Iterable[str], title: str | None
) -> tuple[RemovedBlock, ...]:
    """Return the blocks of the main part that are in none of the known lines, with a reason.

    The reason is what the block's markup says, ``related`` for links, else what its wording says,
    and ``left_out`` for anything else. Wording comes last because reading it is slow.

    Args:
        blocks: the page.
        known: the lines of the text and of what was removed from it.
        title: the article's title.
    """
    in_order = list(map(normalise, known))
    lines = set(in_order)
    in_text = [block for block in blocks if block.key in lines]
    shown = {block.key for block in in_text}
    # A line may join several blocks, such as the cells of a row; a block of code is many lines.
    joined = "\n".join(line for line in lines if line not in shown)
    whole = " ".join(in_order)
    main = _main_part(in_text)
    if main is None:
        return ()
    headline = normalise(title or "")
    named: dict[str, RemovedBlock] = {}
    for block in _blocks_in(main, blocks):
        if block.key in shown or block.key in joined or len(named) == _MOST_BLOCKS:
            continue
        if block.tag not in _VERBATIM_TAGS or block.key not in whole:
            reason = "title" if block.key == headline else _reason(block, (main,))
            named.setdefault(block.key, RemovedBlock(block.text, reason))
    return tuple(named.values())


def _main_part(in_text: list[TextBlock]) -> HtmlElement | None:
    """Return the element that holds nearly all of the text; None without one.

    It is the deepest ``article`` or ``main`` that does, since the headline and the byline may be
    beside the text's own box; where there is none, the deepest element.
    """
    least = _MAIN_SHARE * sum(block.words for block in in_text)
    holders = [element for element, words in words_by_element(in_text).items() if words >= least]
    deepest_first = sorted(holders, key=depth, reverse=True)
    named = (element for element in deepest_first if element.tag in ("article", "main"))
    return next(named, next(iter(deepest_first), None))


def _blocks_in(main: HtmlElement, blocks: list[TextBlock]) -> Iterator[TextBlock]:
    outside: set[HtmlElement] = set()
    if main.tag in ("body", "html"):
        outside = {each for part in main.iter(*_PAGE_PARTS) for each in part.iter()}
    inside = set(main.iter()) - outside
    return (block for block in blocks if block.element in inside)


def _reason(block: TextBlock, containers: Collection[HtmlElement]) -> str:
    labels = labels_of(block, containers)
    if found := next((reason for label, reason in _REASONS.items() if label in labels), None):
        return found
    if block.link_density > _LINKED:
        return "related"
    return reason_for(block.text) or "left_out"
