"""Decide whether a place is a GPE (has a government) or a LOC (has none).

The tagger has one class for both, "Location". The places and words that decide are in
``gazetteer.tsv``; there are no coordinates. A place about which the table says nothing is a GPE: of
the places in newswire about half are countries, a fifth are cities and a tenth are natural features
or regions (counted on the training part of Worldwide).
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from pipeline.annotate.names.aliases import key, load_aliases
from pipeline.tables import read_rows

_PART = re.compile(
    r"(?:(?:north|south)(?:-?(?:east|west))?|east|west|central)(?:ern)?\s(?=[^\Wa-z])"
)
"""A part of a country. Small letters only: "southern Velmark" has no government, but "South
Velmark" may have one."""


class _Gazetteer(NamedTuple):
    """The table, ready for look-ups by names in lower case."""

    without_government: frozenset[str]
    """Regions and natural features."""
    governed: frozenset[str]
    nature_word: re.Pattern[str]
    government_word: re.Pattern[str]


@lru_cache(maxsize=1)
def _load() -> _Gazetteer:
    names: dict[str, list[str]] = defaultdict(list)
    for kind, forms in read_rows(__package__, "gazetteer.tsv", columns=2):
        names[kind].extend(forms.split("|"))
    return _Gazetteer(
        frozenset([*names["region"], *names["feature"]]),
        frozenset(names["governed"]),
        _any_of(names["nature_word"]),
        _any_of(names["government_word"]),
    )


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def is_known_place(surface: str) -> bool:
    """Tell whether the gazetteer lists a name as a place: "West Bank" is a place and no bank."""
    gazetteer = _load()
    name = key(surface).casefold()
    return name in gazetteer.without_government or name in gazetteer.governed


def place_label(surface: str) -> str:
    """Return "GPE" or "LOC" for the surface form of a place."""
    known = load_aliases().find(surface)
    if known is not None and known.label in {"GPE", "LOC"}:
        return known.label
    gazetteer = _load()
    name = key(surface).casefold()
    if name in gazetteer.without_government or _PART.match(surface):
        return "LOC"
    if name in gazetteer.governed or gazetteer.government_word.search(name):
        return "GPE"
    return "LOC" if gazetteer.nature_word.search(name) else "GPE"
