"""What has been named and who has spoken up to a place of an article.

The memory that references are resolved against: the mentions in front of a place, the last speaker,
what stands between quotation marks, the gender of people, which place a people belongs to.

Whether a name is its clause’s subject, or was asked, by the words in front; no parser.

"Even comedian Ida Holm …" and "…, said Ida Holm" are subjects; "a letter from Ida Holm" is governed
by its preposition, "she met Ida Holm" by its verb.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal

from pipeline.annotate.names.aliases import load_aliases
from pipeline.annotate.names.coreference import Chains, Entity
from pipeline.annotate.names.given_names import gender_votes
from pipeline.annotate.names.label_agreement import are_kin
from pipeline.annotate.names.titles import is_title_word
from pipeline.annotate.quotes.cues import is_speech_verb
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.models import Span, Speaker

FARTHEST = 600
"""Mentions, and utterances, looked back at most; an article has about 80 and 20."""
MOST_TAILS = 40
TAIL = 400
"""Mentions of a person, and characters behind each, that are read for pronouns."""


class Discourse:
    """What has been named and who has spoken up to a place of the article."""

    def __init__(self, layout: Layout, chains: Chains, quoted: Sequence[Span]) -> None:
        """Take the chains and the stretches between marks, where names are seldom antecedents."""
        self.layout = layout
        self.chains = chains
        self._starts = [span.start for span in chains.spans]
        self._quoted = sorted(quoted)
        self._quoted_starts = [start for start, _ in self._quoted]
        self.last: tuple[int, list[Speaker]] = (-1, [])
        """Where the last known speaker ended, and who that was."""
        self.last_heard: tuple[int, list[Speaker]] = (-1, [])
        """The same of the last attribution, known or not."""
        self.last_was_unnamed = False
        """Whether that was one person whom the article gives no name: "one delegate"."""
        self.utterances: list[tuple[int, int, list[Speaker]]] = []
        """All contents with a known speaker."""
        self.spoken: set[str] = set()
        """The names of all who have spoken."""
        self.heads: dict[str, tuple[list[Speaker], float]] = {}
        """Nouns that sources were called by: "the column", and who that was."""
        self._profiles: dict[Entity, set[str]] = {}
        self.entities = {entity.name: entity for entity in chains.entities}
        people = [entity.name for entity in chains.entities if entity.label == "NORP"]
        self._kin_places = [
            entity.name
            for entity in chains.entities
            if entity.label == "GPE"
            and any(are_kin(entity.name, name) for name in people[:FARTHEST])
        ]
        self._learn_genders()

    def told(
        self, contents: Sequence[CharSpan], speakers: list[Speaker], is_unnamed: bool = False
    ) -> None:
        """Remember who has just spoken, nobody included.

        An attribution that nobody is named for is most often another voice, so the last known one
        stays the one that "he" may mean.
        """
        self.last_heard = contents[-1].end, speakers
        self.last_was_unnamed = is_unnamed
        if speakers:
            self.last = self.last_heard
            self.spoken.update(speaker.name for speaker in speakers)
            self.utterances.extend((span.start, span.end, speakers) for span in contents)

    def before(self, position: int) -> Iterator[int]:
        """Give the numbers of the mentions before a position, the nearest first."""
        place = bisect_left(self._starts, position)
        return iter(range(place - 1, max(-1, place - 1 - FARTHEST), -1))

    def between(self, start: int, end: int) -> list[int]:
        """Return the numbers of the mentions that begin in [start, end)."""
        return list(range(bisect_left(self._starts, start), bisect_left(self._starts, end)))

    def is_quoted(self, position: int) -> bool:
        """Tell whether a place lies between quotation marks."""
        place = bisect_left(self._quoted_starts, position + 1) - 1
        return place >= 0 and position < self._quoted[place][1]

    def paragraphs_since(self, earlier: int, position: int) -> int:
        """Count the paragraphs from one place to a later one; 0 within one."""
        return self.layout.paragraph_at(position) - self.layout.paragraph_at(earlier)

    def _learn_genders(self) -> None:
        """Take the gender of people with uncommon names from the pronouns near them.

        Only sentences that name one person count, from the name on, and what the article calls
        her: "Dahlys Hamilton … said that she", "the grandmother, Dadabe Ranaivo".
        """
        votes: dict[Entity, list[int]] = {}
        unknown = [e for e in self.chains.entities if e.label == "PERSON" and not e.gender]
        for entity in unknown:
            male, female = gender_votes(" ".join([*entity.descriptions, *entity.roles]))
            votes[entity] = [male, female]
            for number in entity.mentions[:MOST_TAILS]:
                seen = gender_votes(self._tail(number))
                votes[entity][0] += seen[0]
                votes[entity][1] += seen[1]
        for entity, (male, female) in votes.items():
            if max(male, female) >= 2 * min(male, female) + 1:
                entity.gender = "m" if male > female else "f"

    def _tail(self, number: int) -> str:
        """Return the sentence behind a name, quotations left out; "" if it names two people."""
        span = self.chains.spans[number]
        start, end = self.layout.sentence_at(span.start)
        people = {self.chains.of[n] for n in self.between(start, end)}
        if sum(entity.label == "PERSON" for entity in people) != 1 or self.is_quoted(span.start):
            return ""
        words = re.finditer(r"[A-Za-z]+", self.layout.text[span.end : min(end, span.end + TAIL)])
        return " ".join(w[0] for w in words if not self.is_quoted(span.end + w.start()))

    def country_of(self, number: int) -> str | None:
        """Return the country that a mention names, or whose people it names; None for all else.

        A people that no table knows belongs to the place of the article whose name begins alike.
        """
        span, entity = self.chains.spans[number], self.chains.of[number]
        aliases = load_aliases()
        if entity.label == "GPE":
            known = aliases.find(entity.name)
            if known:
                return known.name if known.label == "GPE" else None
            return entity.name if entity.name in self._kin_places else None
        if entity.label != "NORP":
            return None
        demonym = aliases.find_demonym(self.layout.text[span.start : span.end])
        if demonym:
            return demonym[1]
        return next((place for place in self._kin_places if are_kin(place, entity.name)), None)


Place = Literal["subject", "governed", "object"]

_TOKEN = re.compile(r"[\w.’'-]+|[,;:()—–“”\"]")
_PREPOSITIONS = frozenset(
    "by with of for to as at from in on against like including about between under alongside "
    "behind near over than into without toward towards upon via among versus not".split()
)
_CONJUNCTIONS = frozenset(
    "that when while and but because if where since after before though although so then until "
    "unless whether or yet who which how why what nor once whereas however meanwhile even only "
    "just today yesterday now also later still instead finally".split()
)
_WITHIN_NAMES = frozenset(
    "the a an former late his her presumptive republican democratic rival fellow presidential "
    "prime senior campaign communications national state deputy policy political foreign press "
    "party federal local conservative liberal longtime veteran fundraiser volunteer".split()
)
_HEARERS = frozenset("told tells telling tell asked asks asking assured reminded urged".split())
"""Verbs whose object is whom one speaks to: "told Ann Lee", but "…,” asked Ann Lee"."""
_ASKED = re.compile(r"\b(?:asked|pressed|questioned)\s+(?:[A-Z][\w.]*\s+){0,3}$")
_ASKED_FIRST = re.compile(
    r"(?i:[“\"]?(?:(?:when|if|but|and)\s+)*(?:asked|pressed|questioned)\b)"
    r"[^“”]{0,200},\s+(?:[A-Z][\w.]*\s+){0,3}"
)
LONGEST = 8
"""Words looked back from a name through its titles."""
LOOK_BACK = 150
"""Characters that eight words have at most."""


def place_of(text: str, sentence_start: int, start: int) -> Place:
    """Return the place of a name that begins at ``start`` in its clause."""
    words = _TOKEN.findall(text, max(sentence_start, start - LOOK_BACK), start)
    for place in range(len(words) - 1, max(-1, len(words) - 1 - LONGEST), -1):
        word = words[place]
        plain = word.lower().strip(".")
        if not word[0].isalnum() or plain in _CONJUNCTIONS:
            return "subject"
        if word[0].isupper() or is_title_word(word) or plain in _WITHIN_NAMES:
            continue
        if plain in _PREPOSITIONS:
            return "governed"
        if plain in _HEARERS:
            inverted = plain == "asked" and place and not words[place - 1][0].isalnum()
            return "subject" if inverted else "object"
        return "subject" if is_speech_verb(plain) else "object"
    return "subject"


def is_asked(text: str, sentence_start: int, start: int) -> bool:
    """Tell "Oller asked Holm how high" and "Asked how high it was, Holm …" of Holm."""
    return bool(
        _ASKED.search(text, max(0, start - 40), start)
        or _ASKED_FIRST.fullmatch(text, sentence_start, start)
    )
