"""Decide which person of an article a form of a name means: "Sherman" is "Wendy Sherman".

Only the forms of names and their positions are used. The family name may come first ("Xi Jinping",
"Xi"), may be two words ("Claudia Sheinbaum Pardo"), or may not exist ("Abiy Ahmed" is "Abiy"). A
bare surname that several people share means one of them by title, by who was named in full last, or
by frequency.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.annotate.names.aliases import load_aliases
from pipeline.annotate.names.given_names import given_name_gender, without_accents
from pipeline.annotate.spans import Layout

_ARTICLE = re.compile(r"^(?:al|el|ad|as|ash|ar|az|es)-(?=\w)")
_NICKNAME = re.compile(r"\s[“\"‘(][^”\"’)]*[”\"’)](?=\s)")
_INITIALS = re.compile(r"(?:[a-z]\.)+[a-z]?")
_GENERATION = frozenset("jr sr ii iii iv".split())
_DEGREES = frozenset("phd md".split())
_PARTICLES = frozenset(
    "abu umm al el ibn bin bint binti von van der den de da do dos di du la le ter zu".split()
)
"""First words of family names, kunyas and patronymics, which are no given names."""
_SON_OF = frozenset("bin ibn bint binti".split())
"""Words before the father's name: "Salman" alone does not mean Mohammed bin Salman."""
# The label of a turn: "|IH:| Then what?".
_TURN = re.compile(r"^[^\S\n]*([A-Z]{2,3}):(?=\s)", re.MULTILINE)
FEWEST_TURNS = 2
"""Turns from which initials at the beginning of a line are a person's."""
DOMINANCE = 2
"""Ratio by which the most frequent person of a surname must lead to be meant by it alone."""
MOST_OF_ONE_NAME = 50
"""People who share a word of their names, up to which one is chosen; in a directory the answer
would be arbitrary."""
NEAR = 3
"""Paragraphs back in which a full name decides which person of that surname a bare one means."""


@dataclass(slots=True, eq=False)
class Person:
    """A person of the article."""

    forms: list[tuple[str, ...]]
    """The forms of the name with two words or more, as ``folded`` returns them."""
    first_seen: int
    """The position of the first mention; -1 for the headline."""
    count: int = 0
    """Mentions resolved so far."""
    gender: str | None = None
    """"m", "f" or None for unknown."""
    generation: str | None = None
    """"jr", "iii" and the like, or None."""
    surfaces: dict[str, None] = field(default_factory=dict)
    """The forms as the text has them, in the order in which they were seen."""
    offices: set[str] = field(default_factory=set)
    """The last words of the titles before the name so far, in lower case."""
    named_at: list[int] = field(default_factory=list)
    """The positions of the full name in reading order, without the headline."""

    @property
    def name(self) -> str:
        """The fullest form: usual spelling before capitals, spelled-out words before initials."""
        return max(self.surfaces, key=_fullness)

    def named_before(self, position: int) -> int | None:
        """Return the last position of the full name before a position, or None."""
        place = bisect_left(self.named_at, position)
        return self.named_at[place - 1] if place else None


def _fullness(surface: str) -> tuple[bool, int, int, int]:
    words = surface.split()
    in_capitals = any(len(w.strip(".,")) > 2 and w.isupper() and "." not in w[:-1] for w in words)
    spelled_out = sum(len(word.strip(".")) > 1 and "." not in word[:-1] for word in words)
    generation = any(word.strip(".,").casefold() in _GENERATION for word in words)
    return not in_capitals or generation, spelled_out, len(words), len(surface)


@lru_cache(maxsize=8192)
def folded(surface: str) -> tuple[str, ...]:
    """Return the words of a name in the form in which names are compared.

    They are in lower case, without accents, "Jr.", the Arabic article and nicknames in quotation
    marks: "Bashar al-Assad" and "Assad" have the same last word. "J.K. Holm" has two initials.
    """
    plain = without_accents(_NICKNAME.sub("", surface))
    words = [part for word in plain.split() for part in _parts(word)]
    kept = tuple(w for w in words if w and w not in _GENERATION and w not in _DEGREES)
    return kept or tuple(words)


def _parts(word: str) -> Iterable[str]:
    if _INITIALS.fullmatch(word):
        return word.replace(".", "")
    return (_ARTICLE.sub("", word.strip(".,")),)


def generation(surface: str) -> str | None:
    """Return "jr", "sr", "ii", "iii" or "iv" if a name ends in one of them, or None."""
    words = surface.split()
    last = words[-1].strip(".,").casefold() if len(words) > 1 else ""
    return last if last in _GENERATION else None


