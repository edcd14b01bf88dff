"""The names of one article: every mention gets the entity it belongs to, every entity one name.

The name is the alias table's where a form hits it, else what the article itself spells out
("Strategic Stability Dialogue (SSD)"), else the longest form. Knows no other articles.

Places in capitals at the head of a dateline: "OSLO, Oct 3 (Tarn Wire) - " is Oslo.

Knows no list of places; that the words are a place is the tagger's word.

Who a bare "Clinton" is: full names that the article gives, and which of one surname is meant.

The chain knows people by the names that were tagged as people's. Here the article itself is read
for the full form of a bare surname ("Newt Gingrich", untagged), and where two share one ("Bill
Clinton", "Hillary Clinton"), whoever was named in full last is meant. Knows nothing of quotes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise

from pipeline.annotate.names.aliases import key, load_aliases
from pipeline.annotate.names.given_names import (
    gender_votes,
    given_name_gender,
    is_common_given_name,
    without_accents,
)
from pipeline.annotate.names.label_agreement import normal_forms
from pipeline.annotate.names.mentions import is_acronym
from pipeline.annotate.names.persons import People, Person, folded, same_person
from pipeline.annotate.names.titles import (
    described_after,
    described_before,
    honorific_gender,
    is_office,
    is_title_word,
    role_after,
    role_apposed,
    role_before,
)
from pipeline.annotate.spans import CharSpan, Layout

_VOWEL = re.compile(r"[AEIOUYÄÖÜÅØÆÁÉÍÓÚ]")
_LINE_BEFORE = re.compile(r"[\n\r]\s*$")
_DATELINE = re.compile(
    r"(?:, [A-Z][\w .]{1,30})?(?:, [A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)?"
    r"\s?(?:\([^()\n]{1,40}\)\s?)?(?:[—–]|-{1,2}\s|:\s)"
)
"""What follows the place of a dateline: ", Oct 3 (Tarn Wire) - "."""
FEWEST_LETTERS = 3


def spelled_dateline(text: str, span: CharSpan, place: str) -> str | None:
    """Write one word in capitals as usual where a dateline begins with it, else return None.

    "NCR" and the like, initials, have no vowel.
    """
    if not (place.isupper() and place.isalpha() and len(place) >= FEWEST_LETTERS):
        return None
    opens = span.start == 0 or _LINE_BEFORE.search(text, max(0, span.start - 4), span.start)
    if not opens or not _VOWEL.search(place) or not _DATELINE.match(text, span.end):
        return None
    return place.capitalize()


_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_MONTH = re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?")
_LETTERS = re.compile(r"[^\W\d_]+")
_NUMERALS = frozenset("II III IV VI VII VIII".split())
_CORPORATE = frozenset(
    "inc corp corporation company co ltd limited plc group holdings llc university college bank "
    "institute foundation association news party campaign".split()
)
_BODIES = frozenset(
    "council committee commission parliament assembly court board secretariat office".split()
)
MOST_ALIKE_CHAINS = 100
"""Long names of one first letter or outer word among which a short one's is looked for; an article
has about five, and in a directory nobody can tell."""
SPELLED_OUT = frozenset({"ORG", "EVENT", "LAW", "MISC", "FAC", "PRODUCT", "WORK_OF_ART"})
"""Labels whose names are shortened to initials."""


@dataclass(slots=True, eq=False)
class Entity:
    """One person, body, place or other thing of the article."""

    name: str
    label: str
    gender: str | None = None
    roles: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    """What the article calls a person beside the name: "the postmaster", "a technician"."""
    mentions: list[int] = field(default_factory=list)
    """Numbers of its mentions, in reading order."""


@dataclass(slots=True)
class Chains:
    """The entities of one article; ``of[i]`` is the entity of mention ``i``, ``roles[i]`` its
    title."""

    spans: Sequence[CharSpan]
    of: list[Entity]
    roles: list[str | None]
    entities: list[Entity]
    """The distinct entities in order of first mention."""


def chain_mentions(
    layout: Layout, spans: Sequence[CharSpan], title_names: Sequence[tuple[str, str]] = ()
) -> Chains:
    """Chain the clean mentions of a text; ``title_names`` are (surface, label) of its headline."""
    text = layout.text
    titled = [(-1, surface) for surface, label in title_names if label == "PERSON"]
    people = People(
        [*titled, *((s.start, text[s.start : s.end]) for s in spans if s.label == "PERSON")],
        layout,
    )
    names = _Names(text, spans)
    found: dict[object, Entity] = {}
    chains = Chains(spans, [], [], [])
    person_end = 0
    for number, span in enumerate(spans):
        surface = text[span.start : span.end]
        role = None
        if span.label == "PERSON":
            before = _title_before(layout, span, after=person_end)
            gender = honorific_gender(text, span.start)
            person = people.resolve(span.start, surface, gender, _office(before))
            entity = found.get(person) or found.setdefault(person, Entity("", "PERSON"))
            role = _add_role(layout, span, entity, before, after=person_end)
            person_end = span.end
        else:
            name = names.of(span, surface)
            entity = found.setdefault((name, span.label), Entity(name, span.label))
        entity.mentions.append(number)
        chains.of.append(entity)
        chains.roles.append(role)
    _finish_people(found)
    chains.entities.extend(found.values())
    return chains


def _finish_people(found: dict[object, Entity]) -> None:
    for person, entity in found.items():
        if isinstance(person, Person):
            entity.name = spelled(" ".join(person.name.split()))
            entity.gender = person.gender


def _title_before(layout: Layout, span: CharSpan, after: int) -> str | None:
    """Return the title in front of a person's name, not reaching back over another person's."""
    start, _ = layout.sentence_at(span.start)
    return role_before(layout.text, span.start, max(start, after))


def _office(role: str | None) -> str | None:
    return role.split()[-1].lower() if role else None


def _add_role(
    layout: Layout, span: CharSpan, entity: Entity, before: str | None, after: int
) -> str | None:
    """Remember what stands around a person's name; return the title of this mention."""
    start, end = layout.sentence_at(span.start)
    before = before or role_apposed(layout.text, span.start, span.end, max(start, after))
    behind = role_after(layout.text, span.end, end)
    entity.roles.extend(role for role in (before, behind) if role)
    entity.descriptions.extend(
        described_before(layout.text, span.start, max(start, after))
        + described_after(layout.text, span.end, end)
    )
    return before or behind


