"""Known names: countries with their demonyms, and large bodies; surface form → its name.

Reads ``aliases.tsv`` once. "US", "U.S." and "United States of America" are one country; "Russian"
belongs to Russia but stays a name of its own (NORP), and a capital is never its country.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

SHORTEST_FOLDED = 5
"""Letters from which a name is recognised in any case: "RUSSIA" is Russia, "who" is not WHO."""
_APOSTROPHES = str.maketrans("’‘`´", "''''")
_DOTTED = re.compile(r"(?<![A-Za-z])((?:[A-Za-z]\.){1,5}[A-Za-z]?)(?![A-Za-z])")


class Known(NamedTuple):
    """What a surface form stands for."""

    name: str
    label: str


class Aliases(NamedTuple):
    """The table, ready for look-ups; keys as ``key`` makes them."""

    names: dict[str, Known]
    folded: dict[str, Known]
    demonyms: dict[str, tuple[str, str]]
    """Demonym → (its singular or adjective, the country)."""
    long_bodies: list[str]
    """Names and aliases of bodies that have several words, as they are written."""

    def find(self, surface: str) -> Known | None:
        """Look a surface form up, the exact spelling first; None if it is not in the table."""
        wanted = key(surface)
        found = self.names.get(wanted)
        if found is None and len(wanted) >= SHORTEST_FOLDED:
            found = self.folded.get(wanted.casefold())
        return found

    def find_demonym(self, surface: str) -> tuple[str, str] | None:
        """Return ("American", "United States") for "Americans"; None where nothing is known."""
        return self.demonyms.get(key(surface).casefold())


def country_of(name: str) -> str | None:
    """Return the country, or part of the world, of a nationality: "Russians" → "Russia".

    The two stay two entities; this is what links them. A country is its own, other names have none.
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
    """Read the table that comes with the package."""
    table = Aliases({}, {}, {}, [])
    lines = (files(__package__) / "aliases.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            _add(table, *line.split("\t"))
    return table


def _add(table: Aliases, label: str, name: str, aliases: str, demonyms: str) -> None:
    known = Known(name, label)
    for surface in [name, *_listed(aliases)]:
        table.names.setdefault(key(surface), known)
        table.folded.setdefault(key(surface).casefold(), known)
        if label == "ORG" and " " in surface:
            table.long_bodies.append(surface)
    forms = _listed(demonyms)
    for form in forms:
        singular = form[:-1] if form.endswith("s") and form[:-1] in forms else form
        table.demonyms.setdefault(form.casefold(), (singular, name))


def _listed(field: str) -> list[str]:
    return [part for part in field.split("|") if part]
