"""A body as blocks, each kept or taken out for a reason; the shape all cleaning works on."""

import re
from dataclasses import dataclass

from pipeline.words import normalise, word_count

_BREAK = re.compile(r"\s*\n\s*")
_SENTENCE_END = re.compile(r"[.!?…。][\"”’')\]»]*$")
_PROSE_WORDS = 12


@dataclass(slots=True)
class Block:
    """One paragraph, subhead or stray line."""

    text: str
    reason: str | None = None
    """Why it was taken out; None while it is kept."""
    article_count: int | None = None
    """On how many stories of the host it was seen, where that is the reason."""

    @property
    def kept(self) -> bool:
        """Whether it still belongs to the body."""
        return self.reason is None

    @property
    def is_prose(self) -> bool:
        """A sentence of some length: what furniture seldom is."""
        return word_count(self.text) >= _PROSE_WORDS and self.ends_sentence

    @property
    def ends_sentence(self) -> bool:
        """Whether it closes as a sentence does, however short it is."""
        return bool(_SENTENCE_END.search(self.text))


def split(text: str) -> list[Block]:
    """Return the non-blank lines of a text as blocks."""
    return [Block(line) for line in _BREAK.split(text.strip()) if line]


def join(blocks: list[Block]) -> str:
    """Return the kept blocks as one text, joined by a blank line."""
    return "\n\n".join(block.text for block in blocks if block.kept)


def same(left: str, right: str | None) -> bool:
    """Tell whether two lines differ in typography at most."""
    return right is not None and normalise(left) == normalise(right)
