"""Which person is meant at a place: subjects, speakers and the last "she" speak for a person.

The weights were set by hand and held against gold coreference (GUM's news, interviews and lives:
80 % of "he" and "she" right before, 89 % with them) and 113 pronoun sources of PolNeAR's training
part (99 %). Weights fitted on one half of the articles did no better on the other (87 %).

Whom "he", "who", "both countries" or "the two leaders" means: the article so far.

Every answer comes with how sure it is, and "nobody" is an answer. Knows nothing of cues and
contents.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.annotate.names.coreference import Chains, Entity
from pipeline.annotate.names.titles import is_title_word
from pipeline.annotate.quotes.cues import is_speech_verb
from pipeline.annotate.spans import Layout
from pipeline.annotate.speakers.discourse import FARTHEST, Discourse, is_asked, place_of
from pipeline.models import Span, Speaker

Answer = tuple[list[Speaker], float]
"""Speakers and the chance, 0..1, that they are the right ones."""
NOBODY: Answer = ([], 0.0)

PARAGRAPHS_BACK = 3
"""How far a pronoun reaches; farther back PolNeAR's "he" has mostly been named again."""
SAME_SENTENCE = 0.8
SENTENCE_BEFORE = 0.3
PARAGRAPH = -1.5
PLACES = {"subject": 0.0, "governed": -1.0, "object": -0.5}
FIRST = 1.5
OPENS_PARAGRAPH = 0.3
POSSESSIVE = -1.0
QUOTED = -4.5
ASKED = 2.5
"""For whom the last sentence asked: "Holm asked Dane how high. “Very,” he said"."""
SAME_GENDER = 0.6
SPOKE = (1.5, 0.7, 0.3)
"""For the last speaker, by paragraphs since."""
UNNAMED = 2.0
"""For the unnamed person who spoke last: "One delegate said … He said"."""
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
MISJUDGED = 0.4
"""The chance where only people of the other gender are near."""
DEPTH = 6
"""Pronouns looked back through; every one is resolved once."""
_POSSESSED = re.compile(
    r"['’]s?\b|\s+(?:campaign|camp|aides?|supporters?|spokes\w+|surrogates?|allies|ally|rall(?:y|ies)|"
    r"administration|team|voters?|backers?|delegates?)\b"
)
_HEARER = re.compile(
    r"\w+\s+(?:told|tells|asked|assured|reminded|informed)\s+(?:[A-Z][\w.]*\s+){0,2}"
)
_SAYS = re.compile(r"\s+(?:(?:has|had|have|also|later|then|\w+ly)\s+){0,2}(\w+)\b")
_FOLLOWER = re.compile(r"\s+(?:[a-z][\w-]*\s+){0,3}?([a-z][\w-]*)\s+[A-Z]")
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
        if self._unnamed(position) > scores[best]:
            return NOBODY
        chance = 1 / sum(math.exp(score - scores[best]) for score in scores.values())
        return [Speaker(best.name, "PERSON")], max(LEAST, min(MOST, chance))

    def _unnamed(self, position: int) -> float:
        """Weigh the person without a name who spoke last, if one did."""
        at, speakers = self.last_heard
        away = self.paragraphs_since(at, position)
        if speakers or not self.last_was_unnamed or at < 0 or away >= len(SPOKE):
            return -math.inf
        return UNNAMED + SPOKE[away] + PARAGRAPH * away

    def _far(self, position: int, gender: str) -> Answer:
        """Return the last speaker of that gender, or the one just heard, who is misjudged."""
        for _, end, speakers in self.utterances[: -FARTHEST - 1 : -1]:
            entity = self.entities.get(speakers[0].name)
            if entity and entity.label == "PERSON" and end <= position:
                near = self.paragraphs_since(end, position) <= 1
                if entity.gender in {gender, None} or near:
                    return [Speaker(entity.name, "PERSON")], FAR
        # A given name tells a gender wrongly at times: "Ashley", "Jan".
        scores = self._scores(position, None, 1, DEPTH)
        best = max(scores, key=lambda entity: scores[entity], default=None)
        return ([Speaker(best.name, "PERSON")], MISJUDGED) if best else NOBODY

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
                    + self._as_person(entity, position, gender)
                )
            score = seen[entity] + static.weight + PARAGRAPH * away
            score += SAME_SENTENCE * (static.sentence == sentence)
            score += SENTENCE_BEFORE * (static.sentence == before and not away)
            scores[entity] = max(scores.get(entity, score), score)
        self._add_last_speaker(scores, position, gender, reach)
        if gender:
            self._add_pronouns(scores, seen, position, gender, depth)
            hearer = self._hearer(position)
            if hearer:
                scores.pop(hearer, None)
        return scores

    def _as_person(self, entity: Entity, position: int, gender: str | None) -> float:
        known = gender is not None and entity.gender == gender
        return SAME_GENDER * known + self._as_speaker(entity, position)

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
        modifies = self._modifies(number)
        is_first = place == "subject" and not modifies
        is_first = is_first and (self._says(number) or self._is_first(number, sentence[0]))
        opens = is_first and sentence[0] == self.layout.bounds_at(span.start)[0]
        nth = self._nth[number]
        weight = (
            PLACES[place]
            + FIRST * is_first
            + OPENS_PARAGRAPH * opens
            + POSSESSIVE * modifies
            + QUOTED * self.is_quoted(span.start)
            + ASKED * is_asked(text, sentence[0], span.start)
        )
        return _Static(sentence, weight, nth)

    def _is_first(self, number: int, sentence_start: int) -> bool:
        return not any(
            self.chains.of[other].label == "PERSON" and not self._modifies(other)
            for other in self.between(sentence_start, self.chains.spans[number].start)
        )

    def _says(self, number: int) -> bool:
        verb = _SAYS.match(self.layout.text, self.chains.spans[number].end)
        return verb is not None and is_speech_verb(verb[1])

    def _hearer(self, position: int) -> Entity | None:
        """Return whom the pronoun at a place speaks to: "he told Hannity" is not Hannity."""
        match = _HEARER.match(self.layout.text, position)
        numbers = self.between(match.end(), match.end() + 1) if match else []
        return self.chains.of[numbers[0]] if numbers else None

    def _modifies(self, number: int) -> bool:
        """Tell "Trump" in "Trump’s plan", "Trump aide Ann Lee" and "the Trump campaign"."""
        end = self.chains.spans[number].end
        if _POSSESSED.match(self.layout.text, end):
            return True
        follower = _FOLLOWER.match(self.layout.text, end)
        return follower is not None and is_title_word(follower[1])

    def _as_speaker(self, entity: Entity, position: int) -> float:
        """Weigh that somebody has spoken, most of all last and in this paragraph."""
        score = EVER_SPOKE * (entity.name in self.spoken)
        for _, end, speakers in reversed(self.utterances):
            if end <= position:
                away = self.paragraphs_since(end, position)
                if speakers[0].name == entity.name and away < len(SPOKE):
                    score += SPOKE[away]
                break
        return score

    def _add_last_speaker(
        self, scores: dict[Entity, float], position: int, gender: str | None, reach: int
    ) -> None:
        """Add the last speaker, who may have been named farther back."""
        for _, end, speakers in reversed(self.utterances):
            if end > position:
                continue
            entity = self.entities.get(speakers[0].name)
            away = self.paragraphs_since(end, position)
            fits = entity and entity.label == "PERSON" and entity.gender in {gender, None}
            if entity and away <= reach and (fits or (entity.label == "PERSON" and not gender)):
                score = self._as_person(entity, position, gender) + PARAGRAPH * away
                scores.setdefault(entity, score)
            return

    def _add_pronouns(
        self,
        scores: dict[Entity, float],
        seen: dict[Entity, float],
        position: int,
        gender: str,
        depth: int,
    ) -> None:
        """Add whom the last pronouns of that gender mean."""
        here = self.layout.sentence_at(position)
        for pronoun in self._last_pronouns(position, gender) if depth < DEPTH else []:
            entity = self._entity_of(pronoun, depth)
            if entity is None:
                continue
            base = seen.get(entity)
            if base is None:
                base = self._as_person(entity, position, gender)
            away = self.paragraphs_since(pronoun.position, position)
            score = base + SAME_PRONOUN[pronoun.is_subject] + PARAGRAPH * away
            score += SAME_SENTENCE * (here == self.layout.sentence_at(pronoun.position))
            scores[entity] = max(scores.get(entity, score), score)

    def _last_pronouns(self, position: int, gender: str) -> list[_Pronoun]:
        """Return the last pronouns in this paragraph and the one before: a subject, any other."""
        place = bisect_left(self._pronoun_starts, position)
        found: dict[bool, _Pronoun] = {}
        for pronoun in reversed(self._pronouns[max(0, place - 20) : place]):
            if self.paragraphs_since(pronoun.position, position) > 1:
                break
            if pronoun.gender == gender:
                found.setdefault(pronoun.is_subject, pronoun)
        return list(found.values())

    def _entity_of(self, pronoun: _Pronoun, depth: int) -> Entity | None:
        if pronoun.position not in self._meant:
            scores = self._scores(pronoun.position, pronoun.gender, PARAGRAPHS_BACK, depth + 1)
            best = max(scores, key=lambda entity: scores[entity], default=None)
            self._meant[pronoun.position] = best
        return self._meant[pronoun.position]


