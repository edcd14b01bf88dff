"""Find the credit line below a text, also where other rules took it for boilerplate.

"(AFP)" and "With inputs from PTI" read like a caption and a note on who helped. The position
decides: below the last sentence they credit the text. What a line says is read by
``line_rules.credits``.
"""

import re
from collections.abc import Iterator

from pipeline.clean.blocks import Block
from pipeline.line_rules.agencies import agency_named
from pipeline.line_rules.credits import Credit, read_credit

_KEPT_LINES = 4
"""Kept lines at the end of a text among which the credit line is looked for."""
_LOOKALIKES = frozenset(
    {"caption", "photo_credit", "contributor_note", "navigation", "copyright", "site_memory"}
)
"""Reasons with which patterns and site memory may have removed a credit line."""
_PICTURES = frozenset({"caption", "photo_credit"})
_RANK = {"whole": 0, "own": 0, "part": 1, None: 2}
"""The kinds of credit, those that credit most first."""
_HELPER = re.compile(r"\b(?:by|from|of) (?P<behind>.+)|(?P<front>.+?) (?:contributed|assisted)\b")


def take_credit(blocks: list[Block]) -> Credit | None:
    """Remove the credit line from the end of the body and return it, or None if there is none.

    It becomes metadata, not a removed block. Of several lines the one that credits most is taken:
    "(AFP)" before "Additional reporting by Jane Roe".
    """
    found = [(block, credit) for block in _below_the_text(blocks) if (credit := _read(block))]
    if not found:
        return None
    line, credit = min(found, key=lambda pair: _RANK[pair[1].kind])
    # Compared by identity: a picture's credit higher up may have the same words.
    blocks[:] = [block for block in blocks if block is not line]
    return credit


def _below_the_text(blocks: list[Block]) -> Iterator[Block]:
    """Yield the blocks that may be a credit line, from the last one up to the last paragraph."""
    kept = 0
    for place in range(len(blocks) - 1, -1, -1):
        block = blocks[place]
        above = blocks[place - 1].reason if place else None
        # A bare "Reuters" under a caption credits the picture.
        if block.kept or (
            block.reason in _LOOKALIKES
            and not (block.reason in _PICTURES and (above in _PICTURES or not place))
        ):
            yield block
        kept += block.kept
        if kept == _KEPT_LINES or (block.kept and block.is_prose):
            return


def _read(block: Block) -> Credit | None:
    credit = read_credit(block.text)
    if credit is None or block.kept or credit.kind or _names_agency(block.text):
        return credit
    return None


def _names_agency(line: str) -> bool:
    """Return whether a note on who helped names an agency.

    For example "Additional reporting by Jane Roe and AFP.".
    """
    found = _HELPER.search(line)
    names = (found["behind"] or found["front"]) if found else ""
    return any(agency_named(name, is_sure=True) for name in re.split(r",|\band\b", names))
