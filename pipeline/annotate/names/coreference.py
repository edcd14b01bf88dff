"""Decide which mentions of an article mean the same entity, and which name that entity has.

People are resolved by the forms of their names (``persons``): "Sherman" is "Wendy Sherman". All
other entities are found by their names: the alias table's if it has the form, else the long form
that the article spells out ("Strategic Stability Dialogue (SSD)"), else the longest form.

``with_full_names`` then completes people. A bare surname whose full form ("Martin Oake") was not
tagged is looked up in the text, and where several people share a surname ("Anna Dane", "Roy Dane"),
the one named in full most recently is meant.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
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
from pipeline.annotate.names.persons import (
    People,
    Person,
    folded,
    same_person,
    turns_by_initials,
)
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
from pipeline.annotate.spans import CharSpan, Layout, surface_of
from pipeline.line_rules.calendar_words import ENGLISH_MONTHS

_MONTH = re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?")
_VOWEL = re.compile(r"[AEIOUYÄÖÜÅØÆÁÉÍÓÚ]")
_LINE_BEFORE = re.compile(r"[\n\r]\s*$")
_DATELINE = re.compile(
    r"(?:, [A-Z][\w .]{1,30})?(?:, [A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)?"
    r"\s?(?:\([^()\n]{1,40}\)\s?)?(?:[—–]|-{1,2}\s|:\s)"
)
"""What follows the place of a dateline: ", Oct 3 (Tarn Wire) - "."""
FEWEST_DATELINE_LETTERS = 3
"""Letters of the shortest place in capitals that is written as usual: "ROM" is "Rom"."""
_LETTERS = re.compile(r"[^\W\d_]+")
_NUMERALS = frozenset("II III IV VI VII VIII".split())
_LEGAL_FORMS = frozenset(
    "inc corp corporation company co ltd limited plc group holdings llc".split()
)
"""Words that a longer name may add without meaning something else: "Boeing Co" is "Boeing"."""
_KINDS_OF_BODIES = frozenset(
    "university college bank institute foundation association news party campaign".split()
)
"""Words that a longer name may add if it is named first: "Sky" behind "Sky News" is the same, but
"Google" is not the "Google News" that is named at an article's end."""
_PARTS_OF_ORGANISATIONS = frozenset(
    "council committee commission parliament assembly court board secretariat office".split()
)
MOST_LONG_NAMES = 100
"""Long names with one first letter or outer word up to which the long form of a short name is
looked for among them. An article has about five; in a directory the answer would be arbitrary."""
SHORTENED = frozenset({"ORG", "EVENT", "LAW", "MISC", "FAC", "PRODUCT", "WORK_OF_ART"})
"""Labels whose names are shortened, to initials for example."""
NEAR = 2
"""Paragraphs back in which a full name decides which person of that surname a bare one means."""
NEIGHBOURS = 20
"""Mentions before and after a mention that are searched for others in its sentence."""
LATEST = 3
"""Full mentions of each person that are considered for a bare one, the latest before it."""
MOST_OF_ONE_SURNAME = 20
"""People of one surname that are considered; a telephone directory has more."""
MOST_BARE_NAMES = 60
"""Bare names whose full form is looked for in the text; an article has about eight."""
_PARTICLES = frozenset("le la de van von bin el del di da du dos das den der".split())
_NO_GIVEN_NAMES = frozenset(
    "team camp house mount fort port lake saint new north south hotel casa club radio the "
    "republican democratic anti pro".split()
)
"""Words before a surname that are no given names: "Team Holm"."""
_WORD_BEFORE = re.compile(r"([\w.]+)\s+$")
# In front of a full name: "his |daughter, |Ilka Holm"; pronouns say nothing there.
_WORD_IN_FRONT = re.compile(r"\b(?!(?:h[ei]|him|his|she|hers?)\b)([a-z]+),? \Z")


@dataclass(slots=True, eq=False)
class Entity:
    """A person, organisation, place or other thing that the article names."""

    name: str
    label: str
    gender: str | None = None
    """"m", "f" or None for unknown; people only."""
    roles: list[str] = field(default_factory=list)
    """A person's titles and offices: "Harbour Minister"."""
    descriptions: list[str] = field(default_factory=list)
    """Nouns that describe a person beside the name: "postmaster", "retired technician"."""
    mentions: list[int] = field(default_factory=list)
    """The numbers of its mentions, in reading order."""


