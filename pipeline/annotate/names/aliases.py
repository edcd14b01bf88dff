"""Look up well-known names: countries with the names of their peoples, and large organisations.

``aliases.tsv`` maps surface forms to one name. "US", "U.S." and "United States of America" are one
country. "Russian" belongs to Russia but keeps a name of its own (NORP), and a capital never means
its country's government.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.tables import read_rows

SHORTEST_FOLDED = 5
"""Letters from which a name is found in any letter case: "RUSSIA" is Russia, "who" is not WHO."""
_APOSTROPHES = str.maketrans("’‘`´", "''''")
_DOTTED = re.compile(r"(?<![A-Za-z])((?:[A-Za-z]\.){1,5}[A-Za-z]?)(?![A-Za-z])")


class Known(NamedTuple):
    """The name and label that the table has for a surface form."""

    name: str
    label: str


class Aliases(NamedTuple):
    """The table, ready for look-ups by the keys that ``key`` makes."""

    names: dict[str, Known]
    folded: dict[str, Known]
    """By key in lower case."""
    demonyms: dict[str, tuple[str, str]]
    """Demonym in lower case → (its singular or adjective, the country)."""
    long_organisations: list[str]
    """Names and aliases of organisations that have several words, as they are written."""

    def find(self, surface: str) -> Known | None:
        """Return the entry of a surface form, or None; the exact spelling is tried first."""
        wanted = key(surface)
        found = self.names.get(wanted)
        if found is None and len(wanted) >= SHORTEST_FOLDED:
            found = self.folded.get(wanted.casefold())
        return found

    def find_demonym(self, surface: str) -> tuple[str, str] | None:
        """Return ("American", "United States") for "Americans", or None for an unknown name."""
        return self.demonyms.get(key(surface).casefold())


def is_known_acronym(word: str) -> bool:
    """Tell whether a word in capitals abbreviates a listed name: "WHO" does, "Who" does not."""
    return len(word) > 1 and word.isupper() and load_aliases().find(word) is not None


def country_of(name: str) -> str | None:
    """Return the country or part of the world of a nationality: "Russians" → "Russia".

    Country and nationality stay two entities; this function links them. A country is its own
    country; all other names have None.
    """
    table = load_aliases()
    demonym = table.find_demonym(name)
    if demonym:
        return demonym[1]
    known = table.find(name)
    return known.name if known and known.label in {"GPE", "LOC"} else None


@lru_cache(maxsize=8192)
def key(surface: str) -> str:
    """Return the form for look-ups: "the U.S.'s" → "US", apostrophes straight, blanks single."""
    plain = " ".join(surface.translate(_APOSTROPHES).split())
    plain = plain.removesuffix("'s").rstrip("'")
    plain = _DOTTED.sub(lambda match: match[1].replace(".", ""), plain).rstrip(".")
    return plain[4:] if plain[:4].lower() == "the " else plain


@lru_cache(maxsize=1)
def load_aliases() -> Aliases:
    """Read ``aliases.tsv``, once for each process."""
    table = Aliases({}, {}, {}, [])
    for label, name, aliases, demonyms in read_rows(__package__, "aliases.tsv", columns=4):
        _add(table, Known(name, label), _listed(aliases), _listed(demonyms))
    return table


def _add(table: Aliases, known: Known, aliases: list[str], demonyms: list[str]) -> None:
    for surface in [known.name, *aliases]:
        table.names.setdefault(key(surface), known)
        table.folded.setdefault(key(surface).casefold(), known)
        if known.label == "ORG" and " " in surface:
            table.long_organisations.append(surface)
    for form in demonyms:
        singular = form[:-1] if form.endswith("s") and form[:-1] in demonyms else form
        table.demonyms.setdefault(form.casefold(), (singular, known.name))


def _listed(column: str) -> list[str]:
    return [part for part in column.split("|") if part]
