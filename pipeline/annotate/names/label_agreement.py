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
from pipeline.annotate.names.given_names import is_common_given_name
from pipeline.annotate.names.known_classes import NO_NAME, known_class
from pipeline.annotate.names.titles import honorific_gender, kinds_of_bodies
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
    r"chairman|chairwoman|co-founder|founder|managing\s+director|president|vice-president|"
    r"(?:head\s+)?coach|skipper|captain|striker|midfielder|defender|goalkeeper|winger)\s+"
)
"""Between a company or team and who leads it: "Lindco| boss |Ida Holm"."""
_PLACES = (
    r"cities|constituencies|counties|countries|districts|hamlets|islands|municipalities|"
    r"neighbou?rhoods|provinces|regions|suburbs|towns|villages|wards"
)
_PEOPLES = r"clans|communities|ethnic\sgroups|people|peoples|tribes"
# Between the names of a list: "Tarn|, |Velm| and |Oru".
_LIST_COMMA = re.compile(r",\s(?:and\s|or\s)?(?:the\s)?|\s(?:and|or)\s(?:the\s)?")
# In front of a list: "towns | such as |Tarn, Velm".
_LIST_LEAD = re.compile(
    rf"\b(?:{_PLACES})(?:,?\s(?:such\sas|including|like|namely|of)|\s(?:are|were)|:|,)\s(?:the\s)?$",
    re.IGNORECASE,
)
# Behind a list: "Tarn, Velm and Oru| districts".
_LIST_END = {
    "GPE": re.compile(rf"\s(?:{_PLACES})\b"),
    "NORP": re.compile(rf"\s(?:{_PEOPLES})\b"),
}
FEWEST_LISTED = 3
"""Names from which a list is one; "Holm and Dane people" may be anybody's."""
_KINDS = "|".join(sorted(kinds_of_bodies(), key=len, reverse=True))
_WITHIN_PHRASES = (
    "about|against|and|as|at|behind|between|by|for|from|in|like|near|of|on|over|since|to|under|who|whose|"
    "with|within"
)
"""Words behind which a noun is no longer what the name is: "Holm, a nurse with a charity,"."""
# In front of a body: "the energy regulator | Lindco", "shares in | Lindco".
_BODY_IN_FRONT = re.compile(
    rf"(?:^|[\s-])(?:{_KINDS})\s$|"
    r"\b(?:[Ss]hares|[Ss]hareholders|stake)\s(?:in|of)\s$|"
    r"\b(?:chief\sexecutive|CEO|chief\sfinancial\sofficer|finance\sdirector|managing\sdirector|"
    r"shareholders|subsidiary)\s(?:of|at)\s$",
)
# Behind such a name: "the regulator Lindco| said"; "the company Holm| founded" is not Holm.
_NAME_ENDS = re.compile(
    r"\s*(?:$|['’,.;:)?!])|\s(?:said|says|told|announced|confirmed|warned|reported|is|was|will|would|and|"
    r"or|in|on|at|which|that|met|fell|rose|left)\b"
)
# Behind a body: "Lindco|, a Danish retailer,", "Lindco| shares fell", "Lindco|’s share price".
_BODY_BEHIND = re.compile(
    rf",\s(?:the|an?|one\sof\sthe)\s(?:(?!(?:{_WITHIN_PHRASES})\b)[\w’'&-]+,?\s){{0,4}}"
    rf"(?:(?:{_KINDS})(?=[,.;:)]|\s(?:that|which|based)\b)|"
    rf"(?:largest|biggest)\s(?:[\w-]+\s){{0,2}}?(?:{_KINDS}|exporter|maker|manufacturer|operator|producer|"
    r"provider|supplier)\b)|"
    r"\s(?:shares|stock)\s(?:fell|rose|were|closed|jumped|slipped|tumbled|dropped|gained|lost|slid|traded|"
    r"soared|plunged|sank|climbed|edged|ended)\b|"
    r",\swhich\s(?:owns|operates|makes|employs|runs|sells|supplies|manufactures|publishes|regulates)\b|"
    r"['’]s\s(?:shares|shareholders|share\sprice)\b"
)
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
    placed = _with_lists(text, _with_places(text, labelled))
    return _with_works(text, [_with_label_of_context(text, span) for span in placed])


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


def _with_lists(text: str, spans: list[CharSpan]) -> list[CharSpan]:
    """Give the names of a list the label that its noun tells: "the Tarn, Velm and Oru districts".

    The same name keeps its own label where it stands outside the list.
    """
    result = list(spans)
    start = 0
    for number in range(1, len(spans) + 1):
        if number < len(spans) and _LIST_COMMA.fullmatch(
            text, spans[number - 1].end, spans[number].start
        ):
            continue
        if number - start >= FEWEST_LISTED:
            label = _label_of_list(text, spans[start], spans[number - 1])
            result[start:number] = [_as_listed(text, span, label) for span in spans[start:number]]
        start = number
    return result


def _label_of_list(text: str, first: CharSpan, last: CharSpan) -> str | None:
    if _LIST_LEAD.search(text, max(0, first.start - 40), first.start):
        return "GPE"
    for label, pattern in _LIST_END.items():
        if pattern.match(text, last.end):
            return label
    return None


def _as_listed(text: str, span: CharSpan, label: str | None) -> CharSpan:
    """Return a name of a list with the list's label, unless the tables know what it is."""
    surface = text[span.start : span.end]
    if label is None or span.label in VOTELESS or known_class(surface):
        return span
    if is_known_place(surface) or load_aliases().find(surface):
        return span
    return span._replace(label=place_label(surface) if label == "GPE" else label)


def _with_companies(text: str, spans: Sequence[CharSpan]) -> list[CharSpan]:
    """Relabel people as companies if the article shows it by "Lindco boss Ida Holm".

    "The retailer Lindco", "Lindco shares fell" and "Lindco, a Danish retailer," show it too.
    """
    full = {word for s in spans if s.label == "PERSON" for word in _words_of_full_name(text, s)}
    companies = {
        text[span.start : span.end]
        for span, following in pairwise(spans)
        if following.label == "PERSON" and _LED.fullmatch(text, span.end, following.start)
    }
    companies |= {
        text[span.start : span.end]
        for span in spans
        if span.label == "PERSON" and _is_shown_as_body(text, span)
    }
    return [
        span._replace(label="ORG")
        if span.label == "PERSON" and text[span.start : span.end] in companies - full
        else span
        for span in spans
    ]


def _is_shown_as_body(text: str, span: CharSpan) -> bool:
    """Tell whether the words around a name say that it is a body; given names are people's."""
    name = text[span.start : span.end]
    is_place = is_known_place(name) or load_aliases().find(name) is not None
    is_person = is_common_given_name(name.split()[0]) or honorific_gender(text, span.start)
    if is_place or is_person:
        return False
    if _BODY_BEHIND.match(text, span.end):
        return True
    # "The publisher Ida Holm" is a person, so behind such a noun only a single word is a body.
    in_front = _BODY_IN_FRONT.search(text, max(0, span.start - 30), span.start)
    return in_front is not None and " " not in name and _NAME_ENDS.match(text, span.end) is not None


def _words_of_full_name(text: str, span: CharSpan) -> list[str]:
    words = text[span.start : span.end].split()
    return words if len(words) > 1 else []
