"""Which person of one article a form of a name means: "Sherman" → "Wendy Sherman".

Works on name forms alone. People who share a surname stay apart: a bare surname goes to one of them
only where the title, the order of introduction or sheer frequency leaves no doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.annotate.genders import given_name_gender

_ARTICLE = re.compile(r"^(?:al|el|ad|as|ar)-(?=\w)")
_GENERATION = frozenset("jr sr ii iii iv phd md".split())
DOMINANCE = 2
"""How many times more often than the next of that surname a person must have been named so far."""


@dataclass(slots=True, eq=False)
class Person:
    """One person of the article; ``forms`` are folded words, ``count`` mentions so far."""

    forms: list[tuple[str, ...]]
    first_seen: int
    count: int = 0
    gender: str | None = None
    surfaces: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The longest form, one that is not all capitals before one that is."""
        return max(self.surfaces, key=lambda s: (not s.isupper(), len(s.split()), len(s)))


def folded(surface: str) -> tuple[str, ...]:
    """Return the words that are compared: lower case, no "Jr.", no Arabic article, no full stops.

    "Bashar al-Assad" and "Assad" then end alike.
    """
    words = [_ARTICLE.sub("", word.strip(".,").casefold()) for word in surface.split()]
    kept = tuple(word for word in words if word and word not in _GENERATION)
    return kept or tuple(words)


def same_person(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Tell whether two forms of two words or more are one person's.

    "Donald Trump" and "Donald J. Trump"; "J. Smith" and "John Smith"; "van der Berg" and "Jan van
    der Berg".
    """
    if short == long:
        return True
    if len(short) < 2 or len(long) < 2:
        return False
    if len(short) < len(long) and long[-len(short) :] == short:
        return True
    if short[-1] != long[-1]:
        return False
    first, other = short[0], long[0]
    return first == other or (1 in {len(first), len(other)} and first[0] == other[0])


class People:
    """The people of one article, found out from all its forms before any mention is resolved."""

    def __init__(self, forms: Iterable[tuple[int, str]]) -> None:
        """Take (position, surface) of every mention of a person, the headline's at -1."""
        self._by_surname: dict[str, list[Person]] = {}
        self._by_form: dict[tuple[str, ...], Person] = {}
        self._by_word: dict[str, list[Person]] = {}
        ordered = sorted(forms, key=lambda form: (-len(folded(form[1])), form[0]))
        for position, surface in ordered:
            words = folded(surface)
            if len(words) > 1:
                self._introduce(words, position, surface)
        for person in [p for people in self._by_surname.values() for p in people]:
            for word in {word for form in person.forms for word in (form[0], form[-1])}:
                self._by_word.setdefault(word, []).append(person)

    def _introduce(self, words: tuple[str, ...], position: int, surface: str) -> None:
        person = self._by_form.get(words) or self._same(words)
        if person is None:
            person = Person([], position, gender=given_name_gender(surface))
            self._by_surname.setdefault(words[-1], []).append(person)
        if words not in self._by_form:
            person.forms.append(words)
            self._by_form[words] = person
        person.first_seen = min(person.first_seen, position)
        person.surfaces.append(surface)

    def _same(self, words: tuple[str, ...]) -> Person | None:
        """Find the one person of whose name this is another form; two or more are none."""
        named = self._by_surname.get(words[-1], [])
        fits = [p for p in named if any(same_person(words, form) for form in p.forms)]
        return fits[0] if len(fits) == 1 else None

    def resolve(self, position: int, surface: str, gender: str | None = None) -> Person:
        """Return the person meant at a position; mentions must be asked for in reading order."""
        words = folded(surface)
        person = self._find(words, position, gender)
        if person is None:
            person = Person([words], position, gender=gender)
            self._by_form[words] = person
            self._by_word.setdefault(words[-1], []).append(person)
        if surface not in person.surfaces:
            person.surfaces.append(surface)
        person.gender = person.gender or gender
        person.count += 1
        return person

    def _find(self, words: tuple[str, ...], position: int, gender: str | None) -> Person | None:
        if len(words) > 1:
            return self._by_form.get(words)
        named = self._by_word.get(words[0], [])
        by_surname = [p for p in named if any(form[-1] == words[0] for form in p.forms)]
        choices = by_surname or named
        choices = [p for p in choices if len(p.forms[0]) > 1] or choices
        if gender:
            sure = [p for p in choices if p.gender == gender]
            choices = sure or [p for p in choices if p.gender is None]
        return _choose(choices, position)


def _choose(choices: list[Person], position: int) -> Person | None:
    if len(choices) < 2:
        return choices[0] if choices else None
    known = [person for person in choices if person.first_seen <= position]
    if not known:
        return min(choices, key=lambda person: person.first_seen)
    if len(known) == 1:
        return known[0]
    first, second = sorted(known, key=lambda person: -person.count)[:2]
    return first if first.count >= DOMINANCE * max(1, second.count) else None