@dataclass(slots=True)
class Chains:
    """The mentions of one article, chained to entities."""

    spans: Sequence[CharSpan]
    """The mentions in reading order."""
    of: list[Entity]
    """The entity of each mention."""
    roles: list[str | None]
    """The title or office beside each mention, if it is a person's."""
    entities: list[Entity]
    """The distinct entities in the order of their first mention."""


def chain_mentions(
    layout: Layout, spans: Sequence[CharSpan], title_names: Sequence[tuple[str, str]] = ()
) -> Chains:
    """Chain the mentions of a text to entities.

    Args:
        layout: the text.
        spans: the mentions in reading order, as ``clean_mentions`` returns them.
        title_names: (name, label) of the names in the headline.
    """
    text = layout.text
    people_named = [(s.start, surface_of(text, s)) for s in spans if s.label == "PERSON"]
    titled = [surface for surface, label in title_names if label == "PERSON"]
    people = People(
        [*_of_headline(titled, people_named), *people_named], layout, _genders(text, spans)
    )
    names = _Names(text, spans)
    by_initials = turns_by_initials(text, (surface for _, surface in people_named))
    labels = [span for span in spans if _is_turn(text, span, by_initials)]
    turns = {span.start: by_initials[surface_of(text, span)] for span in labels}
    spans = [span._replace(label="PERSON") if span.start in turns else span for span in spans]
    found: dict[object, Entity] = {}
    chains = Chains(spans, [], [], [])
    person_end = 0
    for number, span in enumerate(spans):
        surface = turns.get(span.start) or surface_of(text, span)
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


def _is_turn(text: str, span: CharSpan, by_initials: Mapping[str, str]) -> bool:
    """Tell whether a mention is the label of a turn by initials: "IH: Then what?"."""
    is_line = span.start == 0 or text[span.start - 1] == "\n"
    return (
        is_line and text[span.end : span.end + 1] == ":" and surface_of(text, span) in by_initials
    )


def _genders(text: str, spans: Sequence[CharSpan]) -> dict[str, str]:
    """Return the gender of people whom the words in front of a full name call a man or a woman.

    In "his daughter Ilka Holm" and "Ms. Ilka Holm" it is a woman, so "Mr. Holm" is another.
    """
    found: dict[str, str] = {}
    for span in spans:
        surface = surface_of(text, span)
        if span.label != "PERSON" or surface in found or " " not in surface:
            continue
        gender = honorific_gender(text, span.start)
        described = _WORD_IN_FRONT.search(text, max(0, span.start - 25), span.start)
        if gender is None and described:
            male, female = gender_votes(described[1])
            gender = "m" if male > female else "f" if female > male else None
        if gender:
            found[surface] = gender
    return found


def _of_headline(
    titled: Sequence[str], people_named: Sequence[tuple[int, str]]
) -> list[tuple[int, str]]:
    """Return the names in the headline, with position -1, that add no word to a name of the text.

    In a headline in capitals a verb may look like a surname: "Lindsey Graham Clucks Off" has no
    Lindsey Graham Clucks where the text says Lindsey Graham.
    """
    known = {folded(surface) for _, surface in people_named}
    return [
        (-1, surface)
        for surface in titled
        if len(folded(surface)) < 3 or folded(surface) in known or folded(surface)[:-1] not in known
    ]


def _finish_people(found: dict[object, Entity]) -> None:
    for person, entity in found.items():
        if isinstance(person, Person):
            entity.name = usual_spelling(" ".join(person.name.split()))
            entity.gender = person.gender


def _title_before(layout: Layout, span: CharSpan, after: int) -> str | None:
    """Return the title before a person's name; ``after`` is where the last person's name ended."""
    start, _ = layout.sentence_at(span.start)
    return role_before(layout.text, span.start, max(start, after))


def _office(role: str | None) -> str | None:
    """Return the last word of a role: "US Secretary" → "secretary"."""
    return role.split()[-1].lower() if role else None


