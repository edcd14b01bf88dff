"""Find names that the tagger missed, by rules and tables.

A title stands between quotation marks, countries and their peoples are in the alias table, a common
given name begins a person's name, and a name that was found twice is a name wherever it stands.
Each function yields the spans to add.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from pipeline.annotate.labels import is_title_case, sure_label
from pipeline.annotate.names.aliases import key, load_aliases
from pipeline.annotate.names.gazetteer import place_label
from pipeline.annotate.names.given_names import is_common_given_name
from pipeline.annotate.names.titles import is_title_word
from pipeline.annotate.spans import CharSpan

MOST_NAMES = 300
"""Names that are searched in the text again. An article has about 30; the limit keeps a telephone
directory from taking hours."""
REPEATED_LABELS = frozenset(
    {"PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "PRODUCT", "LAW"}
)
"""Labels whose names are searched in the text again; those of dates and sums are not."""
GUESSED = 0.5
"""Score of a name that a rule found without the tagger."""
_QUOTED = re.compile(r"[“\"‘«]([A-Z0-9][^“”\"«»\n]{8,80}?)[,.]?[”\"’»](?!\w)")
_TITLE_WORDS = range(4, 10)
"""Words of a title between quotation marks. Of quoted phrases in title case in Worldwide's training
part, nine of ten with four words or more are a name; of those with three words a quarter are
none."""
FEWEST_SPOKEN_WORDS = 4
"""Words of the shortest spoken sentence that is recognised."""
_SPOKEN_ENDS = frozenset(stop + mark for stop in ",.!?" for mark in "”\"’»'")
_FINITE = re.compile(
    r"\s(?:is|are|was|were|has|have|had|will|would|can|must|do|did)\s"
    r"|^(?:I|It|That|There|He|She|We|You|They|What|Who)['’](?:s|re|m|ve|ll|d)\s"
)
_PLACED = re.compile(
    r"\b(?:in|for|from|to|near|across) ([A-Z][^\W\d_]+(?: [A-Z][^\W\d_]+)*)(?![\w’'-])"
)
_CAPITALISED = re.compile(r"(?<![\w.’'-])[A-Z][a-z]+(?: [A-Z][a-z]+)*(?![\w-])")
_GIVEN_AND_SURNAME = re.compile(
    r"(?<![\w.’'@#-])([A-Z][a-z]+)(?: [A-Z]\.)? (?:(?:de|la|del|van|von|der|al|el|bin) ){0,2}"
    r"(?:Mc|Mac|[OD][’']|[AE]l-|[ae]l-)?[A-Z][a-z]+(?:-[A-Z][a-z]+)?(?![\w-]| [A-Z])"
)
_CAPITALISED_WORD = re.compile(r"(?<![\w.’'@#-])[^\W\da-z_][^\W\d_]+(?![\w-]| [A-Z])")
_IN_CAPITALS = re.compile(r"(?<![\w.’'@#(-])[A-Z]{3,}(?![\w-]| [A-Z]{2})")
_SMALL_BESIDE = re.compile(r"[a-z]{2}")
_WORD_BEFORE = re.compile(r"([\w.’'-]+) $")
_OPENING = re.compile(r"(?:^|[\n.!?:“”\"‘(\[•–—-])\s*$")


def full_organisation_names(text: str, spans: Sequence[CharSpan]) -> Iterator[CharSpan]:
    """Yield the full names of known organisations of which only a part was tagged.

    The tagger often ends "Organization for Security and Co-operation in Europe" at the hyphen.
    """
    places = sorted({position for span in spans for position in (span.start, span.end - 1)})
    for name in load_aliases().long_organisations:
        for start in _occurrences(text, name):
            end = start + len(name)
            if bisect_left(places, end) > bisect_left(places, start):
                yield CharSpan(start, end, "ORG")


def quoted_titles(text: str) -> Iterator[CharSpan]:
    """Yield phrases in title case between quotation marks, each as one name.

    “This Harbour with Ida Vesterby” is a programme, although it contains a person's name.
    """
    for match in _QUOTED.finditer(text):
        words = match[1].split()
        if len(words) in _TITLE_WORDS and is_title_case(match[1]) and not match[1].isupper():
            title = CharSpan(match.start(1), match.end(1), "MISC")
            if not is_spoken_sentence(text, title):
                yield title


def is_spoken_sentence(text: str, span: CharSpan) -> bool:
    """Tell whether a MISC span is no title but a quoted sentence: “It was a long day for Tarn,”.

    Such a sentence has small letters where a title has capitals ("was"), and its comma or stop is
    inside the quotation marks.
    """
    surface = text[span.start : span.end]
    if span.label != "MISC" or surface.count(" ") < FEWEST_SPOKEN_WORDS - 1:
        return False
    if is_title_case(surface) and not _FINITE.search(surface):
        return False
    opened = text[span.start - 1 : span.start] in {*"“\"‘«'"} and span.start > 0
    return opened and text[span.end : span.end + 2] in _SPOKEN_ENDS


def places_in_speech(text: str, spans: Sequence[CharSpan]) -> Iterator[CharSpan]:
    """Yield capitalised words after "for", "in" or "to" in spoken sentences: "day for Tarn"."""
    for span in spans:
        for match in _PLACED.finditer(text, span.start, span.end):
            yield CharSpan(*match.span(1), "GPE", GUESSED)


def known_countries_and_peoples(text: str, spans: Sequence[CharSpan]) -> Iterator[CharSpan]:
    """Yield untagged countries and nationalities inside sentences: "would the Kenyans".

    The first word of a sentence may be another word ("Turkey") and is skipped. An article without
    any place or people gets none, because an installed pipeline may not look for places.
    """
    if not any(span.label in {"GPE", "LOC", "NORP"} for span in spans):
        return
    starts = [span.start for span in spans]
    aliases = load_aliases()
    for match in _CAPITALISED.finditer(text):
        place = bisect_left(starts, match.end())
        if (place and spans[place - 1].end > match.start()) or _OPENING.search(
            text, max(0, match.start() - 3), match.start()
        ):
            continue
        known = aliases.find(match[0])
        if aliases.find_demonym(match[0]):
            yield CharSpan(match.start(), match.end(), "NORP", GUESSED)
        elif known is not None and known.label == "GPE":
            yield CharSpan(match.start(), match.end(), "GPE", GUESSED)


def known_organisations(text: str, spans: Sequence[CharSpan]) -> Iterator[CharSpan]:
    """Yield untagged abbreviations of listed organisations: "the WHO said".

    Two letters may be another word in capitals ("AU"), and so may any in a line of capitals ("WHO
    WON"). An article without any organisation gets none, because an installed pipeline may not look
    for organisations.
    """
    if not any(span.label == "ORG" for span in spans):
        return
    starts = [span.start for span in spans]
    for match in _IN_CAPITALS.finditer(text):
        place = bisect_left(starts, match.end())
        if place and spans[place - 1].end > match.start():
            continue
        known = load_aliases().find(match[0])
        if (
            known is not None
            and known.label == "ORG"
            and _SMALL_BESIDE.search(text, max(0, match.start() - 20), match.end() + 20)
        ):
            yield CharSpan(match.start(), match.end(), "ORG", GUESSED)


def people_by_given_name(text: str, spans: Sequence[CharSpan]) -> Iterator[CharSpan]:
    """Yield untagged people: a common given name before a surname, "Mary Holm".

    95 % of such pairs belong to a person in the training part of Worldwide; "Mary River" and "Dana
    Airlines" show by their head words that they do not. An article without any person gets none,
    because an installed pipeline may not look for people.
    """
    if not any(span.label == "PERSON" for span in spans):
        return
    starts = [span.start for span in spans]
    others = {text[span.start : span.end] for span in spans if span.label != "PERSON"}
    for match in _GIVEN_AND_SURNAME.finditer(text):
        place = bisect_left(starts, match.end())
        free = not place or spans[place - 1].end <= match.start()
        if (
            free
            and is_common_given_name(match[1])
            # "South Carolina Republican" where the article has "Republican" as a party.
            and match[0].split()[-1] not in others
            and not sure_label(match[0], "MISC")
            and place_label(match[0]) == "GPE"
        ):
            yield CharSpan(match.start(), match.end(), "PERSON", GUESSED)


def surnames_of_people(text: str, spans: Sequence[CharSpan]) -> Iterator[CharSpan]:
    """Yield untagged bare surnames of people whose full name was tagged.

    In Worldwide's training part 98 % of them mean the person, and most of the others are mistakes
    of the annotators. Beside another capitalised word that is no title it is another name: "Tarn
    Tower".
    """
    full = {text[s.start : s.end] for s in spans if s.label == "PERSON"}
    known = {name.split()[-1] for name in full if " " in name}
    known = {name for name in known if name[0].isupper() and name.isalpha() and len(name) > 2}
    if not known:
        return
    starts = [span.start for span in spans]
    for match in _CAPITALISED_WORD.finditer(text):
        place = bisect_left(starts, match.end())
        if match[0] not in known or (place and spans[place - 1].end > match.start()):
            continue
        before = _WORD_BEFORE.search(text, max(0, match.start() - 20), match.start())
        if before is None or not before[1][0].isupper() or is_title_word(before[1]):
            yield CharSpan(match.start(), match.end(), "PERSON", GUESSED)


def repeated_names(
    text: str, spans: Sequence[CharSpan], defined: Collection[str] = ()
) -> Iterator[CharSpan]:
    """Yield untagged repetitions of names that have several words or were tagged twice.

    Args:
        text: the article.
        spans: its mentions so far.
        defined: the abbreviations that the article explains, as ``aliases.key`` writes them.
    """
    counts = Counter(text[span.start : span.end] for span in spans if span.label in REPEATED_LABELS)
    labels = {text[span.start : span.end]: span.label for span in spans}
    common = counts.most_common(MOST_NAMES)
    names = [
        name
        for name, count in common
        if key(name) in defined or _is_distinctive(name, count, labels[name])
    ]
    taken = {position for span in spans for position in (span.start, span.end - 1)}
    for name in names:
        for start in _occurrences(text, name):
            end = start + len(name)
            joined = text[end : end + 1] == "-" or text[start - 1 : start] == "-"
            if not joined and start not in taken and end - 1 not in taken:
                yield CharSpan(start, end, labels[name], GUESSED)


def _occurrences(text: str, name: str) -> Iterator[int]:
    """Yield the positions at which a name occurs as whole words."""
    start = text.find(name)
    while start != -1:
        end = start + len(name)
        before, after = text[start - 1 : start] if start else "", text[end : end + 1]
        if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
            yield start
        start = text.find(name, end)


def _is_distinctive(name: str, count: int, label: str) -> bool:
    """Tell whether a name means the same thing wherever its letters occur."""
    if not name[0].isupper() or len(name) < 3:
        return False
    if " " in name or name.isupper():
        return True
    return count > 1 and label in {"PERSON", "ORG", "GPE", "NORP"}
