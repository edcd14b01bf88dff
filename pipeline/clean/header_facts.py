"""Read the metadata that a body states: header lines above the text, notes on changes to it.

A header line ("By Ines Moor | January 11, 2022 | 3 Comments") is split off the text and removed
with the reason ``byline``; what it says is returned.
"""

from pipeline.clean.blocks import Block
from pipeline.line_rules.bylines import is_name
from pipeline.line_rules.header_lines import HeaderLine, read_header_line

HEADER_LINES = 12
"""Lines at the start of a text among which header lines and the headline are looked for, the header
lines themselves not counted."""


def read_header_lines(blocks: list[Block], title: str | None) -> list[HeaderLine]:
    """Read the header lines above the first sentence, and split off those glued to text.

    Args:
        blocks: changed in place: header lines get a reason, text behind one becomes a block.
        title: the headline, which a header line may repeat ("1 Comment on …").
    """
    headers = []
    place = passed = 0
    while place < len(blocks) and passed < HEADER_LINES:
        block = blocks[place]
        header = read_header_line(block.text, title) if block.kept else None
        if header is not None:
            headers.append(header)
            _remove_header(blocks, place, header)
        elif block.kept:
            if block.is_prose:
                break
            passed += 1
        place += 1
    return headers


def _remove_header(blocks: list[Block], place: int, header: HeaderLine) -> None:
    """Mark a header line as removed, and with it a name alone above a line with a date."""
    block = blocks[place]
    rest = block.text[header.length :].strip()
    block.text, block.reason = block.text[: header.length].strip(), "byline"
    if rest:
        blocks.insert(place + 1, Block(rest))
    above = blocks[place - 1] if place else None
    if above and above.kept and header.published and not header.authors and is_name(above.text):
        above.reason = "byline"


def update_note(known: str | None, blocks: list[Block]) -> str | None:
    """Return what the page says about its own changes, notes separated by blank lines.

    Args:
        known: the note read before, or None.
        blocks: of which those removed as ``update_note`` are added.
    """
    notes = [block.text for block in blocks if block.reason == "update_note"]
    return "\n\n".join(dict.fromkeys(filter(None, [known, *notes]))) or None