def _add_role(
    layout: Layout, span: CharSpan, entity: Entity, before: str | None, after: int
) -> str | None:
    """Add the roles and descriptions around a mention to its person; return the mention's role."""
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
    """The names of entities other than people, from the mentions of the whole article."""

    def __init__(self, text: str, spans: Sequence[CharSpan]) -> None:
        self._text = text
        self._aliases = load_aliases()
        self._long_of_acronym: dict[str, str] = {}
        self._long_names: dict[str, list[tuple[str, ...]]] = {}
        self._long_by_initial: dict[str, set[str]] = {}
        self._usual = normal_forms([surface_of(text, s) for s in spans])
        self._span_before = dict(zip((s.start for s in spans[1:]), spans, strict=False))
        for span, following in pairwise(spans):
            self._define(span, following)
        self._rank_of_long = {
            long: n for n, long in reversed([*enumerate(self._long_of_acronym.values())])
        }
        self._counts = Counter(
            " ".join(surface_of(text, s).split()) for s in spans if s.label in SHORTENED
        )
        self._first = {surface_of(text, s): s.start for s in reversed(spans)}
        for surface in self._counts:
            words = tuple(surface.split())
            if len(words) > 1:
                self._long_names.setdefault(words[-1].casefold(), []).append(words)
                self._long_names.setdefault(words[0].casefold(), []).append(words)
                self._long_by_initial.setdefault(surface[0].upper(), set()).add(surface)

    def _define(self, span: CharSpan, following: CharSpan) -> None:
        """Store the acronym that an article explains: "Strategic Stability Dialogue (SSD)"."""
        text = self._text
        if following.start - span.end > 2 or text[span.end : following.start].strip() != "(":
            return
        long, short = surface_of(text, span), surface_of(text, following)
        if text[following.end : following.end + 1] == ")" and is_acronym(short, long):
            self._long_of_acronym.setdefault(key(short), long)

    def of(self, span: CharSpan, surface: str) -> str:
        """Return the name of the entity that a mention means."""
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
            usual = dateline_place(self._text, span, place) or usual_spelling(place)
            return _without_stop(usual)
        return self._part_of_organisation(span, surface) or _without_stop(surface)

    def _people_name(self, surface: str) -> str:
        """Return the adjective or singular: "Kenyans" → "Kenyan"."""
        known = self._aliases.find_demonym(surface)
        if known:
            return known[0]
        plural = surface.endswith("s") and not surface.endswith("ss") and len(surface) > 4
        return surface[:-1] if plural else surface

    def _long_form(self, span: CharSpan, surface: str) -> str:
        defined = self._long_of_acronym.get(key(surface))
        if defined:
            return defined
        if span.label not in SHORTENED:
            return surface
        words = surface.split(" ")
        ends = (" ".join(words[first:]) for first in range(len(words)))
        longs = [end for end in ends if end in self._rank_of_long]
        if longs:
            return min(longs, key=self._rank_of_long.__getitem__)
        initials_of = self._initials_of(surface)
        if self._aliases.find(surface):
            # "CBC" is the Congressional Black Caucus where an article names it, whatever the table
            # has; "AP" is no "American Israel Public Affairs Committee", whose initials differ.
            return initials_of if initials_of and _initials(initials_of) == surface else surface
        return initials_of or self._shortened(surface, span.label) or surface

    def _initials_of(self, surface: str) -> str | None:
        if not (surface.isupper() and 2 <= len(surface) <= 7):
            return None
        initial = self._long_by_initial.get(surface[0], set())
        if len(initial) > MOST_LONG_NAMES:
            return None
        choices = {long for long in initial if is_acronym(surface, long)}
        return choices.pop() if len(choices) == 1 else None

    def _shortened(self, surface: str, label: str) -> str | None:
        """Return the longer name that a form shortens: "Boeing Co" for "Boeing", or None.

        A form of one word must be the beginning of the name, because "Party" may be any party. For
        products the last word is enough: "Tarn" is "Velmark Tarn".
        """
        words = tuple(surface.split())
        may_be_end = len(words) > 1 or label == "PRODUCT"
        similar = [self._long_names.get(words[place].casefold(), []) for place in (-1, 0)]
        if max(map(len, similar)) > MOST_LONG_NAMES:
            return None
        fits = [
            " ".join(long)
            for long in dict.fromkeys(chain(*similar))
            if len(long) > len(words) and self._shortens(words, long, may_be_end)
        ]
        return self._clearly_most_frequent(fits)

    def _shortens(self, words: tuple[str, ...], long: tuple[str, ...], may_be_end: bool) -> bool:
        """Tell whether the words are a short form of a longer name; see ``_shortened``."""
        if _adds(long, words, _LEGAL_FORMS):
            return True
        is_part = (may_be_end and long[-len(words) :] == words) or _adds(
            long, words, _LEGAL_FORMS | _KINDS_OF_BODIES
        )
        return is_part and self._is_introduced(" ".join(long), " ".join(words))

    def _is_introduced(self, long: str, short: str) -> bool:
        """Tell whether a long name is given before its short form, or is as frequent.

        News gives a name in full at its first mention: "Home Depot", named three times before
        "One Home Depot strategic investments", is not short for that.
        """
        is_first = self._first.get(long, 0) < self._first.get(short, 0)
        return is_first or self._counts[long] >= self._counts[short]

    def _clearly_most_frequent(self, names: list[str]) -> str | None:
        """Return the only name, the one at least twice as frequent as every other, or None."""
        if len(names) < 2:
            return names[0] if names else None
        first, second = sorted(names, key=lambda name: -self._counts[name])[:2]
        return first if self._counts[first] >= 2 * self._counts[second] else None

    def _part_of_organisation(self, span: CharSpan, surface: str) -> str | None:
        """Return a name with that of the organisation before it, or None.

        In "… Europe (OSCE) Permanent Council" the council is the "OSCE Permanent Council".
        """
        before = self._span_before.get(span.start)
        if span.label != "ORG" or before is None or before.label != "ORG":
            return None
        is_part = surface.casefold().split()[-1] in _PARTS_OF_ORGANISATIONS
        if is_part and self._text[before.end : span.start].strip() in {")", ""}:
            return f"{surface_of(self._text, before)} {surface}"
        return None