_SIDES = frozenset({"ORG", "GPE", "NORP", "PERSON"})
_BETWEEN = re.compile(r"\bbetween\s+(?:[\w-]+\s+){0,4}$")
_JOINED = re.compile(r"\s+and\s+(?:[a-z][\w-]*\s+){0,4}")
_AGAINST = re.compile(
    r"(?:['’]s?)?\s+(?:[\w-]+\s+){0,6}(?:talks|negotiations|dispute|war|fight|row|standoff|clashes|"
    r"truce|ceasefire|deal|pact|agreement|merger|battle|quarrel)\s+(?:with|against)\s+(?:the\s+)?"
)


class Antecedents(Salience):
    """Finds whom references mean; walks through the article in reading order."""

    def pronoun(self, position: int, word: str) -> Answer:
        """Resolve he, she, who, it or they; the first and second person are nobody's name."""
        plain = word.lower()
        if plain in {"he", "him", "his", "himself"}:
            return self.person(position, "m")
        if plain in {"she", "her", "herself"}:
            return self.person(position, "f")
        if plain in {"who", "whose"}:
            return self._relative(position)
        if plain in {"it", "its"}:
            return self._thing(position)
        if plain in {"they", "their", "them"}:
            return self._several(position)
        return NOBODY

    def _relative(self, position: int) -> Answer:
        """Resolve "who": the name, or the name before its apposition, in the same sentence."""
        start = self.layout.sentence_at(position)[0]
        for number in self.before(position):
            span, entity = self.chains.spans[number], self.chains.of[number]
            if span.start < start or position - span.end > 160:
                break
            if entity.label in {"PERSON", "ORG"}:
                near = position - span.end <= 3
                return [Speaker(entity.name, entity.label)], 0.9 if near else 0.6
        return NOBODY

    def _thing(self, position: int) -> Answer:
        at, speakers = self.last
        near = 0 <= at <= position and self.paragraphs_since(at, position) <= 1
        if near and len(speakers) == 1 and speakers[0].label in {"ORG", "GPE"}:
            return speakers, 0.7
        for number in self.before(position):
            span, entity = self.chains.spans[number], self.chains.of[number]
            if self.paragraphs_since(span.start, position) > 1:
                break
            ahead = self.layout.text[self.layout.sentence_at(span.start)[0] : span.start]
            if entity.label in {"ORG", "GPE"} and len(ahead.split()) < 3:
                return [Speaker(entity.name, entity.label)], 0.6
        return NOBODY

    def _several(self, position: int) -> Answer:
        at, speakers = self.last
        near = at >= 0 and self.paragraphs_since(at, position) <= 1
        named = [speaker for speaker in speakers if speaker.role == "speaker"]
        if near and (len(named) > 1 or (named and named[0].label in {"ORG", "NORP"})):
            return named, 0.65
        return NOBODY

    def speaker_around(self, position: int) -> Answer:
        """Resolve "I" and "we" between quotation marks: whoever says those words."""
        for start, end, speakers in self.utterances[: -FARTHEST - 1 : -1]:
            if start <= position < end:
                return speakers, 0.7
        return NOBODY

    def two_countries(self, position: int) -> Answer:
        """Resolve "both countries": the two that were named most so far, in order of mention.

        Demonyms count for their country: "Russian" is a mention of Russia.
        """
        counts: Counter[str] = Counter()
        for number in reversed(list(self.before(position))):
            country = self.country_of(number)
            if country:
                counts[country] += 1
        if len(counts) < 2:
            return NOBODY
        top = {name for name, _ in counts.most_common(2)}
        return [Speaker(name, "GPE") for name in counts if name in top], 0.75

    def two_sides(self, position: int) -> Answer:
        """Resolve "both sides": the two bodies last named together, or else two countries.

        "Talks between the Port Board and Oxo", "the board’s dispute with Oxo", "Oxo and the board".
        """
        last = -1
        for number in self.before(position):
            if self.paragraphs_since(self.chains.spans[number].start, position) > 1:
                break
            sides = [self._side(number), self._side(last)] if last >= 0 else []
            if len(sides) == 2 and self._face(number, last) and sides[0] != sides[1]:
                return [side for side in sides if side], 0.75
            last = number if self._side(number) else -1
        return self.two_countries(position)

    def _side(self, number: int) -> Speaker | None:
        """Return the body, country or person that a mention outside quotations stands for."""
        entity = self.chains.of[number]
        country = self.country_of(number)
        if self.is_quoted(self.chains.spans[number].start) or entity.label not in _SIDES:
            return None
        return Speaker(country, "GPE") if country else Speaker(entity.name, entity.label)

    def _face(self, first: int, second: int) -> bool:
        """Tell whether two mentions are named as two sides, and not as two of three."""
        text, spans = self.layout.text, self.chains.spans
        gap = text[spans[first].end : spans[second].start]
        between = _BETWEEN.search(text, max(0, spans[first].start - 40), spans[first].start)
        listed = text[: spans[first].start][-6:].rstrip().removesuffix("the").rstrip()
        joined = _JOINED.fullmatch(gap) and (between or not listed.endswith(","))
        return bool(joined or _AGAINST.fullmatch(gap))

    def two_people(self, position: int) -> Answer:
        """Resolve "the two leaders": the last two people named, in order of mention."""
        names: list[str] = []
        for number in self.before(position):
            entity = self.chains.of[number]
            if entity.label == "PERSON" and entity.name not in names:
                names.append(entity.name)
            if len(names) == 2:
                return [Speaker(name, "PERSON") for name in reversed(names)], 0.7
        return NOBODY
