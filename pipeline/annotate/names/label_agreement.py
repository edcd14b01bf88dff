"""Give all mentions of a name in an article the same label.

The tagger labels token by token, so a name may be an organisation in one sentence and a place in
the next. In the Worldwide corpus one surface form has one label in an article in 99.2 % of cases.
So the mentions vote, weighted by the tagger's confidence: a form in capitals is the same name, an
abbreviation votes with its long form, and a surname with the full name. Tables and the words around
a mention then correct the elected label.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from pipeline.annotate.labels import is_language, is_work, misc_label, sure_label
from pipeline.annotate.names.aliases import key, load_aliases
from pipeline.annotate.names.gazetteer import is_known_place, place_label
from pipeline.annotate.names.known_classes import NO_NAME, known_class
from pipeline.annotate.spans import CharSpan
from pipeline.line_rules.calendar_words import ENGLISH_WEEKDAYS

_PREPOSITION_OF_PLACE = re.compile(r"\b(?:[Ii]n|[Aa]cross|[Nn]ear|[Ff]rom)\s+$")
_WEEKDAY = re.compile("|".join(ENGLISH_WEEKDAYS))
_SUM = re.compile(
    r"(?:[A-Z]{0,3}[$€£¥₹₦₵]|R|RM|RMB|Rs\.?|KSh|Ksh|Sh|NT|[A-Z]{3})\s?\d[\d.,]*\s?"
    r"(?:k|m|mn|bn|tn|thousand|lakh|crore|million|billion|trillion)"
)
"""A sum of money with its unit: "R2bn", "KSh40 million", but not "A380" or "R2"."""
_COMPANY = re.compile(
    r"[\w)] (?:S\.?A\.?|Ltd\.?|Inc\.?|GmbH|AG|ASA?|AB|N\.?V\.?|B\.?V\.?|PLC|Plc|plc|LLC|SpA"
    r"|Oyj|A/S)$"
)
"""Legal forms of companies, which no person's name ends in: "Tarn-Eaux SA"."""
_LED = re.compile(
    r"(?:['’]s)?\s+(?:(?:vice|former|new|then)[ -])?(?:boss|CEO|CFO|COO|CTO|chief\s+executive|"
    r"chairman|chairwoman|co-founder|founder|managing\s+director|president|vice-president)\s+"
)
"""Between a company and who leads it: "Lindco| boss |Ida Holm"."""
SURNAME_SHARE, GIVEN_SHARE = 1.0, 0.3
"""Weights of a full name's votes for its surname alone and for its first word alone. They decide
where the votes of the short form itself are equal. The first word has the smaller weight because
"Virginia" and "Florence" are given names and places. Between 0.3 and 1.0 the values change nothing
on Worldwide's development part."""
LONGEST_ACRONYM = 5
"""Letters up to which a word in capitals may be an acronym: "WHO" is not "Who"."""
VOTELESS = frozenset({"DATE", "MONEY"})
"""Labels that every mention keeps."""

Votes = dict[str, dict[str, float]]
"""Name → label → weight."""


def with_agreed_labels(
    text: str, spans: Sequence[CharSpan], spelled_out: Mapping[str, str]
) -> list[CharSpan]:
    """Return the mentions, each with the label that has most weight among those of its name.

    Args:
        text: the article.
        spans: its mentions.
        spelled_out: abbreviation, as ``aliases.key`` writes it → its long form in the article.
    """
    spans = _with_companies(text, spans)
    surfaces = [text[span.start : span.end] for span in spans]
    surfaces = [spelled_out.get(key(surface), surface) for surface in surfaces]
    normal = normal_forms(surfaces)
    names = [normal.get(key(surface), key(surface)) for surface in surfaces]
    votes = _count(names, spans)
    labelled = [
        span._replace(label=_elect(surface, span.label, votes[name]))
        for surface, name, span in zip(surfaces, names, spans, strict=True)
    ]
    return _with_works(
        text, [_with_label_of_context(text, span) for span in _with_places(text, labelled)]
    )


def normal_forms(surfaces: Sequence[str]) -> dict[str, str]:
    """Return name in capitals → its usual spelling, for those that the article has both ways."""
    keys = {key(surface) for surface in surfaces}
    usual = {name.casefold(): name for name in sorted(keys) if not name.isupper()}
    return {
        name: usual[name.casefold()]
        for name in keys
        if name.isupper()
        and (" " in name or len(name) > LONGEST_ACRONYM)
        and name.casefold() in usual
    }


def _count(names: Sequence[str], spans: Sequence[CharSpan]) -> Votes:
    votes: Votes = defaultdict(lambda: defaultdict(float))
    for name, span in zip(names, spans, strict=True):
        votes[name][span.label] += span.score
    people = [(name, given["PERSON"]) for name, given in votes.items() if _is_person(name, given)]
    for name, weight in people:
        words = name.split(" ")
        for short in (" ".join(words[first:]) for first in range(1, len(words))):
            if short in votes:
                votes[short]["PERSON"] += SURNAME_SHARE * weight
        if words[0] in votes:
            votes[words[0]]["PERSON"] += GIVEN_SHARE * weight
    return votes


