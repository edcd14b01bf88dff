"""The labels that Dateline promises, and what other label sets become in it.

The tagger's nine classes are those of the Worldwide newswire corpus; installed spaCy pipelines
mostly use OntoNotes names, others the four of CoNLL. Classes that no reader of names asks for
(ordinals, percentages, times of day) have no label here and are dropped. Names of events, laws,
works and languages are told apart by their head words, for which the tagger has one class.
"""

from __future__ import annotations

import re

MEANINGS = {
    "PERSON": ("Person", "PERSON", "people, also invented ones"),
    "ORG": ("Organization", "ORG", "companies, parties, ministries, teams, media"),
    "GPE": ("Location", "GPE", "countries, cities, provinces: what has a government"),
    "LOC": ("Location", "LOC", "continents, regions, mountains, water"),
    "NORP": ("NORP", "NORP", "nationalities, peoples, religions, political camps"),
    "FAC": ("Facility", "FAC", "airports, bridges, stadiums, dams, buildings"),
    "EVENT": ("Misc", "EVENT", "wars, summits, elections, tournaments, holidays"),
    "PRODUCT": ("Product", "PRODUCT", "vehicles, weapons, devices, medicines"),
    "DATE": ("Date", "DATE", "days, months, years and weekdays; spans of time are left out"),
    "MONEY": ("Money", "MONEY", "sums with their currency"),
    "WORK_OF_ART": ("Misc", "WORK_OF_ART", "titles of films, books, songs, programmes"),
    "LAW": ("Misc", "LAW", "treaties, acts, constitutions, resolutions"),
    "LANGUAGE": ("NORP", "LANGUAGE", "languages, where the sentence speaks of them"),
    "MISC": ("Misc", "(none)", "other names: diseases, programmes, plans, prizes"),
}
"""Label → (the tagger's class it comes from, its OntoNotes name, what it holds)."""
LABELS = list(MEANINGS)
TAGGER = {
    "Person": "PERSON",
    "Organization": "ORG",
    "NORP": "NORP",
    "Date": "DATE",
    "Money": "MONEY",
    "Facility": "FAC",
    "Product": "PRODUCT",
    "Misc": "MISC",
    "Location": "GPE",
}
"""The tagger's classes; Location and Misc are told apart further by ``gazetteer`` and below."""
OTHERS = {
    **{label: label for label in LABELS},
    "PER": "PERSON",
    "persName": "PERSON",
    "ORGANIZATION": "ORG",
    "orgName": "ORG",
    "LOCATION": "GPE",
    "placeName": "GPE",
    "FACILITY": "FAC",
}
"""What an installed pipeline calls them: OntoNotes, CoNLL and the names of UD corpora."""

_HEADS = {
    "EVENT": "dialogue summit war wars conference olympics paralympics games festival championship "
    "championships cup election elections referendum revolution massacre genocide holocaust "
    "earthquake hurricane typhoon cyclone tsunami pandemic crisis uprising spring protests "
    "marathon derby final finals tournament open awards ceremony day week christmas easter ramadan "
    "eid diwali hanukkah passover nowruz talks forum expo congress battle siege ceasefire "
    "operation coup intifada riots carnival biennale prix trophy",
    "LAW": "treaty act agreement accord accords constitution bill law laws convention protocol "
    "charter amendment code resolution directive regulation pact declaration statute ordinance "
    "decree covenant",
    "WORK_OF_ART": "song album film movie novel book painting symphony opera",
}
_HEAD_OF = {word: label for label, words in _HEADS.items() for word in words.split()}
_STORM = re.compile(
    r"(?:hurricane|typhoon|cyclone|tropical storm|operation|battle|siege)\s", re.IGNORECASE
)
_SURE_HEADS = {
    "ORG": "ministry university party court council department commission institute authority "
    "union agency committee government association federation organization organisation company "
    "corporation bureau foundation embassy police army navy corp ltd limited inc holdings academy "
    "church secretariat tribunal airways airlines college society directorate parliament "
    "securities electronics industries insurance technologies chamber bank",
    "FAC": "airport bridge museum stadium dam cathedral port",
    "GPE": "river islands sea county prefecture province governorate strait creek lake mountains",
    "MISC": "cup games act festival award awards war summit championship championships agreement "
    "code bill prize accord accords treaty constitution olympics index statute protocol amendment",
}
"""Heads that leave no doubt: each stands for its class in 19 of 20 names of Worldwide's training
part, "West Bank" apart, or is its synonym. "Centre", "House", "Park" and "League" are not here."""
_SURE_HEAD_OF = {word: label for label, words in _SURE_HEADS.items() for word in words.split()}
_SURNAMES = frozenset(
    "church bank court bill bridge lake dam port day war sea creek college police act code".split()
)
"""Heads that end people's names as well: "Ruth Church"."""
_BEFORE_OF = re.compile(r"\s(?:of|on|for|against|to)\s")
_WORK_BEFORE = re.compile(
    r"\b(?:films?|movies?|documentary|documentaries|series|sitcom|drama|novels?|books?|memoirs?|"
    r"autobiography|poems?|albums?|songs?|tracks?|paintings?|plays?|musicals?|"
    r"operas?|ballets?|exhibitions?|sculptures?|essays?|podcasts?|titled|entitled)"
    r",?\s*(?:(?:called|titled|entitled|named)\s+)?[“‘\"'«]?$",
    re.IGNORECASE,
)
_PREPOSITIONS = frozenset(
    "with from into over upon than between without about under above below".split()
)
_OPEN_QUOTES = '“‘"«'
_CLOSE_QUOTES = '”’"»'
_LANGUAGES = frozenset(
    "english french spanish portuguese german italian dutch russian ukrainian polish greek turkish "
    "arabic hebrew persian farsi dari pashto kurdish urdu hindi bengali bangla punjabi tamil "
    "telugu malayalam marathi gujarati kannada nepali sinhala burmese thai lao khmer vietnamese "
    "malay indonesian tagalog filipino cebuano chinese mandarin cantonese japanese korean "
    "mongolian kazakh uzbek tibetan uyghur swahili kiswahili hausa yoruba igbo zulu isizulu xhosa "
    "shona somali amharic oromo tigrinya twi lingala kinyarwanda luganda wolof quechua aymara "
    "guarani nahuatl creole maori māori latin esperanto welsh gaelic irish catalan basque romanian "
    "hungarian czech slovak serbian croatian bulgarian swedish norwegian danish finnish icelandic "
    "afrikaans armenian georgian azerbaijani".split()
)
_SPOKEN = re.compile(
    r"\b(?:speaks?|speaking|spoke|spoken|fluent in|translated (?:in)?to|from the|written in|"
    r"said in|wrote in|tweeted in|speech in|broken|learn|learning|learned|taught in|in|into)\s$"
)
_LANGUAGE_AFTER = re.compile(r"(?:[ -]languages?\b|\s(?:speakers?|dialects?|translations?)\b)")
_LANGUAGE_ENDS = re.compile(r"\s*(?:$|[.,;:!?)”\"\n]|(?:and|or|on|at|that|to|from|with|as)\b)")


