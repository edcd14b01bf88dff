"""Whether two texts tell one story: the evidence for and against every claim of a page.

Versions of one story share most of their words in their order, whether one is an AMP page, an
extract or the text of an hour later. Two stories of one outlet share some phrases at most, even
where a template gives them one title.
"""

from dataclasses import dataclass
from functools import lru_cache

from pipeline.dedupe.fingerprints import words_of
from pipeline.text import normalise

_SHINGLE = 3
"""Words in a row that are compared as one."""
_FEW_WORDS = 20
"""Texts of fewer words are compared word by word."""
_ENOUGH = 0.5
"""Share of the shorter text's shingles that the other holds, from which they tell one story."""
_ENOUGH_UNDER_ONE_TITLE = 0.2
"""The same where the titles are equal: a live blog keeps its title and little else."""


@dataclass(frozen=True, slots=True)
class PageText:
    """The title and the body of a page."""

    title: str | None
    text: str
    digest: bytes
    """Digest of both in normal form: equal for texts that differ in typography only."""


def tell_one_story(one: PageText, other: PageText) -> bool:
    """Tell whether two pages show one story, perhaps at two times or for two devices."""
    if one.digest == other.digest:
        return True
    title = normalise(one.title or "")
    same_title = bool(title) and title == normalise(other.title or "")
    wanted = _ENOUGH_UNDER_ONE_TITLE if same_title else _ENOUGH
    return _containment(_shingles(one.text), _shingles(other.text)) >= wanted


def _containment(one: frozenset[str], other: frozenset[str]) -> float:
    least = min(len(one), len(other))
    return len(one & other) / least if least else 0.0


@lru_cache(maxsize=256)
def _shingles(text: str) -> frozenset[str]:
    words = words_of(text)
    size = _SHINGLE if len(words) >= _FEW_WORDS else 1
    return frozenset(" ".join(words[at : at + size]) for at in range(len(words) - size + 1))
