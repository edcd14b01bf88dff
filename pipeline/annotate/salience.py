"""Which person is meant at a place: subjects, speakers and the last "she" speak for a person.

The weights were set by hand and held against gold coreference (GUM's news, interviews and lives:
80 % of "he" and "she" right before, 89 % with them) and 113 pronoun sources of PolNeAR's training
part (99 %). Weights fitted on one half of the articles did no better on the other (87 %).
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.annotate.chains import Chains, Entity
from pipeline.annotate.clauses import place_of
from pipeline.annotate.discourse import Discourse
from pipeline.annotate.layout import Layout
from pipeline.records import Span, Speaker

Answer = tuple[list[Speaker], float]
"""Speakers and the chance, 0..1, that they are the right ones."""
NOBODY: Answer = ([], 0.0)

PARAGRAPHS_BACK = 3
"""How far a pronoun reaches; farther back PolNeAR's "he" has mostly been named again."""
SAME_SENTENCE = 0.8
SENTENCE_BEFORE = 0.3
PARAGRAPH = -1.0
PLACES = {"subject": 0.0, "governed": -1.0, "object": -0.5}
FIRST = 1.0
OPENS_PARAGRAPH = 0.3
POSSESSIVE = -1.0
QUOTED = -3.5
SAME_GENDER = 1.0
SPOKE_HERE = 1.5
SPOKE_BEFORE = 0.7
EVER_SPOKE = 0.2
FREQUENT = 0.2
"""Per e-fold of mentions so far."""
IN_BETWEEN = -0.2
"""Per person named since, three at most."""
SAME_PRONOUN = {True: 1.5, False: 0.7}
"""Who the last "she" was is who this one is; "her" tells less."""
LEAST, MOST = 0.3, 0.95
"""Bounds of the chance; the softmax of the scores is right as often as it says in between."""
FAR = 0.45
"""The chance where nobody of that gender was named lately, and the last speaker is taken."""
DEPTH = 6
"""Pronouns looked back through; every one is resolved once."""
_PRONOUN = re.compile(r"\b(?:(he|his|him)|she|her)\b", re.IGNORECASE)


class _Pronoun(NamedTuple):
    position: int
    gender: str
    is_subject: bool


class _Static(NamedTuple):
    """What a mention is worth wherever it is looked at from."""

    sentence: Span
    weight: float
    nth: int
    """How often the person has been named, this mention included."""


