"""Turn one spaCy token into what the encoder reads: ids of word pieces, and a shape.

The pieces are those of BERT's uncased WordPiece: the basic tokenizer (lower case, accents stripped,
split at punctuation and Chinese characters) and the greedy longest-match-first segmentation of
Devlin et al. 2019, as the `BertTokenizer` of the pretrained weights applies them.

Since the encoder is uncased, and case is what separates "Turkey" from "turkey", the shape of a
token is a second input: an embedding of 14 rows, for seven shapes and once more for the first token
of a paragraph, where a capital means little.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


UNKNOWN = "[UNK]"
LONGEST_WORD = 100
"""Characters (`max_input_chars_per_word` of BertTokenizer); a longer word is one [UNK]."""
LONGEST_TOKEN = 400
"""Characters of a token that are read. Only the first piece has the label, so the end of a token
of 40,000 characters is worth nothing to the model."""
MOST_PIECES = 32
"""Pieces kept of one token, so that every token fits into a window (longest English word: 12)."""


class WordPiece:
    """A vocabulary of pieces, and the segmentation of words with it."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        """Take piece → id; continuation pieces begin with `##`, and `[UNK]` must be present."""
        self._vocabulary = vocabulary
        self._unknown = vocabulary[UNKNOWN]

    @classmethod
    def read(cls, path: Path) -> WordPiece:
        """Read a `vocab.txt`."""
        return cls.of(path.read_text(encoding="utf-8"))

    @classmethod
    def of(cls, vocabulary: str) -> WordPiece:
        """Parse the text of a `vocab.txt`: a piece on each line, whose number from 0 is its id."""
        lines = vocabulary.split("\n")
        return cls({line: number for number, line in enumerate(lines) if line})

    def id_of(self, piece: str) -> int:
        """Return the id of a piece such as `[CLS]`; raise KeyError if the vocabulary lacks it."""
        return self._vocabulary[piece]

    def pieces(self, token: str) -> tuple[int, ...]:
        """Return the ids of a token's pieces; white space and control characters have none."""
        found: list[int] = []
        for word in basic_words(token[:LONGEST_TOKEN]):
            found.extend(self._word(word))
            if len(found) >= MOST_PIECES:
                break
        return tuple(found[:MOST_PIECES])

    def _word(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        ids: list[int] = []
        start = 0
        while start < len(word):
            end, piece = self._longest(word, start)
            if piece is None:
                return [self._unknown]
            ids.append(piece)
            start = end
        return ids

    def _longest(self, word: str, start: int) -> tuple[int, int | None]:
        for end in range(len(word), start, -1):
            part = word[start:end] if start == 0 else "##" + word[start:end]
            piece = self._vocabulary.get(part)
            if piece is not None:
                return end, piece
        return start, None


def basic_words(token: str) -> Iterator[str]:
    """Split as BERT's basic tokenizer does: `U.S.-led` → u . s . - led, `Café` → cafe."""
    word = ""
    for character in unicodedata.normalize("NFD", token.lower()):
        category = unicodedata.category(character)
        if category == "Mn" or (category[0] == "C" and character not in "\t\n\r"):
            continue
        alone = _is_punctuation_or_han(character, category)
        if not alone and not character.isspace():
            word += character
            continue
        if word:
            yield word
            word = ""
        if alone:
            yield character
    if word:
        yield word


def _is_punctuation_or_han(character: str, category: str) -> bool:
    point = ord(character)
    if point < 128:
        # To BERT all printable ASCII but letters, digits and the blank is punctuation, also
        # $ + < = > ^ ` | ~.
        return 33 <= point < 127 and not character.isalnum()
    return category[0] == "P" or _is_han(point)


def _is_han(point: int) -> bool:
    return (
        0x4E00 <= point <= 0x9FFF
        or 0x3400 <= point <= 0x4DBF
        or 0xF900 <= point <= 0xFAFF
        or 0x20000 <= point <= 0x2CEAF
        or 0x2F800 <= point <= 0x2FA1F
    )


LOWER, TITLE, UPPER, CAPITAL, MIXED, DIGIT, SYMBOL = range(7)
SHAPES = 7
ROWS = 2 * SHAPES
"""Rows of the embedding: row `shape + SHAPES` is that shape at the start of a paragraph."""
LINE_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
"""Characters at which `str.splitlines` breaks a line; a paragraph ends there."""


def shape(token: str) -> int:
    """Return the shape of a token: said 0, Berlin 1, NATO 2, A 3, McAdam 4, 2016 5, -- 6."""
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
    r"""Tell whether a token ends its paragraph: spaCy makes white space such as "\n\n" a token."""
    return token.isspace() and not LINE_BREAKS.isdisjoint(token)
