"""Which query parameters of a host are noise, learnt from what its own pages show.

Two values that gave one body say that a parameter names no article there; two values that gave two
bodies say that it does, for good. A text that other paths of the site show too, such as a page of
maintenance, says nothing, nor does a text of a few words.
"""

from dataclasses import dataclass

from pipeline.text import word_count

_LEAST_WORDS = 40
"""Words of a text from which it is no notice: "This video is not available in your region"."""


@dataclass(frozen=True, slots=True)
class ParameterEvidence:
    """What the pages of a host showed about one of its parameters."""

    host: str
    """Without ``www.``, ``m.`` and ``amp.``."""
    parameter: str
    """In lower case."""
    same: int = 0
    """Pairs of addresses that differ in its value alone and showed one body."""
    other: int = 0
    """Pairs that showed two."""

    @property
    def is_noise(self) -> bool:
        """Whether links that differ in it alone are one link."""
        return self.same > 0 and self.other == 0


def is_telling(text: str) -> bool:
    """Tell whether a text is long enough to say something about the address that showed it."""
    return word_count(text) >= _LEAST_WORDS
