"""The labels of names that Dateline promises, and how other label sets map to them.

The tagger's nine classes are those of the Worldwide newswire corpus. Installed spaCy pipelines
mostly use OntoNotes labels, others the four of CoNLL. Classes without a label here (ordinals,
percentages, times of day) are dropped: nobody who looks for names asks for them. The tagger has one
class, Misc, for events, laws, works and other names; the head word of the name or the words around
it decide between them. Head words are in ``label_heads.tsv``, names of languages in
``languages.tsv``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.tables import read_rows

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
LABEL_OF_CLASS = {
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
"""The tagger's classes → labels. ``names.gazetteer`` splits Location into GPE and LOC; the
functions below split Misc into EVENT, LAW, WORK_OF_ART and MISC, NORP into NORP and LANGUAGE."""
LABEL_OF_PIPELINE = {
    **{label: label for label in LABELS},
    "PER": "PERSON",
    "persName": "PERSON",
    "ORGANIZATION": "ORG",
    "orgName": "ORG",
    "LOCATION": "GPE",
    "placeName": "GPE",
    "FACILITY": "FAC",
}
"""Labels of installed pipelines (OntoNotes, CoNLL and those of UD corpora) → labels."""

_KINDS_OF_MISC = frozenset({"EVENT", "LAW", "WORK_OF_ART"})
_STORM = re.compile(
    r"(?:hurricane|typhoon|cyclone|tropical storm|operation|battle|siege)\s", re.IGNORECASE
)
"""Events whose head word comes first: "Hurricane Odile"."""
_BEFORE_OF = re.compile(r"\s(?:of|on|for|against|to)\s")
_WORK_NOUN_BEFORE = re.compile(
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
_SPOKEN = re.compile(
    r"\b(?:speaks?|speaking|spoke|spoken|fluent in|translated (?:in)?to|from the|written in|"
    r"said in|wrote in|tweeted in|speech in|broken|learn|learning|learned|taught in|in|into)\s$"
)
_LANGUAGE_AFTER = re.compile(r"(?:[ -]languages?\b|\s(?:speakers?|dialects?|translations?)\b)")
_LANGUAGE_ENDS = re.compile(r"\s*(?:$|[.,;:!?)”\"\n]|(?:and|or|on|at|that|to|from|with|as)\b)")


class _Head(NamedTuple):
    """A head word of ``label_heads.tsv``; its header says what the columns mean."""

    label: str
    is_sure: bool
    is_surname: bool


@lru_cache(maxsize=1)
def _heads() -> dict[str, _Head]:
    rows = read_rows(__package__, "label_heads.tsv", columns=4)
    return {
        word: _Head(label, sure == "yes", surname == "yes") for word, label, sure, surname in rows
    }


@lru_cache(maxsize=1)
def _languages() -> frozenset[str]:
    return frozenset(name for (name,) in read_rows(__package__, "languages.tsv", columns=1))


def head_word(surface: str) -> str:
    """Return the word that says what a name is: "Treaty of Lisbon", "INF Treaty" → "treaty".

    An English name ends in its head word or has it before "of"; a year at the end does not count.
    Returns "" for a name without words.
    """
    words = re.split(r"[\W_]+", _BEFORE_OF.split(surface.casefold(), maxsplit=1)[0])
    words = [word for word in words if word and not word.isdigit()]
    return words[-1] if words else ""


def misc_label(surface: str) -> str:
    """Return EVENT, LAW, WORK_OF_ART or MISC for a name of the tagger's class Misc.

    The head word decides: "INF Treaty" is LAW.
    """
    head = _heads().get(head_word(surface))
    if head is not None and head.label in _KINDS_OF_MISC:
        return head.label
    return "EVENT" if _STORM.match(surface) else "MISC"


def sure_label(surface: str, label: str) -> str | None:
    """Return the label that the head word of a name of several words leaves no doubt about.

    Args:
        surface: the name as the text has it.
        label: the label it has so far; a person's surname is no head word.

    Returns:
        ORG, FAC, GPE for any place, or MISC for any event, law or other name; None without a sure
        head word.
    """
    words = surface.casefold().split()
    if len(words) < 2 or words[-2] in {"the", "a", "an"}:
        # "Old Men and the Sea" is no sea.
        return None
    head = _heads().get(head_word(surface))
    if head is None or not head.is_sure or (label == "PERSON" and head.is_surname):
        return None
    return "MISC" if head.label in _KINDS_OF_MISC else head.label


def is_work(text: str, start: int, end: int) -> bool:
    """Tell whether a MISC name is the title of a work: “The Salt Path” or "the film Salt".

    Two words between quotation marks are as often a nickname (the “Black Death”), so quotation
    marks count for three words or more.
    """
    if _WORK_NOUN_BEFORE.search(text, max(0, start - 40), start):
        return True
    is_long = text.count(" ", start, end) > 1
    return is_long and is_title_case(text[start:end]) and _is_quoted(text, start, end)


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Tell whether quotation marks enclose a name; a comma or stop may precede the closing one."""
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
    """Tell whether a mention of a people means its language: "in Hausa", "the Hausa language".

    It depends on the mention, not on the name: "Arabic" in "an Arabic coffee pot" stays NORP.
    """
    if text[start:end].casefold() not in _languages():
        return False
    if _LANGUAGE_AFTER.match(text, end):
        return True
    before = _SPOKEN.search(text, max(0, start - 24), start)
    return before is not None and _LANGUAGE_ENDS.match(text, end) is not None
