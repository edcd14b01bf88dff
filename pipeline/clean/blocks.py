"""An article's body as a list of blocks, each kept or taken out for a reason.

All cleaning steps work on this list and change it in place.
"""

import re
from dataclasses import dataclass, field

from pipeline.text import ends_sentence, normalise, word_count

_BREAK = re.compile(r"\s*\n\s*")
_PROSE_WORDS = 12
"""Words from which a sentence counts as prose; boilerplate is rarely that long."""


@dataclass(slots=True)
class Block:
    """One paragraph, subhead or stray line."""

    text: str
    reason: str | None = None
    """Why it was taken out; None while it is kept."""
    article_count: int | None = None
    """With the reason ``site_memory``: how many stories of the host hold it."""

    _normalised: tuple[str, str] = field(default=("", ""), init=False, repr=False, compare=False)
    """A text and its normalised form, cached because every rule asks for it and it is slow."""

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
        """Whether it is a sentence of 12 words or more, which boilerplate rarely is."""
        return word_count(self.text) >= _PROSE_WORDS and self.ends_sentence

    @property
    def ends_sentence(self) -> bool:
        """Whether it ends as a sentence does, however short it is."""
        return ends_sentence(self.text)


def split(text: str) -> list[Block]:
    """Return the non-blank lines of a text as blocks."""
    return [Block(line) for line in _BREAK.split(text.strip()) if line]


def join(blocks: list[Block]) -> str:
    """Return the kept blocks as one text, separated by blank lines."""
    return "\n\n".join(block.text for block in blocks if block.kept)