class Salience(Discourse):
    """Finds the person that a pronoun or a vague description means."""

    def __init__(self, layout: Layout, chains: Chains, quoted: Sequence[Span]) -> None:
        super().__init__(layout, chains, quoted)
        self._pronouns = [
            _Pronoun(m.start(), "m" if m[1] else "f", m[0].lower() in {"he", "she"})
            for m in _PRONOUN.finditer(layout.text)
            if not self.is_quoted(m.start())
        ]
        self._pronoun_starts = [pronoun.position for pronoun in self._pronouns]
        self._static: dict[int, _Static] = {}
        self._meant: dict[int, Entity | None] = {}
        self._nth: dict[int, int] = {
            number: nth
            for entity in self.chains.entities
            if entity.label == "PERSON"
            for nth, number in enumerate(entity.mentions, start=1)
        }

    def person(self, position: int, gender: str | None, reach: int = PARAGRAPHS_BACK) -> Answer:
        """Return the person that a pronoun or a vague description at a position means."""
        scores = self._scores(position, gender, reach, 0)
        if not scores:
            return self._far(position, gender) if gender else NOBODY
        best = max(scores, key=lambda entity: scores[entity])
        chance = 1 / sum(math.exp(score - scores[best]) for score in scores.values())
        return [Speaker(best.name, "PERSON")], max(LEAST, min(MOST, chance))

    def _far(self, position: int, gender: str) -> Answer:
        """Return the last speaker of that gender, or the one just heard, who is misjudged."""
        for _, end, speakers in reversed(self.utterances):
            entity = self.entities.get(speakers[0].name)
            if entity and entity.label == "PERSON" and end <= position:
                near = self.paragraphs_since(end, position) <= 1
                if entity.gender in {gender, None} or near:
                    return [Speaker(entity.name, "PERSON")], FAR
        return NOBODY

    def _scores(
        self, position: int, gender: str | None, reach: int, depth: int
    ) -> dict[Entity, float]:
        sentence = self.layout.sentence_at(position)
        before = self.layout.sentence_at(sentence[0] - 1) if sentence[0] else None
        scores: dict[Entity, float] = {}
        seen: dict[Entity, float] = {}
        for number in self.before(position):
            entity = self.chains.of[number]
            away = self.paragraphs_since(self.chains.spans[number].start, position)
            if away > reach:
                break
            if entity.label != "PERSON" or (gender and entity.gender not in {None, gender}):
                continue
            static = self._static_of(number)
            if entity not in seen:
                seen[entity] = (
                    FREQUENT * math.log(static.nth)
                    + IN_BETWEEN * min(3, len(seen))
                    + SAME_GENDER * (gender is not None and entity.gender == gender)
                    + self._as_speaker(entity, position)
                )
            score = static.weight + PARAGRAPH * away + SAME_SENTENCE * (static.sentence == sentence)
            score += SENTENCE_BEFORE * (static.sentence == before and not away) + seen[entity]
            scores[entity] = max(scores.get(entity, score), score)
        if gender:
            self._add_last_pronoun(scores, seen, position, gender, depth)
        return scores

    def _static_of(self, number: int) -> _Static:
        static = self._static.get(number)
        if static is None:
            static = self._static[number] = self._judge(number)
        return static

    def _judge(self, number: int) -> _Static:
        span = self.chains.spans[number]
        text = self.layout.text
        sentence = self.layout.sentence_at(span.start)
        place = place_of(text, sentence[0], span.start)
        is_first = place == "subject" and not any(
            self.chains.of[other].label == "PERSON"
            for other in self.between(sentence[0], span.start)
        )
        opens = is_first and sentence[0] == self.layout.bounds_at(span.start)[0]
        is_possessive = text[span.end : span.end + 2] in {"'s", "’s"}
        weight = (
            PLACES[place]
            + FIRST * is_first
            + OPENS_PARAGRAPH * opens
            + POSSESSIVE * is_possessive
            + QUOTED * self.is_quoted(span.start)
        )
        return _Static(sentence, weight, self._nth[number])

    def _as_speaker(self, entity: Entity, position: int) -> float:
        """Weigh that somebody has spoken, most of all last and in this paragraph."""
        score = EVER_SPOKE * (entity.name in self.spoken)
        for _, end, speakers in reversed(self.utterances):
            if end <= position:
                away = self.paragraphs_since(end, position)
                if speakers[0].name == entity.name and away < 2:
                    score += (SPOKE_HERE, SPOKE_BEFORE)[away]
                break
        return score

    def _add_last_pronoun(
        self,
        scores: dict[Entity, float],
        seen: dict[Entity, float],
        position: int,
        gender: str,
        depth: int,
    ) -> None:
        pronoun = self._last_pronoun(position, gender) if depth < DEPTH else None
        if pronoun is None:
            return
        entity = self._entity_of(pronoun, depth)
        if entity is None:
            return
        away = self.paragraphs_since(pronoun.position, position)
        here = self.layout.sentence_at(position) == self.layout.sentence_at(pronoun.position)
        base = seen.get(entity)
        if base is None:
            base = SAME_GENDER * (entity.gender == gender) + self._as_speaker(entity, position)
        score = base + SAME_PRONOUN[pronoun.is_subject] + PARAGRAPH * away + SAME_SENTENCE * here
        scores[entity] = max(scores.get(entity, score), score)

    def _last_pronoun(self, position: int, gender: str) -> _Pronoun | None:
        """Return the last pronoun of that gender in this paragraph and the one before."""
        place = bisect_left(self._pronoun_starts, position)
        for pronoun in reversed(self._pronouns[max(0, place - 20) : place]):
            if self.paragraphs_since(pronoun.position, position) > 1:
                return None
            if pronoun.gender == gender:
                return pronoun
        return None

    def _entity_of(self, pronoun: _Pronoun, depth: int) -> Entity | None:
        if pronoun.position not in self._meant:
            scores = self._scores(pronoun.position, pronoun.gender, PARAGRAPHS_BACK, depth + 1)
            best = max(scores, key=lambda entity: scores[entity], default=None)
            self._meant[pronoun.position] = best
        return self._meant[pronoun.position]