def same_person(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two folded forms of two words or more can name one person.

    Examples: "Ann Lee" and "Ann K. Lee"; "J. Smith" and "John Smith"; "van der Berg" and "Jan van
    der Berg"; "Claudia Sheinbaum" and "Claudia Sheinbaum Pardo"; "Shinzo Abe" and "Abe Shinzo".
    Counter-example: "George H. W. Bush" and "George W. Bush".
    """
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < 2:
        return False
    if len(short) == len(long) == 2 and short == long[::-1]:
        return True
    if len(short) < len(long) and (
        long[-len(short) :] == short or (long[:-1] == short and len(short[-1]) > 1)
    ):
        return True
    if short[-1] != long[-1] or short[0] in _PARTICLES or long[0] in _PARTICLES:
        return False
    return _same_or_initial(short[0], long[0]) and _middles_agree(short[1:-1], long[1:-1])


def _same_or_initial(one: str, other: str) -> bool:
    return one == other or (1 in {len(one), len(other)} and one[0] == other[0])


def _middles_agree(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    if not short or not long:
        return True
    if len(short) == len(long):
        return all(map(_same_or_initial, short, long))
    rest = iter(sorted((short, long), key=len)[1])
    return all(len(word) > 1 and word in rest for word in sorted((short, long), key=len)[0])


def names_by_initials(names: Iterable[str]) -> dict[str, str]:
    """Return initials in capitals → the full name that has them, of those that only one name has.

    An interview names "Ida Marie Holm" once and her turns "IH:" or "IMH:".
    """
    found: dict[str, dict[str, None]] = {}
    for name in dict.fromkeys(names):
        letters = [word[0] for word in name.split() if word[0].isupper()]
        if len(letters) == len(name.split()) > 1:
            for initials in {"".join(letters), letters[0] + letters[-1]}:
                found.setdefault(initials, {})[name] = None
    return {initials: next(iter(of)) for initials, of in found.items() if len(of) == 1}


def turns_by_initials(text: str, names: Iterable[str]) -> dict[str, str]:
    """Return the initials that begin turns of an interview → the full name that has them.

    Initials count where two lines begin with them and a colon, and where they are no known body or
    country: one "NB:" is nobody's, and neither is "US:".
    """
    labels = Counter(match[1] for match in _TURN.finditer(text))
    return {
        initials: name
        for initials, name in names_by_initials(names).items()
        if labels[initials] >= FEWEST_TURNS and load_aliases().find(initials) is None
    }


class People:
    """The people of one article. All forms are collected before any mention is resolved."""

    def __init__(
        self,
        forms: Iterable[tuple[int, str]],
        layout: Layout | None = None,
        genders: Mapping[str, str] | None = None,
    ) -> None:
        """Take the mentions of people.

        Args:
            forms: (position, surface) of each mention; the headline's are at -1.
            layout: the text.
            genders: surface → "m" or "f", of those that the text calls a man or a woman.
        """
        self._layout = layout or Layout("")
        self._genders = genders or {}
        self._by_form: dict[tuple[tuple[str, ...], str | None], Person] = {}
        self._with_word: dict[str, dict[Person, None]] = {}
        self._bare: dict[str, tuple[dict[Person, None], ...]] = {}
        self._unknown: dict[tuple[str, ...], list[Person]] = {}
        ordered = sorted(forms, key=lambda form: (-len(folded(form[1])), form[0]))
        for position, surface in ordered:
            words = folded(surface)
            if len(words) > 1 and not self._ends_a_name(words):
                self._introduce(words, position, surface)
        for person in dict.fromkeys(self._by_form.values()):
            person.named_at.sort()
            self._index(person)

    def _ends_a_name(self, words: tuple[str, ...]) -> bool:
        """Tell whether a form with a particle ends a longer one: "von Holm" in "Ida von Holm"."""
        return words[0] in _PARTICLES and bool(self._ending(words))

    def _ending(self, words: tuple[str, ...]) -> list[Person]:
        """Return the people who have a longer form that ends in these words."""
        return [
            person
            for person in self._with_word.get(words[-1], {})
            if any(len(f) > len(words) and f[-len(words) :] == words for f in person.forms)
        ]

    def _introduce(self, words: tuple[str, ...], position: int, surface: str) -> None:
        """Add a full form to its person, a new one if nobody has it yet."""
        which = generation(surface)
        person = self._by_form.get((words, which)) or self._same(words, which)
        if person is None:
            gender = self._genders.get(surface) or given_name_gender(surface)
            person = Person([], position, gender=gender, generation=which)
        if words not in person.forms:
            person.forms.append(words)
            for word in dict.fromkeys(words):
                self._with_word.setdefault(word, {}).setdefault(person)
        self._by_form[words, which] = person
        person.generation = person.generation or which
        person.first_seen = min(person.first_seen, position)
        person.surfaces.setdefault(surface)
        if position >= 0:
            person.named_at.append(position)

    def _same(self, words: tuple[str, ...], which: str | None) -> Person | None:
        """Return the only person of whose name this can be another form, or None."""
        named = self._with_word.get(words[-1], {})
        if len(named) > MOST_OF_ONE_NAME:
            return None
        fits = [
            p
            for p in named
            if (which is None or p.generation in {None, which})
            and any(same_person(words, form) for form in p.forms)
        ]
        if len(fits) > 1:
            fits = [p for p in fits if any(form[-len(words) :] == words for form in p.forms)]
        return fits[0] if len(fits) == 1 else None

    def _index(self, person: Person) -> None:
        """Register the single words that can mean a person: last, first and inner words."""
        for form in person.forms:
            ends_in_fathers_name = form[-2] in _SON_OF
            inner = [w for w in form[1:-1] if len(w) > 1 and w not in _PARTICLES]
            for rank, words in enumerate(
                ([] if ends_in_fathers_name else [form[-1]], [form[0]], inner)
            ):
                for word in words:
                    self._bare.setdefault(word, ({}, {}, {}))[rank].setdefault(person)

    def resolve(
        self, position: int, surface: str, gender: str | None = None, office: str | None = None
    ) -> Person:
        """Return the person that a mention means; call it for the mentions in reading order.

        Args:
            position: where the mention begins.
            surface: the name as the text has it.
            gender: "m" or "f" if the word before the name tells it ("Mrs."), or None.
            office: the last word of the title before the name, in lower case, or None.
        """
        words = folded(surface)
        person = self._find(words, surface, position, gender, office)
        if person is None:
            person = self._not_introduced(words, position, gender)
        person.surfaces.setdefault(surface)
        person.gender = person.gender or gender
        person.count += 1
        if office:
            person.offices.add(office)
        return person

    def _not_introduced(self, words: tuple[str, ...], position: int, gender: str | None) -> Person:
        """Return a person without a full name; "Mrs. Holm" and "Mr. Holm" are two people."""
        same_name = self._unknown.setdefault(words, [])
        for person in same_name:
            if gender is None or person.gender in {None, gender}:
                return person
        same_name.append(Person([words], position, gender=gender))
        return same_name[-1]

    def _find(
        self,
        words: tuple[str, ...],
        surface: str,
        position: int,
        gender: str | None,
        office: str | None,
    ) -> Person | None:
        if len(words) > 1:
            found = self._by_form.get((words, generation(surface)))
            choices = [] if found else self._ending(words)
            return found or self._choose(choices, position)
        candidates = next(filter(None, self._bare.get(words[0], ())), {})
        choices = list(candidates) if len(candidates) <= MOST_OF_ONE_NAME else []
        if gender:
            of_gender = [p for p in choices if p.gender == gender]
            choices = of_gender or [p for p in choices if p.gender is None]
        if office and len(choices) > 1:
            holders = [p for p in choices if office in p.offices]
            choices = holders or choices
        return self._choose(choices, position)

    def _choose(self, choices: list[Person], position: int) -> Person | None:
        if len(choices) < 2:
            return choices[0] if choices else None
        known = [person for person in choices if person.first_seen <= position]
        if len(known) < 2:
            return known[0] if known else min(choices, key=lambda person: person.first_seen)
        near = self._named_last(known, position)
        if near:
            return near
        first, second = sorted(known, key=lambda person: -person.count)[:2]
        return first if first.count >= DOMINANCE * max(1, second.count) else None

    def _named_last(self, people: list[Person], position: int) -> Person | None:
        """Return the first person named in full in the last sentence before that names any.

        "Patricia Holm, mother of Sean Holm, was there. … Holm said" means the mother.
        """
        here = self._layout.paragraph_at(position)
        last = [(person.named_before(position), n) for n, person in enumerate(people)]
        near = [
            (self._layout.sentence_at(place)[0], -place, number)
            for place, number in last
            if place is not None and here - self._layout.paragraph_at(place) <= NEAR
        ]
        return people[max(near)[2]] if near else None