class _Names:
    """Names of all that is not a person, found out from the whole article first."""

    def __init__(self, text: str, spans: Sequence[CharSpan]) -> None:
        self._text = text
        self._aliases = load_aliases()
        self._defined: dict[str, str] = {}
        self._long: dict[str, list[tuple[str, ...]]] = {}
        self._by_initial: dict[str, set[str]] = {}
        self._usual = normal_forms([text[s.start : s.end] for s in spans])
        self._before = dict(zip((s.start for s in spans[1:]), spans, strict=False))
        for span, following in pairwise(spans):
            self._define(span, following)
        self._explained = {long: n for n, long in reversed([*enumerate(self._defined.values())])}
        self._counts = Counter(
            " ".join(text[s.start : s.end].split()) for s in spans if s.label in SPELLED_OUT
        )
        for surface in self._counts:
            words = tuple(surface.split())
            if len(words) > 1:
                self._long.setdefault(words[-1].casefold(), []).append(words)
                self._long.setdefault(words[0].casefold(), []).append(words)
                self._by_initial.setdefault(surface[0].upper(), set()).add(surface)

    def _define(self, span: CharSpan, following: CharSpan) -> None:
        text = self._text
        if following.start - span.end > 2 or text[span.end : following.start].strip() != "(":
            return
        long, short = text[span.start : span.end], text[following.start : following.end]
        if text[following.end : following.end + 1] == ")" and is_acronym(short, long):
            self._defined.setdefault(key(short), long)

    def of(self, span: CharSpan, surface: str) -> str:
        """Return the name of a mention."""
        if span.label == "DATE":
            return date_name(surface)
        if span.label == "MONEY":
            return " ".join(surface.split())
        if span.label == "NORP":
            return self._people_name(surface)
        usual = self._usual.get(key(surface), surface)
        surface = self._long_form(span, " ".join(usual.split()))
        known = self._aliases.find(surface)
        if known and known.label == span.label:
            return known.name
        if span.label in {"GPE", "LOC"}:
            # "Mecca, Saudi Arabia" is "Mecca", and "Washington, D.C." is "Washington".
            place = surface.split(", ")[0]
            return _without_stop(spelled_dateline(self._text, span, place) or spelled(place))
        return self._body_of(span, surface) or _without_stop(surface)

    def _people_name(self, surface: str) -> str:
        known = self._aliases.find_demonym(surface)
        if known:
            return known[0]
        plural = surface.endswith("s") and not surface.endswith("ss") and len(surface) > 4
        return surface[:-1] if plural else surface

    def _long_form(self, span: CharSpan, surface: str) -> str:
        defined = self._defined.get(key(surface))
        if defined:
            return defined
        if span.label not in SPELLED_OUT:
            return surface
        words = surface.split(" ")
        ends = (" ".join(words[first:]) for first in range(len(words)))
        longs = [end for end in ends if end in self._explained]
        if longs:
            return min(longs, key=self._explained.__getitem__)
        if self._aliases.find(surface):
            return surface
        return self._initials_of(surface) or self._shortened(surface, span.label) or surface

    def _initials_of(self, surface: str) -> str | None:
        if not (surface.isupper() and 2 <= len(surface) <= 7):
            return None
        initial = self._by_initial.get(surface[0], set())
        if len(initial) > MOST_ALIKE_CHAINS:
            return None
        choices = {long for long in initial if is_acronym(surface, long)}
        return choices.pop() if len(choices) == 1 else None

    def _shortened(self, surface: str, label: str) -> str | None:
        """Find the longer name that the form cuts: "Boeing" of "Boeing Co", not "Party".

        Of products the last word is enough: "Tarn" of "Velmark Tarn".
        """
        words = tuple(surface.split())
        ends = len(words) > 1 or label == "PRODUCT"
        alike = [self._long.get(words[place].casefold(), []) for place in (-1, 0)]
        if max(map(len, alike)) > MOST_ALIKE_CHAINS:
            return None
        fits = [
            " ".join(long)
            for long in dict.fromkeys(chain(*alike))
            if len(long) > len(words)
            and ((ends and long[-len(words) :] == words) or _adds_form(long, words))
        ]
        return self._clearly_most_frequent(fits)

    def _clearly_most_frequent(self, names: list[str]) -> str | None:
        """Return the one name, or the one that stands twice as often as every other."""
        if len(names) < 2:
            return names[0] if names else None
        first, second = sorted(names, key=lambda name: -self._counts[name])[:2]
        return first if self._counts[first] >= 2 * self._counts[second] else None

    def _body_of(self, span: CharSpan, surface: str) -> str | None:
        """Name a body after the one in front: "… Europe (OSCE) Permanent Council"."""
        before = self._before.get(span.start)
        if span.label != "ORG" or before is None or before.label != "ORG":
            return None
        words = surface.casefold().split()
        if words[-1] in _BODIES and self._text[before.end : span.start].strip() in {")", ""}:
            return f"{self._text[before.start : before.end]} {surface}"
        return None


