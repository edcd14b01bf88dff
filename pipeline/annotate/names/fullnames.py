"""Who a bare "Clinton" is: full names that the article gives, and which of one surname is meant.

The chain knows people by the names that were tagged as people's. Here the article itself is read
for the full form of a bare surname ("Newt Gingrich", untagged), and where two share one ("Bill
Clinton", "Hillary Clinton"), whoever was named in full last is meant. Knows nothing of quotes.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass, field, replace

from pipeline.annotate.layout import Layout
from pipeline.annotate.names.chains import Chains, Entity
from pipeline.annotate.names.genders import FEMALE, MALE, gender_votes, given_name_gender
from pipeline.annotate.names.persons import folded, same_person
from pipeline.annotate.names.titles import honorific_gender, is_office, is_title_word

NEAR = 2
"""Paragraphs back in which a full name decides who of that surname a bare one is."""
AROUND = 20
"""Mentions looked at on either side of one."""
LATEST = 3
"""Full mentions of each person that are looked at for a bare one."""
MOST_ALIKE = 20
"""People of one surname that are told apart; a telephone directory has more."""
MOST_NAMES = 60
"""Bare names looked for in the text; an article has about eight."""
_PARTICLES = frozenset("le la de van von bin el del di da du dos das den der".split())
_NO_GIVEN = frozenset(
    "team camp house mount fort port lake saint new north south hotel casa club radio the "
    "republican democratic crooked lyin little anti pro".split()
)
_OFFICE_BEFORE = re.compile(r"([\w.]+)\s+$")


@dataclass(slots=True)
class _Candidate:
    """Somebody whom the article names in full."""

    entity: Entity
    places: list[int] = field(default_factory=list)
    """Where a full form begins, in reading order."""


def with_full_names(layout: Layout, chains: Chains) -> Chains:
    """Return chains in which a bare surname belongs to whom the article names so in full."""
    bare = _bare_mentions(layout, chains)
    if not bare:
        return chains
    known = _in_full(layout, chains)
    _read_text(layout, chains, {surname for _, surname in bare}, known)
    by_given = _by_given_name(known)
    of = list(chains.of)
    for number, surname in bare:
        choices = known.get(surname.rpartition(" ")[2]) or by_given.get(surname, [])
        of[number] = _meant(layout, chains, number, choices)
    _pass_on(chains.of, of)
    return replace(chains, of=of, entities=list(dict.fromkeys(of)))


def plain(word: str) -> str:
    """Return a word as names are compared: lower case, no accents ("François" is "Francois")."""
    marked = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in marked if not unicodedata.combining(letter))


def _bare_mentions(layout: Layout, chains: Chains) -> list[tuple[int, str]]:
    """Return (number, surname) of every person's mention without a given name: "Le Pen"."""
    found = []
    for number, (span, entity) in enumerate(zip(chains.spans, chains.of, strict=True)):
        if entity.label == "PERSON":
            words = folded(layout.text[span.start : span.end])
            if len(words) == 1 or (words[0] in _PARTICLES and words == folded(entity.name)):
                found.append((number, plain(" ".join(words))))
    return found


def _in_full(layout: Layout, chains: Chains) -> dict[str, list[_Candidate]]:
    """Return the people whom the chain has in full, by surname; two spellings are one."""
    known: dict[str, list[_Candidate]] = {}
    for entity in chains.entities:
        words = folded(entity.name) if entity.label == "PERSON" else ()
        if len(words) < 2 or (len(words) == 2 and words[0] in _PARTICLES):
            continue
        places = [
            chains.spans[n].start
            for n in entity.mentions
            if " " in layout.text[chains.spans[n].start : chains.spans[n].end]
        ]
        _add(known, _Candidate(entity, places))
    return known


def _add(known: dict[str, list[_Candidate]], candidate: _Candidate) -> None:
    words = tuple(map(plain, folded(candidate.entity.name)))
    alike = known.setdefault(words[-1], [])
    for other in alike:
        if same_person(words, tuple(map(plain, folded(other.entity.name)))):
            other.places = sorted([*other.places, *candidate.places])
            return
    if len(alike) < MOST_ALIKE:
        alike.append(candidate)


