"""One name, one class, all through an article: what the mentions of a name agree on.

The tagger labels token by token, so the same name may be an organisation here and a place there.
One surface form has one label in one article (in the Worldwide corpus it keeps it in 99.2 % of
cases); capitals are the same name, an abbreviation votes with its long form, and a surname with
the full name. Looks at names and their nearest words, not at other articles.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipeline.annotate.labels import is_language, is_work, misc_label, sure_label
from pipeline.annotate.names.aliases import key, load_aliases
from pipeline.annotate.names.gazetteer import is_known_place, place_label
from pipeline.annotate.spans import CharSpan

_INSIDE = re.compile(r"\b(?:[Ii]n|[Aa]cross|[Nn]ear|[Ff]rom)\s+$")
_WEEKDAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day")
_SUM = re.compile(
    r"(?:[A-Z]{0,3}[$€£¥₹₦₵]|R|RM|RMB|Rs\.?|KSh|Ksh|Sh|NT|[A-Z]{3})\s?\d[\d.,]*\s?"
    r"(?:k|m|mn|bn|tn|thousand|lakh|crore|million|billion|trillion)"
)
"""A sum with its unit: "R2bn", "KSh40 million"; "A380" and "R2" are none."""
_COMPANY = re.compile(
    r"[\w)] (?:S\.?A\.?|Ltd\.?|Inc\.?|GmbH|AG|ASA?|AB|N\.?V\.?|B\.?V\.?|PLC|Plc|plc|LLC|SpA"
    r"|Oyj|A/S)$"
)
"""Legal forms, which people's names never end in: "Tarn-Eaux SA"."""
SURNAME_SHARE, GIVEN_SHARE = 1.0, 0.3
"""Weight of a full name's vote on its surname alone and on its first word alone. Within these
bounds nothing changes on Worldwide's development part; they keep a chain in one piece where the
short form's own votes are even. "Virginia" and "Florence" are given names and places."""
LONGEST_ACRONYM = 5
"""Letters up to which capitals may be initials: "WHO" is no other form of "Who"."""
VOTELESS = frozenset({"DATE", "MONEY"})

Votes = dict[str, dict[str, float]]


def agree(text: str, spans: Sequence[CharSpan], spelled_out: Mapping[str, str]) -> list[CharSpan]:
    """Give every mention the label that weighs most among the mentions of its name.

    ``spelled_out`` maps abbreviations, as ``aliases.key`` writes them, to their long forms.
    """
    surfaces = [text[span.start : span.end] for span in spans]
    surfaces = [spelled_out.get(key(surface), surface) for surface in surfaces]
    normal = normal_forms(surfaces)
    names = [normal.get(key(surface), key(surface)) for surface in surfaces]
    votes = _count(names, spans)
    labelled = [
        span._replace(label=_elect(surface, span.label, votes[name]))
        for surface, name, span in zip(surfaces, names, spans, strict=True)
    ]
    return _with_works(text, [_by_context(text, span) for span in _with_places(text, labelled)])


def normal_forms(surfaces: Sequence[str]) -> dict[str, str]:
    """Map names in capitals to their usual spelling, where the article has it."""
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
    if label in VOTELESS:
        return label
    label = max(votes, key=lambda choice: votes[choice])
    known = load_aliases().find(surface)
    # Chad, Jordan, Georgia and Israel are given names as well, so people keep their label.
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
        return "GPE" if _in_a_country(surface) else place_label(surface)
    return misc_label(surface) if label == "MISC" else label


def _in_a_country(surface: str) -> bool:
    """Tell the town of a dateline from nature: "TARN BAY, Kenya", "Long Lake, Ohio"."""
    _, comma, country = surface.rpartition(", ")
    known = load_aliases().find(country) if comma else None
    return known is not None and known.label == "GPE"


def _by_context(text: str, span: CharSpan) -> CharSpan:
    """Tell titles and languages by what stands around them, mention by mention."""
    if span.label == "MISC" and is_work(text, span.start, span.end):
        return span._replace(label="WORK_OF_ART")
    if span.label in {"NORP", "MISC", "GPE"} and is_language(text, span.start, span.end):
        return span._replace(label="LANGUAGE")
    return span


def _with_works(text: str, spans: list[CharSpan]) -> list[CharSpan]:
    """Let a title be one wherever it stands, once a mention shows it."""
    works = {key(text[s.start : s.end]) for s in spans if s.label == "WORK_OF_ART"}
    return [
        span._replace(label="WORK_OF_ART")
        if span.label == "MISC" and key(text[span.start : span.end]) in works
        else span
        for span in spans
    ]


def are_kin(place: str, people: str) -> bool:
    """Tell whether a people's name is made from a place's: "Halvanian" and "Halvane"."""
    return len(place) > 3 and people.startswith(place[: max(4, len(place) - 2)])


def _with_places(text: str, spans: list[CharSpan]) -> list[CharSpan]:
    """Turn people into places where the article shows it: it has "Halvanian", and "in Halvane".

    Names that the tagger has never seen are people to it, most of all in front of "'s".
    """
    full = {word for s in spans if s.label == "PERSON" for word in _words_of_full_name(text, s)}
    peoples = {text[s.start : s.end] for s in spans if s.label == "NORP"}
    found: dict[str, list[bool]] = defaultdict(list)
    for span in spans:
        surface = text[span.start : span.end]
        if span.label == "PERSON" and " " not in surface and surface not in full:
            found[surface].append(
                _INSIDE.search(text, max(0, span.start - 12), span.start) is not None
            )
    places = {
        surface
        for surface, inside in found.items()
        if sum(inside) * 2 > max(2, len(inside)) or any(are_kin(surface, name) for name in peoples)
    }
    return [
        span._replace(label="GPE")
        if span.label == "PERSON" and text[span.start : span.end] in places
        else span
        for span in spans
    ]


def _words_of_full_name(text: str, span: CharSpan) -> list[str]:
    words = text[span.start : span.end].split()
    return words if len(words) > 1 else []
