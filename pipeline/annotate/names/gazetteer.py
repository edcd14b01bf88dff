"""A place is a GPE (has a government) or a LOC (has none): word lists, no coordinates.

The tagger knows only "Location". Of the places in newswire about half are countries, a fifth
cities and a tenth natural features or regions (counted on the training part of Worldwide), so GPE
is what remains when nothing speaks for LOC.
"""

from __future__ import annotations

import re

from pipeline.annotate.names.aliases import key, load_aliases

_REGIONS = frozenset(
    "africa|asia|europe|oceania|antarctica|eurasia|americas|north america|south america|"
    "central america|latin america|middle east|near east|far east|caribbean|southeast asia|"
    "south-east asia|east asia|south asia|central asia|west asia|northeast asia|north africa|"
    "west africa|east africa|central africa|southern africa|sub-saharan africa|horn of africa|"
    "sahel|maghreb|mashriq|levant|balkans|western balkans|caucasus|south caucasus|north caucasus|"
    "baltics|baltic states|scandinavia|western europe|eastern europe|central europe|"
    "northern europe|southern europe|indo-pacific|asia-pacific|asia pacific|west|east|south|north|"
    "global south|global north|western world|eastern bloc|donbas|donbass|patagonia|polynesia|"
    "micronesia|melanesia|midwest|west coast|east coast|deep south|subcontinent|"
    "indian subcontinent|great lakes|great lakes region|rift valley|antilles|iberia|benelux|"
    "balkan peninsula|korean peninsula|arabian peninsula|sinai|anatolia|transcaucasia|indochina|"
    "amazonia|southern cone|mesoamerica|new england|sun belt|rust belt|silicon valley|"
    "golden triangle|northern triangle|darien gap|old world|new world|outback|persian gulf states|"
    "earth|planet earth|moon|mars|venus|jupiter|saturn|milky way".split("|")
)
_FEATURES = frozenset(
    "pacific|atlantic|arctic|antarctic|mediterranean|baltic|adriatic|aegean|caspian|gulf|"
    "persian gulf|south pacific|north pacific|north atlantic|south atlantic|bosporus|bosphorus|"
    "dardanelles|skagerrak|amazon|nile|blue nile|white nile|congo river|niger delta|zambezi|"
    "limpopo|orinoco|parana|rio grande|mississippi river|mekong|mekong delta|yangtze|yellow river|"
    "ganges|brahmaputra|indus|irrawaddy|salween|chao phraya|tigris|euphrates|danube|rhine|volga|"
    "dnieper|dnipro river|dniester|oder|elbe|rhone|seine|thames|murray-darling|okavango|"
    "himalayas|himalaya|hindu kush|karakoram|pamirs|andes|alps|pyrenees|apennines|carpathians|"
    "urals|rockies|rocky mountains|appalachians|appalachia|sierra nevada|sierra madre|atlas|"
    "drakensberg|everest|k2|kilimanjaro|mount kenya|kangchenjunga|annapurna|fuji|mount fuji|"
    "popocatepetl|cotopaxi|krakatoa|vesuvius|etna|sahara|kalahari|gobi|negev|namib|atacama|"
    "taklamakan|thar|siberia|borneo|sumatra|java|sulawesi|luzon|mindanao|visayas|honshu|hokkaido|"
    "kyushu|shikoku|okinawa island|new guinea|hispaniola|galapagos|galápagos|senkakus|diaoyus|"
    "spratlys|paracels|kurils|serengeti|masai mara|sundarbans|pantanal|chaco|gran chaco|"
    "titicaca|tanganyika|baikal".split("|")
)
"""Land, water and heavens that go by a bare name."""
_STATES_OF_NATURE = frozenset(
    "long beach|palm beach|west palm beach|virginia beach|miami beach|myrtle beach|newport beach|"
    "huntington beach|beverly hills|green bay|thunder bay|montego bay|north bay|rhode island|"
    "prince edward island|sioux falls|niagara falls|cape coast|gold coast|sunshine coast|"
    "mount vernon|mount isa|canary islands|falkland islands|cook islands|cayman islands|"
    "faroe islands|balearic islands|andaman and nicobar islands|virgin islands|us virgin islands|"
    "british virgin islands|turks and caicos islands|northern mariana islands|aland islands|"
    "west bank|gaza strip|central region|ashanti region|kurdistan region|valley stream|"
    "christmas island|norfolk island|easter island|half moon bay|walvis bay|sierra leone".split("|")
)
"""Places with a government whose names sound like nature."""
_NATURE = re.compile(
    r"\b(rivers?|río|seas?|oceans?|lakes?|lago|mount|mountains?|mt|monte|bay|gulf|straits?|"
    r"islands?|isle|isles|islets?|valley|deserts?|basin|peninsula|coast|canyon|delta|reefs?|shoal|"
    r"forests?|rainforest|cape|beach|hills?|plateau|plains?|falls|creek|channel|canal|lagoon|"
    r"archipelago|alps|andes|himalayas|glacier|volcano|steppe|savanna|wetlands?|atoll|ridge|"
    r"caves?|cavern|crater|fjord|"
    r"fault|trench|pole|region|continent|corridor|border|frontier|hemisphere|highlands|lowlands|"
    r"national park|nature reserve|game reserve)\b",
    re.IGNORECASE,
)
_GOVERNED = re.compile(
    r"\b(city|province|state|states|district|county|town|village|municipality|prefecture|republic|"
    r"kingdom|governorate|township|territory|territories|parish|emirate|oblast|krai|okrug|raion|"
    r"voivodeship|canton|commune|upazila|taluk|tehsil|barangay|department|autonomous region|"
    r"autonomous community|special administrative region|capital)\b",
    re.IGNORECASE,
)


_PART = re.compile(
    r"(?:(?:north|south)(?:-?(?:east|west))?|east|west|central)(?:ern)?\s(?=[^\Wa-z])"
)
"""In small letters: "southern Velmark" is no government's, "South Velmark" may be."""


def is_known_place(surface: str) -> bool:
    """Tell whether a name is listed here: "West Bank" is no bank."""
    plain = key(surface).casefold()
    return plain in _REGIONS or plain in _FEATURES or plain in _STATES_OF_NATURE


def place_label(surface: str) -> str:
    """Return "GPE" or "LOC" for a place's surface form."""
    known = load_aliases().find(surface)
    if known is not None and known.label in {"GPE", "LOC"}:
        return known.label
    plain = key(surface).casefold()
    if plain in _REGIONS or plain in _FEATURES or _PART.match(surface):
        return "LOC"
    if plain in _STATES_OF_NATURE or _GOVERNED.search(plain):
        return "GPE"
    return "LOC" if _NATURE.search(plain) else "GPE"