def head_word(surface: str) -> str:
    """Return the word that says what a name is: "Treaty of Lisbon", "INF Treaty" → "treaty".

    English names end in their head word, or hold it before "of"; years behind it do not count.
    """
    words = re.split(r"[\W_]+", _BEFORE_OF.split(surface.casefold(), maxsplit=1)[0])
    words = [word for word in words if word and not word.isdigit()]
    return words[-1] if words else ""


def misc_label(surface: str) -> str:
    """Tell EVENT, LAW and WORK_OF_ART from MISC by the head word: "INF Treaty" is a LAW."""
    label = _HEAD_OF.get(head_word(surface))
    return label or ("EVENT" if _STORM.match(surface) else "MISC")


def sure_label(surface: str, label: str) -> str | None:
    """Return the class that the head word of a longer name leaves no doubt about, or None.

    ``label`` is what the name is taken for: people's surnames are no head words.
    """
    words = surface.casefold().split()
    if len(words) < 2 or words[-2] in {"the", "a", "an"}:
        # "Old Men and the Sea" is no sea.
        return None
    head = head_word(surface)
    if label == "PERSON" and head in _SURNAMES:
        return None
    return _SURE_HEAD_OF.get(head)


def is_work(text: str, start: int, end: int) -> bool:
    """Tell whether a name of no other class is a title: “The Salt Path” or "the film Salt".

    Two words between quotation marks are as often a nickname: the “Black Death”.
    """
    if _WORK_BEFORE.search(text, max(0, start - 40), start):
        return True
    long = text.count(" ", start, end) > 1
    return long and is_title_case(text[start:end]) and _is_quoted(text, start, end)


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Tell whether quotation marks stand around, a comma or full stop before the last one."""
    behind = text[end : end + 2].lstrip(",.")[:1]
    return (
        start > 0 and text[start - 1] in _OPEN_QUOTES and behind != "" and behind in _CLOSE_QUOTES
    )


def is_title_case(surface: str) -> bool:
    """Tell whether all but short words and prepositions have capitals: "Salt and the Sea"."""
    return all(
        len(word) < 4 or not word[0].islower() or word in _PREPOSITIONS for word in surface.split()
    )


def is_language(text: str, start: int, end: int) -> bool:
    """Tell whether a people's name means its language: "in Hausa", "the Hausa language".

    Said of the mention, not of the name: "Arabic" in "an Arabic coffee pot" stays NORP.
    """
    if text[start:end].casefold() not in _LANGUAGES:
        return False
    if _LANGUAGE_AFTER.match(text, end):
        return True
    before = _SPOKEN.search(text, max(0, start - 24), start)
    return before is not None and _LANGUAGE_ENDS.match(text, end) is not None