def _is_person(name: str, votes: Mapping[str, float]) -> bool:
    return " " in name and max(votes, key=lambda choice: votes[choice]) == "PERSON"


def _elect(surface: str, label: str, votes: Mapping[str, float]) -> str:
    """Return the elected label of a name, corrected by what the tables say about the name."""
    if label in VOTELESS and known_class(surface) != "MISC":
        return label
    always = known_class(surface)
    if always is not None and always != NO_NAME:
        return always
    label = max(votes, key=lambda choice: votes[choice])
    known = load_aliases().find(surface)
    # Chad, Jordan, Georgia and Israel are given names as well, so PERSON is kept.
    if known and label != "PERSON" and not (known.label == "GPE" and label in {"ORG", "FAC"}):
        return known.label
    if label == "GPE" and load_aliases().find_demonym(surface):
        return "NORP"
    if label == "MISC" and _WEEKDAY.fullmatch(surface):
        return "DATE"
    if _SUM.fullmatch(surface):
        return "MONEY"
    if label not in {"ORG", "PRODUCT"} and _COMPANY.search(surface) and not surface.isupper():
        return "ORG"
    if not (known or is_known_place(surface)):
        label = sure_label(surface, label) or label
    if label == "GPE":
        return "GPE" if _is_town_with_country(surface) else place_label(surface)
    return misc_label(surface) if label == "MISC" else label


def _is_town_with_country(surface: str) -> bool:
    """Tell whether a country follows the name, which makes it a town: "TARN BAY, Kenya"."""
    _, comma, country = surface.rpartition(", ")
    known = load_aliases().find(country) if comma else None
    return known is not None and known.label == "GPE"


def _with_label_of_context(text: str, span: CharSpan) -> CharSpan:
    """Label a mention as a title or a language if the words around it show that it is one."""
    if span.label == "MISC" and is_work(text, span.start, span.end):
        return span._replace(label="WORK_OF_ART")
    if span.label in {"NORP", "MISC", "GPE"} and is_language(text, span.start, span.end):
        return span._replace(label="LANGUAGE")
    return span


def _with_works(text: str, spans: list[CharSpan]) -> list[CharSpan]:
    """Label all mentions of a name as titles if one of them is shown to be one."""
    works = {key(text[s.start : s.end]) for s in spans if s.label == "WORK_OF_ART"}
    return [
        span._replace(label="WORK_OF_ART")
        if span.label == "MISC" and key(text[span.start : span.end]) in works
        else span
        for span in spans
    ]


def is_derived_demonym(people: str, place: str) -> bool:
    """Tell whether a people's name is derived from a place's: "Halvanian" from "Halvane"."""
    return len(place) > 3 and people.startswith(place[: max(4, len(place) - 2)])


def _with_places(text: str, spans: list[CharSpan]) -> list[CharSpan]:
    """Relabel people as places if the article shows it by "in Halvane" or by "Halvanian".

    The tagger takes unknown names for people, above all before "'s".
    """
    full = {word for s in spans if s.label == "PERSON" for word in _words_of_full_name(text, s)}
    peoples = {text[s.start : s.end] for s in spans if s.label == "NORP"}
    found: dict[str, list[bool]] = defaultdict(list)
    for span in spans:
        surface = text[span.start : span.end]
        if span.label == "PERSON" and " " not in surface and surface not in full:
            found[surface].append(
                _PREPOSITION_OF_PLACE.search(text, max(0, span.start - 12), span.start) is not None
            )
    places = {
        surface
        for surface, after_preposition in found.items()
        if sum(after_preposition) * 2 > max(2, len(after_preposition))
        or any(is_derived_demonym(name, surface) for name in peoples)
    }
    return [
        span._replace(label="GPE")
        if span.label == "PERSON" and text[span.start : span.end] in places
        else span
        for span in spans
    ]


def _with_companies(text: str, spans: Sequence[CharSpan]) -> list[CharSpan]:
    """Relabel people as companies if the article shows it by "Lindco boss Ida Holm"."""
    full = {word for s in spans if s.label == "PERSON" for word in _words_of_full_name(text, s)}
    companies = {
        text[span.start : span.end]
        for span, following in pairwise(spans)
        if following.label == "PERSON" and _LED.fullmatch(text, span.end, following.start)
    }
    return [
        span._replace(label="ORG")
        if span.label == "PERSON" and text[span.start : span.end] in companies - full
        else span
        for span in spans
    ]


def _words_of_full_name(text: str, span: CharSpan) -> list[str]:
    words = text[span.start : span.end].split()
    return words if len(words) > 1 else []
