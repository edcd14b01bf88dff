"""The names of one article: every mention gets the entity it belongs to, every entity one name.

The name is the alias table's where a form hits it, else what the article itself spells out
("Strategic Stability Dialogue (SSD)"), else the longest form. Knows no other articles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from pipeline.annotate.layout import CharSpan, Layout
from pipeline.annotate.names.agreement import normal_forms
from pipeline.annotate.names.aliases import key, load_aliases
from pipeline.annotate.names.datelines import spelled_dateline
from pipeline.annotate.names.mentions import is_acronym
from pipeline.annotate.names.persons import People, Person
from pipeline.annotate.names.titles import (
    described_after,
    described_before,
    honorific_gender,
    role_after,
    role_apposed,
    role_before,
)

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
MOST_ALIKE = 100
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
        if len(initial) > MOST_ALIKE:
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
        if max(map(len, alike)) > MOST_ALIKE:
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
