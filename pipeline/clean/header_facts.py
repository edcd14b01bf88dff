"""Reads what stands around a text as data: lines of facts above it, notes on its own changes.

The lines go out of the body with a reason, what they say is kept. Knows nothing of other articles.
"""

import re

from pipeline.clean.blocks import Block
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.header_lines import Opening, read_opening

HEAD_LINES = 12
"""Lines of text, facts not counted, within which the facts and the headline stand."""
_NAME = re.compile(r"(?:[A-Z][\w.’'-]+ ){1,3}[A-Z][\w’'-]+")
_LONGEST_NAME = 40


def read_openings(blocks: list[Block], title: str | None) -> list[Opening]:
    """Read and split off the lines of facts above and before the first sentence."""
    openings = []
    place = passed = 0
    while place < len(blocks) and passed < HEAD_LINES:
        block = blocks[place]
        opening = read_opening(block.text, title) if block.kept else None
        if opening is not None:
            openings.append(opening)
            _take(blocks, place, opening)
        elif block.kept:
            if block.is_prose:
                break
            passed += 1
        place += 1
    return openings


def _take(blocks: list[Block], place: int, opening: Opening) -> None:
    block = blocks[place]
    rest = block.text[opening.length :].strip()
    block.text, block.reason = block.text[: opening.length].strip(), "byline"
    if rest:
        blocks.insert(place + 1, Block(rest))
    above = blocks[place - 1] if place else None
    if above and above.kept and opening.published and not opening.authors and is_name(above.text):
        above.reason = "byline"


def is_name(line: str) -> bool:
    """Tell whether a line is two to four capitalised words, as a name or a section's is.

    >>> is_name("Ines Moor"), is_name("What happens next?")
    (True, False)
    """
    return len(line) <= _LONGEST_NAME and bool(_NAME.fullmatch(line)) and not reason_for(line)


def update_note(known: str | None, blocks: list[Block]) -> str | None:
    """Return what the page says of its own changes, several notes joined by a blank line."""
    notes = [block.text for block in blocks if block.reason == "update_note"]
    return "\n\n".join(dict.fromkeys(filter(None, [known, *notes]))) or None
