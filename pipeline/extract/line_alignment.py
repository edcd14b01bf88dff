"""Find trafilatura's lines among the page's text blocks, and restore the lines that it cut.

trafilatura ends a line where inline markup confuses it: "… the officer recalled: “I" in a paragraph
that contains a quotation element, "he ferry line" after a drop cap, each line of the source in a
paragraph that contains code. The text block is whole.
"""

from collections import defaultdict
from itertools import islice, pairwise

from pipeline.extract.html_layout import TextBlock
from pipeline.text import ends_line_of_text, normalise

PlacedLine = tuple[str, int | None]
"""A line, and the index of its text block where it has one."""
_SEARCHED_BLOCKS = 40
"""Blocks after the last one found in which the whole of a cut line is looked for."""
_LEAST_CHARS = 25
"""A shorter line is not searched as a part of a block."""
_LOST_START = 40
"""Characters that may be missing at the start of a line."""
_MAX_LINK_DENSITY = 0.6
_VERBATIM_TAGS = frozenset({"pre", "code", "textarea"})
_MAX_STARTS = 20
"""Blocks tried as the first one of a joined line: a page may contain thousands of equal blocks."""
_JOINERS = ("\u200c", "\u200d")
"""Persian words and emoji are spelt with them; trafilatura drops them."""


def align(lines: list[str], blocks: list[TextBlock]) -> list[PlacedLine]:
    """Return the lines with the indices of their blocks.

    A line that was cut is replaced by its whole block, and the other pieces are dropped.
    """
    indices: dict[str, list[int]] = defaultdict(list)
    for index, block in enumerate(blocks):
        indices[block.key].append(index)
    if len(lines) == 1 and normalise(lines[0]) not in indices:
        lines = _split_joined(lines[0], blocks)
    keys = [normalise(line) for line in lines]
    following = [later for _, later in pairwise([*keys, ""])]
    placed: list[PlacedLine] = []
    last, restored = -1, ""
    for line, key, after in zip(lines, keys, following, strict=True):
        if found := indices.get(key):
            last = next((index for index in found if index > last), found[-1])
            shown = blocks[last].text
            placed.append((shown if any(map(shown.count, _JOINERS)) else line, last))
            restored = ""
        elif restored and key in restored:
            continue
        elif (whole := _block_of_cut_line(line, key, after, blocks, last)) is not None:
            last, restored = whole, blocks[whole].key
            placed.append((blocks[whole].text, whole))
        else:
            placed.append((line, None))
    return placed


def _split_joined(line: str, blocks: list[TextBlock]) -> list[str]:
    """Return the texts of the blocks that one line joins, or the line itself where it joins none.

    trafilatura returns a page with fewer than 250 characters of text, such as a short story in
    Chinese, as one line of all paragraphs with the title in front.
    """
    key = normalise(line)
    starts = (index for index, block in enumerate(blocks) if key.startswith(block.key))
    for start in islice(starts, _MAX_STARTS):
        position, end = 0, start
        while end < len(blocks) and position < len(key):
            if not key.startswith(blocks[end].key, position):
                break
            position += len(blocks[end].key)
            position += key.startswith(" ", position)
            end += 1
        if position >= len(key):
            return [block.text for block in blocks[start:end]]
    return [line]


def _block_of_cut_line(
    line: str, key: str, after: str, blocks: list[TextBlock], last: int
) -> int | None:
    """Return the index of the block that a line was cut from, or None.

    Args:
        line: a line that is no whole block.
        key: the line, normalised.
        after: the next line, normalised.
        blocks: the page.
        last: the index of the block found last; only blocks after it are searched.
    """
    if len(key) < _LEAST_CHARS and len(key) + len(after) < _LEAST_CHARS:
        return None
    for index in range(last + 1, min(last + 1 + _SEARCHED_BLOCKS, len(blocks))):
        block = blocks[index]
        if key not in block.key or block.tag in _VERBATIM_TAGS:
            continue
        if block.link_density > _MAX_LINK_DENSITY:
            continue
        if len(key) < _LEAST_CHARS:
            if block.key.startswith(f"{key} {after}"):
                return index
            continue
        lost_end = block.key.startswith(key) and (
            not ends_line_of_text(line) or (after and after in block.key)
        )
        lost_start = block.key.endswith(key) and len(block.key) - len(key) <= _LOST_START
        if lost_end or lost_start:
            return index
    return None
