"""Tell the gender of a person from a given name, and from words around a name.

Pronoun resolution needs it for "he" and "she". "Unknown" is the common answer. Names with the
numbers of men and women who bear them are in ``given_names.tsv``, words such as "husband" in
``gendered_words.tsv``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from pipeline.annotate.names.aliases import load_aliases
from pipeline.tables import read_rows

SURE_SHARE = 0.85
"""Share of a name's bearers that must have one gender: "Robin" (87 % women) is a woman, "Kelly"
(82 %) and "Terry" (80 % men) may be either."""
COMMON = 10
"""Bearers among 100,000 men and 100,000 women from which a name counts as a common given name.

Of the names before a surname in the training part of Worldwide 94 % belong to a person from 30
bearers on, and 90 % of those between 10 and 30 ("Hillary" has 13), names of two letters and known
places aside ("Al Jazeera", "Kenya Airways"). Between 5 and 10 it is 55 % ("Hong", "Prince")."""
_SHORTEST_COMMON = 3
"""Letters: shorter names are articles and initials as well, "Al" and "Jo"."""
_WORD = re.compile(r"[a-z]+")


class _GivenName(NamedTuple):
    """A row of ``given_names.tsv``."""

    gender: str | None
    is_common: bool


@lru_cache(maxsize=1)
def _given_names() -> dict[str, _GivenName]:
    names = {}
    aliases = load_aliases()
    for name, men, women, world in read_rows(__package__, "given_names.tsv", columns=4):
        is_frequent = int(men) + int(women) >= COMMON and len(name) >= _SHORTEST_COMMON
        is_common = (is_frequent and aliases.find(name) is None) or world != "-"
        gender = _gender(int(men), int(women)) if world == "-" else world
        names[name] = _GivenName(gender, is_common)
    return names


def _gender(men: int, women: int) -> str | None:
    if men >= SURE_SHARE * (men + women):
        return "m"
    return "f" if women >= SURE_SHARE * (men + women) else None


@lru_cache(maxsize=1)
def _gendered_words() -> dict[str, tuple[str, int]]:
    rows = read_rows(__package__, "gendered_words.tsv", columns=3)
    return {word: (gender, int(weight)) for word, gender, weight in rows}


def without_accents(text: str) -> str:
    """Return a text as names are compared, in lower case without accents: "François" → "francois".

    Compatibility forms are replaced too (NFKD), as in full-width letters.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def given_name_gender(name: str) -> str | None:
    """Return "m" or "f" if the first word of a name tells the gender, or None."""
    first = name.split()[0].rstrip(".") if name.split() else ""
    known = _given_names().get(without_accents(first))
    return known.gender if known else None


def is_common_given_name(word: str) -> bool:
    """Tell whether a word is a given name that is common somewhere in the world."""
    known = _given_names().get(without_accents(word))
    return known is not None and known.is_common


def gender_votes(words: str) -> tuple[int, int]:
    """Count the words in a text that speak for a man and for a woman, each with its weight.

    "He" and "she" count twice: a subject pronoun means the person named in the sentence more often
    than "his" and "her" do.
    """
    table = _gendered_words()
    found = [table[word] for word in _WORD.findall(words.lower()) if word in table]
    male = sum(weight for gender, weight in found if gender == "m")
    female = sum(weight for gender, weight in found if gender == "f")
    return male, female
