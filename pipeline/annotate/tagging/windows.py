"""Cut a tokenised document into windows of word pieces, the inputs of the encoder.

Paragraphs are packed into windows in reading order. A paragraph is cut, between two tokens, only
where it is longer than a window. Training and inference use the same windows, so labels and pieces
are aligned in both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.annotate.tagging import word_pieces

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from pipeline.annotate.tagging.word_pieces import WordPiece

LONGEST = 256
"""Pieces in a window, including [CLS] and [SEP]. Longer windows are slower, and longer paragraphs
are rare."""
FRAGMENT = 64
"""Free pieces of a window below which a paragraph longer than a window begins in a new one."""
CLOSING = 96
"""Pieces from which a window is closed early, after a paragraph whose piece ids sum to an even
number. The bounds of windows then depend on the text around them alone, so that behind an edit they
soon are where they were, and the cache (``window_cache``) has those windows. Of the pieces of an
edited article 69–90 % are in windows of its former version, against 43–86 % when windows are filled
completely; F1 is the same, ± 0.2."""
CACHE_LIMIT = 200_000
"""Distinct tokens whose pieces are remembered (about 40 MB); above it all are dropped."""


@dataclass(frozen=True, slots=True)
class TokenPieces:
    """What the windows need of one distinct token."""

    pieces: tuple[int, ...]
    shape: int
    breaks: bool


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the encoder, [CLS] and [SEP] included.

    `firsts[i]` is the position in `pieces` of the first piece of unit `first_unit + i`. The units
    of a window are consecutive.
    """

    pieces: list[int]
    shapes: list[int]
    firsts: list[int]
    first_unit: int


@dataclass(slots=True)
class Encoded:
    """The windows and units of one document.

    Units are the tokens that have pieces; white space has none. `tokens[u]` is the index of unit u
    in the Doc. Paragraph p has the units from `bounds[p]` to `bounds[p + 1]` (exclusive).
    """

    windows: list[Window] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    bounds: list[int] = field(default_factory=lambda: [0])


@dataclass(slots=True)
class _Paragraph:
    pieces: list[int] = field(default_factory=list)
    shapes: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)

    def add(self, token: TokenPieces) -> None:
        row = token.shape if self.firsts else token.shape + word_pieces.SHAPES
        self.firsts.append(len(self.pieces))
        self.pieces.extend(token.pieces)
        self.shapes.extend([row] * len(token.pieces))


class Encoder:
    """Make windows of Docs; the pieces of distinct tokens are remembered."""

    def __init__(self, wordpiece: WordPiece) -> None:
        """Take a vocabulary that has `[CLS]` and `[SEP]`."""
        self._wordpiece = wordpiece
        self._begin = wordpiece.id_of("[CLS]")
        self._end = wordpiece.id_of("[SEP]")
        self._seen: dict[int, TokenPieces] = {}

    def encode(self, doc: Doc) -> Encoded:
        """Return the windows of a document; one without a visible character has none."""
        encoded = Encoded()
        packer = _Packer(encoded, self._begin, self._end)
        paragraph = _Paragraph()
        for index, orth in enumerate(doc.to_array("ORTH").tolist()):
            token = self._seen.get(orth) or self._look_up(orth, doc)
            if token.pieces:
                paragraph.add(token)
                encoded.tokens.append(index)
            elif token.breaks and paragraph.firsts:
                packer.add(paragraph)
                paragraph = _Paragraph()
        if paragraph.firsts:
            packer.add(paragraph)
        packer.close()
        return encoded

    def _look_up(self, orth: int, doc: Doc) -> TokenPieces:
        text = doc.vocab.strings[orth]
        found = TokenPieces(
            self._wordpiece.pieces(text),
            word_pieces.shape(text),
            word_pieces.breaks_paragraph(text),
        )
        if len(self._seen) >= CACHE_LIMIT:
            self._seen.clear()
        self._seen[orth] = found
        return found


class _Packer:
    """Fill windows with the paragraphs of one document in order."""

    def __init__(self, encoded: Encoded, begin: int, end: int) -> None:
        self._encoded = encoded
        self._begin = begin
        self._end = end
        self._unit = 0
        self._open()

    def add(self, paragraph: _Paragraph) -> None:
        self._encoded.bounds.append(self._encoded.bounds[-1] + len(paragraph.firsts))
        ends = [*paragraph.firsts[1:], len(paragraph.pieces)]
        unit = 0
        while unit < len(ends):
            free = LONGEST - 1 - len(self._window.pieces)
            rest = len(paragraph.pieces) - paragraph.firsts[unit]
            if rest > free and self._window.firsts and (rest <= LONGEST - 2 or free < FRAGMENT):
                self.close()
                continue
            stop = unit
            limit = paragraph.firsts[unit] + free
            while stop < len(ends) and ends[stop] <= limit:
                stop += 1
            self._append(paragraph, unit, stop, ends[stop - 1])
            unit = stop
            if unit < len(ends):
                self.close()
        if len(self._window.pieces) >= CLOSING and sum(paragraph.pieces) % 2 == 0:
            self.close()

    def close(self) -> None:
        if self._window.firsts:
            self._window.pieces.append(self._end)
            self._window.shapes.append(word_pieces.SYMBOL)
            self._encoded.windows.append(self._window)
        self._open()

    def _open(self) -> None:
        self._window = Window([self._begin], [word_pieces.SYMBOL], [], self._unit)

    def _append(self, paragraph: _Paragraph, unit: int, stop: int, end: int) -> None:
        start = paragraph.firsts[unit]
        shift = len(self._window.pieces) - start
        self._window.pieces.extend(paragraph.pieces[start:end])
        self._window.shapes.extend(paragraph.shapes[start:end])
        self._window.firsts.extend([first + shift for first in paragraph.firsts[unit:stop]])
        self._unit += stop - unit
