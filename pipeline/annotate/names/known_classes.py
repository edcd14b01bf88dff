"""Look up names that have one class whatever the tagger takes them for, and words that are none.

``known_classes.tsv`` holds currencies, networks, clubs, festivals and shares' indices with their
labels, and technical terms, offices and degrees, which are no names.
"""

from __future__ import annotations

from functools import lru_cache

from pipeline.annotate.names.aliases import key
from pipeline.tables import read_rows

NO_NAME = "-"
"""The class of words that are no names: "CPU"."""


@lru_cache(maxsize=1)
def _load() -> dict[str, str]:
    rows = read_rows(__package__, "known_classes.tsv", columns=3)
    return {_form(name): label for name, label, _ in rows}


def _form(surface: str) -> str:
    """Return the form for look-ups; "Moody's" keeps its "'s", without which it is another name."""
    straight = surface.replace("’", "'")
    return straight if straight.endswith("'s") else key(surface)


def known_class(surface: str) -> str | None:
    """Return the label that a name always has, ``NO_NAME`` for no name, or None for unknown ones.

    Letter case counts: "ID" is no name, and "Id" is left to the tagger.
    """
    return _load().get(_form(surface)) or _load().get(key(surface))


def ends_in_possessive(surface: str) -> bool:
    """Tell whether a name itself ends in "'s": "Moody's" does, "Holm's" does not."""
    straight = surface.replace("’", "'")
    return straight.endswith("'s") and straight in _load()
