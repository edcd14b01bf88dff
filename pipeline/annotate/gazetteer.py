"""A place is a GPE (has a government) or a LOC (has none): word lists, no coordinates.

The tagger knows only "Location". Of the places in newswire about half are countries, a fifth
cities and a tenth natural features or regions (counted on the training part of Worldwide), so GPE
is what remains when nothing speaks for LOC.
"""

from __future__ import annotations

import re

from pipeline.annotate.aliases import key, load_aliases

_REGIONS = frozenset(
    "africa|asia|europe|oceania|antarctica|eurasia|americas|north america|south america|"
    "central america|latin america|middle east|near east|far east|caribbean|southeast asia|"
    "south-east asia|east asia|south asia|central asia|west asia|northeast asia|north africa|"
    "west africa|east africa|central africa|southern africa|sub-saharan africa|horn of africa|"
    "sahel|maghreb|levant|balkans|caucasus|south caucasus|north caucasus|baltics|scandinavia|"
    "western europe|eastern europe|central europe|northern europe|southern europe|indo-pacific|"
    "asia-pacific|asia pacific|pacific|atlantic|arctic|antarctic|mediterranean|black sea|amazon|"
    "himalayas|himalaya|andes|alps|sahara|siberia|gulf|persian gulf|west|east|south|north|"
    "global south|global north|western world|donbas|donbass|patagonia|polynesia|micronesia|"
    "melanesia|midwest|west coast|east coast|deep south|south pacific|north atlantic|subcontinent|"
    "indian subcontinent|great lakes|great lakes region|niger delta|rift valley|earth|moon|mars|"
    "planet earth|antilles|iberia|balkan peninsula|korean peninsula".split("|")
)
_NATURE = re.compile(
    r"\b(rivers?|seas?|oceans?|lakes?|mount|mountains?|mt|bay|gulf|strait|straits|islands?|isle|"
    r"valley|deserts?|basin|peninsula|coast|canyon|delta|reefs?|forests?|cape|beach|hills?|plateau|"
    r"falls|creek|channel|lagoon|archipelago|glacier|volcano|steppe|savanna|wetlands?|rainforest|"
    r"atoll|ridge|cave|region|continent|corridor|border|frontier|hemisphere|highlands|lowlands)\b",
    re.IGNORECASE,
)
_GOVERNED = re.compile(
    r"\b(city|province|state|states|district|county|town|village|municipality|prefecture|republic|"
    r"kingdom|governorate|township|territory|territories|parish|emirate|oblast|capital)\b",
    re.IGNORECASE,
)


def place_label(surface: str) -> str:
    """Return "GPE" or "LOC" for a place's surface form."""
    known = load_aliases().find(surface)
    if known is not None and known.label in {"GPE", "LOC"}:
        return known.label
    plain = key(surface)
    if plain.casefold() in _REGIONS:
        return "LOC"
    if _GOVERNED.search(plain):
        return "GPE"
    return "LOC" if _NATURE.search(plain) else "GPE"
