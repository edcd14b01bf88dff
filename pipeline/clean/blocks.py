"""A body as blocks, each kept or taken out for a reason; the shape all cleaning works on."""

import re
from dataclasses import dataclass, field

from pipeline.text import ends_sentence, normalise, word_count

_BREAK = re.compile(r"\s*\n\s*")
_PROSE_WORDS = 12


@dataclass(slots=True)
class Block:
    """One paragraph, subhead or stray line."""

    text: str
    reason: str | None = None
    """Why it was taken out; None while it is kept."""
    article_count: int | None = None
    """On how many stories of the host it was seen, where that is the reason."""

    _normalised: tuple[str, str] = field(default=("", ""), init=False, repr=False, compare=False)
    """A text and its normalised form: asked for by every rule, and slow to make."""

    @property
    def plain(self) -> str:
        """The text in the form in which texts are compared."""
        if self._normalised[0] != self.text:
            self._normalised = self.text, normalise(self.text)
        return self._normalised[1]

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
        return ends_sentence(self.text)


def split(text: str) -> list[Block]:
    """Return the non-blank lines of a text as blocks."""
    return [Block(line) for line in _BREAK.split(text.strip()) if line]


def join(blocks: list[Block]) -> str:
    """Return the kept blocks as one text, joined by a blank line."""
    return "\n\n".join(block.text for block in blocks if block.kept)


def same(left: str, right: str | None) -> bool:
    """Tell whether two lines differ in typography at most."""
    return right is not None and normalise(left) == normalise(right)
