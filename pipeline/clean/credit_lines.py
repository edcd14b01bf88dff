"""Takes the credit line out from under the text, be it hidden among furniture or taken for it.

"(AFP)" and "With inputs from PTI" read like a caption and a note on who helped. Where they stand
decides: below the last sentence they credit the text. What a line says is told by ``credits``.
"""

import re
from collections.abc import Iterator

from pipeline.clean.blocks import Block
from pipeline.line_rules.agencies import agency_named
from pipeline.line_rules.credits import Credit, read_credit

_KEPT_LINES = 4
_LOOKALIKES = frozenset(
    {"caption", "photo_credit", "contributor_note", "navigation", "copyright", "site_memory"}
)
"""What patterns and the site's memory may take a credit line for."""
_PICTURES = frozenset({"caption", "photo_credit"})
_RANK = {"whole": 0, "own": 0, "part": 1, None: 2}
_HELPER = re.compile(r"\b(?:by|from|of) (?P<behind>.+)|(?P<front>.+?) (?:contributed|assisted)\b")
_SIGNED = re.compile(r"\((?:AFP|REUTERS|Reuters)\)\W*$")


def cut_signed_captions(blocks: list[Block]) -> None:
    """Take "Boats at the quay. (AFP)" beside another caption, but never at the end of the text.

    A report that ends so is the agency's; the line alone does not tell the one from the other.
    """
    last = next((block for block in reversed(blocks) if block.kept), None)
    for place, block in enumerate(blocks):
        around = blocks[max(0, place - 1) : place] + blocks[place + 1 : place + 2]
        is_beside = any(other.reason in _PICTURES for other in around)
        if block.kept and block is not last and is_beside and _SIGNED.search(block.text):
            block.reason = "caption"


def take_credit(blocks: list[Block]) -> Credit | None:
    """Take the credit line out of the end of the body; it becomes data, not a removed block.

    Of several the one goes that credits most: "(AFP)" before "Additional reporting by Jane Roe".
    """
    found = [(block, credit) for block in _below_the_text(blocks) if (credit := _read(block))]
    if not found:
        return None
    line, credit = min(found, key=lambda pair: _RANK[pair[1].kind])
    # By identity: the same words may stand higher up, as a picture's credit.
    blocks[:] = [block for block in blocks if block is not line]
    return credit


def _below_the_text(blocks: list[Block]) -> Iterator[Block]:
    """Yield what may be a credit line, from the bottom up to the last paragraph and with it."""
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
    """Tell whether thanks name an agency: "Additional reporting by Jane Roe and AFP."."""
    found = _HELPER.search(line)
    names = (found["behind"] or found["front"]) if found else ""
    return any(agency_named(name, is_sure=True) for name in re.split(r",|\band\b", names))