def _adds(long: tuple[str, ...], words: tuple[str, ...], addable: frozenset[str]) -> bool:
    """Tell whether a longer name only adds some words: "Boeing Co" adds a form to "Boeing"."""
    added = long[len(words) :]
    return long[: len(words)] == words and all(
        word.casefold().strip(".") in addable for word in added
    )


def _initials(name: str) -> str:
    """Return the first letters of a name's capitalised words: "Bank of Tarn" → "BT"."""
    return "".join(word[0] for word in name.split() if word[0].isupper())


def date_name(surface: str) -> str:
    """Return the name of a date: "Jan. 12" → "January 12", "Last May" → "last May"."""
    name = " ".join(surface.split())
    name = _MONTH.sub(lambda match: _full_month(match[1]), name)
    first = name.split()[0]
    is_relative = first.lower() in {"last", "next", "this", "a", "the", "early", "late", "mid"}
    return name[0].lower() + name[1:] if is_relative else name


def _full_month(short: str) -> str:
    return next(month for month in ENGLISH_MONTHS if month.startswith(short[:3]))


def dateline_place(text: str, span: CharSpan, place: str) -> str | None:
    """Return the usual spelling of a place in capitals if a dateline begins with it, else None.

    "OSLO, Oct 3 (Tarn Wire) - " begins with Oslo. A word without a vowel is an
    abbreviation ("NCR").
    Whether the word is a place is not checked, because the tagger decided that.
    """
    is_word = place.isupper() and place.isalpha() and len(place) >= FEWEST_DATELINE_LETTERS
    if not is_word or not _VOWEL.search(place):
        return None
    opens = span.start == 0 or _LINE_BEFORE.search(text, max(0, span.start - 4), span.start)
    return place.capitalize() if opens and _DATELINE.match(text, span.end) else None


def usual_spelling(name: str) -> str:
    """Return a person's or place's name in capitals as it is usually written.

    "IDA O'NEILL III" is "Ida O'Neill III". Names of up to four letters may be initials ("JN",
    "NCR") and stay as they are.
    """
    if not name.isupper() or len(name) < 5 or any(map(str.isdigit, name)):
        return name
    return _LETTERS.sub(lambda match: _capital(match[0]), name)


def _capital(word: str) -> str:
    return word if word in _NUMERALS else word.capitalize()


def _without_stop(surface: str) -> str:
    return surface[:-1] if surface.endswith(".") and surface.count(".") == 1 else surface


@dataclass(slots=True)
class _Candidate:
    """A person whom the article names in full."""

    entity: Entity
    places: list[int] = field(default_factory=list)
    """The positions at which a full form begins, in reading order."""


def with_full_names(layout: Layout, chains: Chains) -> Chains:
    """Return chains in which bare surnames belong to people whom the article names in full."""
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
    _merge_bare_mentions(chains.of, of)
    return replace(chains, of=of, entities=list(dict.fromkeys(of)))


def _bare_mentions(layout: Layout, chains: Chains) -> list[tuple[int, str]]:
    """Return (number, surname) of each mention of a person without a given name: "Le Pen"."""
    found = []
    for number, (span, entity) in enumerate(zip(chains.spans, chains.of, strict=True)):
        if entity.label == "PERSON":
            words = folded(surface_of(layout.text, span))
            if len(words) == 1 or (words[0] in _PARTICLES and words == folded(entity.name)):
                found.append((number, without_accents(" ".join(words))))
    return found


def _in_full(layout: Layout, chains: Chains) -> dict[str, list[_Candidate]]:
    """Return the people whose full name the chains have, by surname without accents."""
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
    if len(alike) < MOST_OF_ONE_SURNAME:
        alike.append(candidate)