def _adds_form(long: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Tell whether a longer name only adds its legal form: "Boeing Co" to "Boeing"."""
    added = long[len(words) :]
    return long[: len(words)] == words and all(
        word.casefold().strip(".") in _CORPORATE for word in added
    )


def date_name(surface: str) -> str:
    """Spell months out and write a relative date small: "Jan. 12" → "January 12"."""
    plain = " ".join(surface.split())
    plain = _MONTH.sub(lambda match: _full_month(match[1]), plain)
    first = plain.split()[0]
    small = first.lower() in {"last", "next", "this", "a", "the", "early", "late", "mid"}
    return plain[0].lower() + plain[1:] if small else plain


def _full_month(short: str) -> str:
    return next(month for month in _MONTHS if month.startswith(short[:3]))


def spelled(name: str) -> str:
    """Write a person's or place's name in capitals as usual: "IDA O'NEILL III" → "Ida O'Neill III".

    Up to four letters are as likely initials ("JN", "NCR") and stay.
    """
    if not name.isupper() or len(name) < 5 or any(map(str.isdigit, name)):
        return name
    return _LETTERS.sub(lambda match: _capital(match[0]), name)


def _capital(word: str) -> str:
    return word if word in _NUMERALS else word.capitalize()


def _without_stop(surface: str) -> str:
    return surface[:-1] if surface.endswith(".") and surface.count(".") == 1 else surface


NEAR = 2
"""Paragraphs back in which a full name decides who of that surname a bare one is."""
AROUND = 20
"""Mentions looked at on either side of one."""
LATEST = 3
"""Full mentions of each person that are looked at for a bare one."""
MOST_ALIKE_FULL_NAMES = 20
"""People of one surname that are told apart; a telephone directory has more."""
MOST_NAMES = 60
"""Bare names looked for in the text; an article has about eight."""
_PARTICLES = frozenset("le la de van von bin el del di da du dos das den der".split())
_NO_GIVEN = frozenset(
    "team camp house mount fort port lake saint new north south hotel casa club radio the "
    "republican democratic anti pro".split()
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


def _bare_mentions(layout: Layout, chains: Chains) -> list[tuple[int, str]]:
    """Return (number, surname) of every person's mention without a given name: "Le Pen"."""
    found = []
    for number, (span, entity) in enumerate(zip(chains.spans, chains.of, strict=True)):
        if entity.label == "PERSON":
            words = folded(layout.text[span.start : span.end])
            if len(words) == 1 or (words[0] in _PARTICLES and words == folded(entity.name)):
                found.append((number, without_accents(" ".join(words))))
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
    words = tuple(map(without_accents, folded(candidate.entity.name)))
    alike = known.setdefault(words[-1], [])
    for other in alike:
        if same_person(words, tuple(map(without_accents, folded(other.entity.name)))):
            other.places = sorted([*other.places, *candidate.places])
            return
    if len(alike) < MOST_ALIKE_FULL_NAMES:
        alike.append(candidate)


def _by_given_name(known: dict[str, list[_Candidate]]) -> dict[str, list[_Candidate]]:
    found: dict[str, list[_Candidate]] = {}
    for candidate in [c for alike in known.values() for c in alike]:
        alike = found.setdefault(without_accents(folded(candidate.entity.name)[0]), [])
        if len(alike) < MOST_ALIKE_FULL_NAMES:
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
        if is_common_given_name(given) or titled or alone:
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
