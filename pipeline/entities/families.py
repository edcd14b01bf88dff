"""Find the family of a name: the spellings that mean one entity.

"Zelenskyy" and "Zelensky", "Covid" and "coronavirus", "Al-Shabaab" and "al Shabaab" have one family
each. The family is computed from the name alone, so it is the same in whichever order articles
come. Differences that are no rule are in ``spellings.tsv``.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from pipeline.tables import read_rows
from pipeline.text import visible

FAMILY_RULES = 1
"""Raise it by one when families change: the next run computes those of all stored names again,
about 200,000 names a second, and joins what they join. No text is annotated for it."""
LONGEST_KEY = 500
"""Characters of a key."""
FEWEST_ENDING_LETTERS = 6
"""Letters of the shortest word whose ending is compared: "Ski" is no transliteration."""
_DOTTED = re.compile(r"(?<![^\W_])((?:[^\W\d_]\.){2,})")
_BETWEEN = re.compile(r"[\s\u00a0_/–—‐‑-]+")
_DROPPED = re.compile(r"[’'‘`´\"“”,.:;!?()\[\]*]")
_PARTICLES = frozenset(
    "abu al el bin ibn bint de da do dos du di del della la le van von der den ter ten zu".split()
)
"""First words of family names: "van Holm" has no given name."""
_GENERATIONS = frozenset("jr sr ii iii iv".split())


class _Spellings(NamedTuple):
    names: dict[str, str]
    words: dict[str, str]
    endings: dict[str, str]


@lru_cache(maxsize=1)
def _spellings() -> _Spellings:
    table = _Spellings({}, {}, {})
    of_kind = {"name": table.names, "word": table.words, "ending": table.endings}
    for kind, form, family, _ in read_rows(__package__, "spellings.tsv", columns=4):
        of_kind[kind][form] = family
    return table


@lru_cache(maxsize=8192)
def family_key(name: str) -> str:
    """Return the key that all spellings of a name share; "" for a name without letters.

    >>> family_key("Volodymyr Zelenskyy") == family_key("VOLODYMYR ZELENSKY")
    True
    """
    plain = _plain(name)
    table = _spellings()
    whole = table.names.get(plain, plain)
    words = [_word(word) for word in whole.split()]
    joined = " ".join(words)
    return table.names.get(joined, joined)[:LONGEST_KEY]


def _plain(name: str) -> str:
    """Return a name in lower case, without accents, marks of direction, points and hyphens."""
    decomposed = unicodedata.normalize("NFKD", visible(name[: 2 * LONGEST_KEY]).casefold())
    # "𝕊" has no lower case of its own; the "S" that it stands for has.
    letters = "".join(each for each in decomposed.casefold() if not unicodedata.combining(each))
    letters = _DOTTED.sub(lambda match: match[1].replace(".", ""), letters)
    spaced = _BETWEEN.sub(" ", _DROPPED.sub("", letters.replace("&", " and ")))
    return spaced.strip().removeprefix("the ")


def _word(word: str) -> str:
    table = _spellings()
    if len(word) >= FEWEST_ENDING_LETTERS:
        for size in (4, 3):
            ending = table.endings.get(word[-size:])
            if ending is not None:
                return word[:-size] + ending
    return table.words.get(word, word)


class PersonName(NamedTuple):
    """The parts of a person's name by which a bare surname finds its bearer."""

    surname: str
    """The last word of the family key, without "Jr."."""
    is_bare: bool
    """Whether there is no given name: "Trump", "van Holm"."""


def person_name(name: str) -> PersonName | None:
    """Return the parts of a person's name, or None for a name without letters."""
    words = [word for word in family_key(name).split() if word not in _GENERATIONS]
    if not words:
        return None
    return PersonName(words[-1], all(word in _PARTICLES for word in words[:-1]))


def preferred_spelling(one: str, other: str, entity_type: str) -> str:
    """Return which of two spellings of one name is shown; the order does not matter.

    An organisation's single word of up to six letters in capitals may be an acronym and is kept
    ("UNICEF" before "Unicef"); other names in capitals come from datelines and headlines, and names
    in small letters from careless texts.
    """
    return max((one, other), key=lambda name: _rank(name, entity_type))


def _rank(name: str, entity_type: str) -> tuple[bool, bool, bool, int, str]:
    is_acronym = entity_type == "ORG" and " " not in name and len(name) <= LONGEST_ACRONYM
    return (
        not name.islower(),
        is_acronym and name.isupper(),
        not name.isupper(),
        sum(map(str.isupper, name)),
        name,
    )


LONGEST_ACRONYM = 6
"""Letters up to which a name in capitals is shown in capitals."""
