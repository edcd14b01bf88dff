"""What a token looks like beside its lower-cased pieces: the case feature of the model.

The encoder is uncased, and case is what tells "Turkey" from "turkey", so a small embedding of 14
rows is added to its input: seven shapes, once more for the first token of a paragraph, where a
capital means little.
"""

from __future__ import annotations

LOWER, TITLE, UPPER, CAPITAL, MIXED, DIGIT, SYMBOL = range(7)
SHAPES = 7
ROWS = 2 * SHAPES
"""Rows of the embedding: row `shape + SHAPES` is that shape at the start of a paragraph."""
LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
"""Characters at which `str.splitlines` breaks a line; a paragraph ends there."""


def shape(token: str) -> int:
    """Name the token's shape: said 0, Obama 1, NATO 2, A 3, McCain 4, 2016 5, -- 6."""
    if not any(character.isalnum() for character in token):
        return SYMBOL
    if any(character.isdigit() for character in token):
        return DIGIT
    if token == token.lower():
        return LOWER
    if len(token) == 1:
        return CAPITAL
    if token.isupper():
        return UPPER
    return TITLE if token[0].isupper() and token[1:] == token[1:].lower() else MIXED


def breaks_paragraph(token: str) -> bool:
    r"""Tell whether a token ends the paragraph: spaCy makes the white space "\n\n" a token."""
    return token.isspace() and not LINE_BREAKS.isdisjoint(token)