def _by_given_name(known: dict[str, list[_Candidate]]) -> dict[str, list[_Candidate]]:
    found: dict[str, list[_Candidate]] = {}
    for candidate in [c for alike in known.values() for c in alike]:
        alike = found.setdefault(without_accents(folded(candidate.entity.name)[0]), [])
        if len(alike) < MOST_OF_ONE_SURNAME:
            alike.append(candidate)
    return found


def _read_text(
    layout: Layout, chains: Chains, wanted: set[str], known: dict[str, list[_Candidate]]
) -> None:
    """Add to ``known`` the full names that the text has for bare surnames without any.

    Args:
        layout: the text.
        chains: its mentions.
        wanted: the bare surnames.
        known: the people named in full, by surname.

    The word before the surname must be a common given name, must follow an office, or must have
    been tagged together with the surname under any label.
    """
    unknown = sorted(name for name in wanted if name.rpartition(" ")[2] not in known)[
        :MOST_BARE_NAMES
    ]
    if not unknown:
        return
    tagged = {layout.text[span.start : span.end] for span in chains.spans}
    surnames = "|".join(map(re.escape, unknown))
    pattern = rf"\b([A-Z][\w’'-]+)((?:\s[A-Z]\.)?)\s((?i:{surnames}))\b"
    for match in re.finditer(pattern, layout.text):
        given = match[1].lower()
        before = _WORD_BEFORE.search(layout.text, max(0, match.start() - 25), match.start())
        is_titled = before is not None and is_office(before[1]) and not is_title_word(match[1])
        is_tagged = match[0] in tagged and given not in _NO_GIVEN_NAMES and not is_title_word(given)
        if is_common_given_name(given) or is_titled or is_tagged:
            name = " ".join(match[0].split())
            entity = Entity(name, "PERSON", given_name_gender(name))
            _add(known, _Candidate(entity, [match.start()]))


def _meant(layout: Layout, chains: Chains, number: int, choices: list[_Candidate]) -> Entity:
    """Return the person whom a bare mention means, of those who have its surname."""
    so_far = chains.of[number]
    start = chains.spans[number].start
    gender = honorific_gender(layout.text, start)
    if gender:
        choices = [c for c in choices if c.entity.gender in {gender, None}]
    genders = {c.entity.gender for c in choices}
    if genders == {"m", "f"} or (len(choices) == 1 and choices[0].entity is not so_far):
        gender = _gender_behind(layout, chains, number)
        choices = [
            c for c in choices if None in {gender, c.entity.gender} or gender == c.entity.gender
        ]
    if len(choices) < 2:
        return choices[0].entity if choices else so_far
    near = _named_before(layout, start, choices)
    if near:
        return near
    return max(choices, key=lambda c: (len(c.places), -min(c.places, default=0))).entity


def _gender_behind(layout: Layout, chains: Chains, number: int) -> str | None:
    """Return the gender of the words after a mention, if it is the only person in its sentence."""
    start, end = layout.sentence_at(chains.spans[number].start)
    entities = chains.of[max(0, number - NEIGHBOURS) : number + NEIGHBOURS]
    spans = chains.spans[max(0, number - NEIGHBOURS) : number + NEIGHBOURS]
    inside = [s for s, e in zip(spans, entities, strict=True) if e.label == "PERSON"]
    if sum(start <= span.start < end for span in inside) != 1:
        return None
    male, female = gender_votes(layout.text[chains.spans[number].end : end])
    return None if male == female else "m" if male > female else "f"


def _named_before(layout: Layout, start: int, choices: list[_Candidate]) -> Entity | None:
    """Return the first person named in full in the last sentence before ``start`` that names any.

    "Patricia Holm, mother of Sean Holm, was there. … Holm said" means the mother.
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
    """Return the last ``LATEST`` of the sorted places before ``start``."""
    end = bisect_left(places, start)
    return places[max(0, end - LATEST) : end]


def _merge_bare_mentions(before: list[Entity], of: list[Entity]) -> None:
    """Move roles, descriptions and mentions of bare names to the people whom they mean now."""
    for old, new in dict.fromkeys(zip(before, of, strict=True)):
        if old is not new:
            new.roles.extend(old.roles)
            new.descriptions.extend(old.descriptions)
    mentions: dict[Entity, list[int]] = {}
    for number, entity in enumerate(of):
        mentions.setdefault(entity, []).append(number)
    for entity, numbers in mentions.items():
        entity.mentions = numbers