def _by_given_name(known: dict[str, list[_Candidate]]) -> dict[str, list[_Candidate]]:
    found: dict[str, list[_Candidate]] = {}
    for candidate in [c for alike in known.values() for c in alike]:
        alike = found.setdefault(plain(folded(candidate.entity.name)[0]), [])
        if len(alike) < MOST_ALIKE:
            alike.append(candidate)
    return found


def _read_text(
    layout: Layout, chains: Chains, wanted: set[str], known: dict[str, list[_Candidate]]
) -> None:
    """Find full names in the text for bare ones of whom the chain has none.

    The word in front must be a common given name, have an office in front of itself, or be tagged
    together with the surname, as a body perhaps.
    """
    unknown = sorted(name for name in wanted if name.rpartition(" ")[2] not in known)[:MOST_NAMES]
    if not unknown:
        return
    tagged = {layout.text[span.start : span.end] for span in chains.spans}
    surnames = "|".join(map(re.escape, unknown))
    pattern = rf"\b([A-Z][\w’'-]+)((?:\s[A-Z]\.)?)\s((?i:{surnames}))\b"
    for match in re.finditer(pattern, layout.text):
        given = match[1].lower()
        before = _OFFICE_BEFORE.search(layout.text, max(0, match.start() - 25), match.start())
        titled = before is not None and is_office(before[1]) and not is_title_word(match[1])
        alone = match[0] in tagged and given not in _NO_GIVEN and not is_title_word(given)
        if given in MALE or given in FEMALE or titled or alone:
            name = " ".join(match[0].split())
            entity = Entity(name, "PERSON", given_name_gender(name))
            _add(known, _Candidate(entity, [match.start()]))


def _meant(layout: Layout, chains: Chains, number: int, choices: list[_Candidate]) -> Entity:
    """Choose among the people of a surname for one bare mention."""
    given = chains.of[number]
    start = chains.spans[number].start
    gender = honorific_gender(layout.text, start)
    if gender:
        choices = [c for c in choices if c.entity.gender in {gender, None}]
    genders = {c.entity.gender for c in choices}
    if genders == {"m", "f"} or (len(choices) == 1 and choices[0].entity is not given):
        told = _gender_behind(layout, chains, number)
        choices = [c for c in choices if None in {told, c.entity.gender} or told == c.entity.gender]
    if len(choices) < 2:
        return choices[0].entity if choices else given
    near = _named_before(layout, start, choices)
    if near:
        return near
    return max(choices, key=lambda c: (len(c.places), -min(c.places, default=0))).entity


def _gender_behind(layout: Layout, chains: Chains, number: int) -> str | None:
    """Return the gender of the pronouns behind a mention that is its sentence's only person."""
    start, end = layout.sentence_at(chains.spans[number].start)
    around = chains.of[max(0, number - AROUND) : number + AROUND]
    places = chains.spans[max(0, number - AROUND) : number + AROUND]
    inside = [s for s, e in zip(places, around, strict=True) if e.label == "PERSON"]
    if sum(start <= span.start < end for span in inside) != 1:
        return None
    male, female = gender_votes(layout.text[chains.spans[number].end : end])
    return None if male == female else "m" if male > female else "f"


def _named_before(layout: Layout, start: int, choices: list[_Candidate]) -> Entity | None:
    """Return whom the last sentence before that has one of the full names names first.

    "Patricia Smith, mother of Sean Smith, was there. … Smith said" is the mother.
    """
    here = layout.paragraph_at(start)
    near = [
        (layout.sentence_at(place)[0], -place, number)
        for number, candidate in enumerate(choices)
        for place in _latest(candidate.places, start)
        if here - layout.paragraph_at(place) <= NEAR
    ]
    return choices[max(near)[2]].entity if near else None


def _latest(places: list[int], start: int) -> list[int]:
    end = bisect_left(places, start)
    return places[max(0, end - LATEST) : end]


def _pass_on(before: list[Entity], of: list[Entity]) -> None:
    """Give people the titles and descriptions that stand beside their bare name as well."""
    for old, new in dict.fromkeys(zip(before, of, strict=True)):
        if old is not new:
            new.roles.extend(old.roles)
            new.descriptions.extend(old.descriptions)
    mentions: dict[Entity, list[int]] = {}
    for number, entity in enumerate(of):
        mentions.setdefault(entity, []).append(number)
    for entity, numbers in mentions.items():
        entity.mentions = numbers
