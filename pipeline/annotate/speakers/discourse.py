"""What has been named and who has spoken up to a place of an article.

The memory that references are resolved against: the mentions in front of a place, the last speaker,
what stands between quotation marks, the gender of people, which place a people belongs to.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from pipeline.annotate.layout import CharSpan, Layout
from pipeline.annotate.names.agreement import are_kin
from pipeline.annotate.names.aliases import load_aliases
from pipeline.annotate.names.chains import Chains, Entity
from pipeline.annotate.names.genders import gender_votes
from pipeline.records import Span, Speaker

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
