"""Whom "he", "the delegation", "both sides" or "the statement" means: the article so far.

One ``Discourse`` walks through the article in reading order and is told who has spoken. Knows
nothing of cues and contents; every answer comes with how sure it is, and "nobody" is an answer.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.annotate.aliases import load_aliases
from pipeline.annotate.chains import Chains, Entity
from pipeline.annotate.layout import Layout
from pipeline.records import Speaker

Answer = tuple[list[Speaker], float]
"""Speakers and the chance, 0..1, that they are the right ones."""
NOBODY: Answer = ([], 0.0)

PARAGRAPHS_BACK = 3
"""How far a pronoun reaches; farther back PolNeAR's "he" has mostly been named again."""
_SPOKEN_BONUS = 2.0
_SUBJECT_BONUS = 1.0
_QUOTED_COST = 2.0
_POSSESSIVE_COST = 1.0
_GENDER_BONUS = 1.0


_SPELLED_OUT = {
    "sen": "senator",
    "gov": "governor",
    "rep": "representative",
    "congressman": "representative",
    "congresswoman": "representative",
    "gen": "general",
    "lt": "lieutenant",
    "col": "colonel",
    "sgt": "sergeant",
    "capt": "captain",
    "spox": "spokesperson",
    "attorney": "lawyer",
}


class Discourse:
    """What has been named and who has spoken up to a place of the article."""

    def __init__(self, layout: Layout, chains: Chains, contents: Sequence[tuple[int, int]]) -> None:
        """Take the chains and the quoted stretches, in which names are seldom antecedents."""
        self._layout = layout
        self._chains = chains
        self._starts = [span.start for span in chains.spans]
        self._contents = sorted(contents)
        self._content_starts = [start for start, _ in self._contents]
        self.last: tuple[int, list[Speaker]] = (-1, [])
        self._entities = {entity.name: entity for entity in chains.entities}

    def told(self, position: int, speakers: list[Speaker]) -> None:
        """Remember who has just spoken."""
        if speakers:
            self.last = (position, speakers)

    def before(self, position: int) -> Iterator[int]:
        """Give the numbers of the mentions before a position, the nearest first."""
        return reversed(range(bisect_left(self._starts, position)))

    def between(self, start: int, end: int) -> list[int]:
        """Return the numbers of the mentions that begin in [start, end)."""
        return list(range(bisect_left(self._starts, start), bisect_left(self._starts, end)))

    def pronoun(self, position: int, word: str) -> Answer:
        """Resolve he, she, who, it or they; the first and second person are nobody's name."""
        plain = word.lower()
        if plain in {"he", "him", "his", "himself"}:
            return self._person(position, "m")
        if plain in {"she", "her", "herself"}:
            return self._person(position, "f")
        if plain in {"who", "whose"}:
            return self._relative(position)
        if plain in {"it", "its"}:
            return self._thing(position)
        if plain in {"they", "their", "them"}:
            return self._several(position)
        return NOBODY

    def _person(self, position: int, gender: str) -> Answer:
        scores: dict[Entity, float] = {}
        paragraph = self._layout.paragraph_at(position)
        here = self._layout.sentence_at(position)[0]
        for number in self.before(position):
            span, entity = self._chains.spans[number], self._chains.of[number]
            away = paragraph - self._layout.paragraph_at(span.start)
            if away > PARAGRAPHS_BACK:
                break
            if entity.label == "PERSON" and entity.gender in {None, gender}:
                sentence = self._layout.sentence_at(span.start)[0]
                score = self._weigh(number, sentence) - 0.8 * away - 0.5 * (sentence != here)
                score += _GENDER_BONUS * (entity.gender == gender)
                scores[entity] = max(scores.get(entity, -9.0), score)
        self._add_last_speaker(scores, paragraph, gender)
        if not scores:
            return NOBODY
        ranked = sorted(scores.items(), key=lambda item: -item[1])
        sure = len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= 1
        return [Speaker(ranked[0][0].name, "PERSON")], 0.85 if sure else 0.6

    def _weigh(self, number: int, sentence: int) -> float:
        span = self._chains.spans[number]
        subject = not any(
            self._chains.of[other].label == "PERSON" for other in self.between(sentence, span.start)
        )
        possessive = self._layout.text[span.end : span.end + 2] in {"'s", "’s"}
        return (
            _SUBJECT_BONUS * subject
            - _POSSESSIVE_COST * possessive
            - _QUOTED_COST * self._is_quoted(span.start)
        )

    def _is_quoted(self, position: int) -> bool:
        place = bisect_left(self._content_starts, position + 1) - 1
        return place >= 0 and position < self._contents[place][1]

    def _add_last_speaker(self, scores: dict[Entity, float], paragraph: int, gender: str) -> None:
        at, speakers = self.last
        away = paragraph - self._layout.paragraph_at(at)
        if at < 0 or away > 2 or len(speakers) != 1:
            return
        entity = self._entities.get(speakers[0].name)
        if entity and entity.label == "PERSON" and entity.gender in {None, gender}:
            scores[entity] = scores.get(entity, 0.0) + _SPOKEN_BONUS - 0.5 * away

    def _relative(self, position: int) -> Answer:
        """Resolve "who": the name, or the name before its apposition, in the same sentence."""
        start = self._layout.sentence_at(position)[0]
        for number in self.before(position):
            span, entity = self._chains.spans[number], self._chains.of[number]
            if span.start < start or position - span.end > 80:
                break
            if entity.label in {"PERSON", "ORG"}:
                near = position - span.end <= 3
                return [Speaker(entity.name, entity.label)], 0.9 if near else 0.6
        return NOBODY

    def _thing(self, position: int) -> Answer:
        at, speakers = self.last
        near = at >= 0 and self._layout.paragraph_at(position) - self._layout.paragraph_at(at) <= 1
        if near and len(speakers) == 1 and speakers[0].label in {"ORG", "GPE"}:
            return [Speaker(speakers[0].name, speakers[0].label)], 0.7
        return self.recent(position, {"ORG", "GPE"}, 1)

    def _several(self, position: int) -> Answer:
        at, speakers = self.last
        near = at >= 0 and self._layout.paragraph_at(position) - self._layout.paragraph_at(at) <= 1
        named = [s for s in speakers if s.role == "speaker"]
        if near and (len(named) > 1 or (named and named[0].label in {"ORG", "NORP"})):
            return [Speaker(s.name, s.label) for s in named], 0.65
        return NOBODY

    def recent(self, position: int, labels: set[str], paragraphs: int) -> Answer:
        """Return the nearest entity of some label before a position, not out of quoted words."""
        paragraph = self._layout.paragraph_at(position)
        for number in self.before(position):
            span, entity = self._chains.spans[number], self._chains.of[number]
            if paragraph - self._layout.paragraph_at(span.start) > paragraphs:
                break
            if entity.label in labels and not self._is_quoted(span.start):
                return [Speaker(entity.name, entity.label)], 0.6
        return NOBODY

    def by_role(self, position: int, phrase: str) -> Answer:
        """Resolve "the deputy secretary": the person whose role shares most words with it."""
        wanted = _role_words(phrase) - {"the", "former", "of"}
        best: dict[Entity, int] = {}
        for number in self.before(position):
            entity = self._chains.of[number]
            if entity.label == "PERSON" and entity not in best:
                best[entity] = len(wanted & _role_words(" ".join(entity.roles)))
        top = max(best.values(), default=0)
        if not top:
            return self._still(position)
        fits = [entity for entity, score in best.items() if score == top]
        return [Speaker(fits[0].name, "PERSON")], 0.85 if len(fits) == 1 else 0.55

    def _still(self, position: int) -> Answer:
        """Take a description nobody was given ("the candidate said") for who spoke just before."""
        at, speakers = self.last
        away = self._layout.paragraph_at(position) - self._layout.paragraph_at(at)
        if at < 0 or away > 1 or len(speakers) != 1 or speakers[0].label != "PERSON":
            return NOBODY
        return speakers, 0.5

    def by_name(self, phrase: str) -> Answer:
        """Resolve a name that was not tagged at this place: "Hillary" where Hillary Clinton is."""
        words = {word for word in phrase.split() if word[:1].isupper()}
        fits = [
            entity
            for entity in self._chains.entities
            if entity.label == "PERSON"
            and words & {*entity.name.split()[:1], *entity.name.split()[-1:]}
        ]
        return ([Speaker(fits[0].name, "PERSON")], 0.7) if len(fits) == 1 else NOBODY

    def two_countries(self, position: int) -> Answer:
        """Resolve "both countries": the two that were named most so far, in order of mention.

        Demonyms count for their country: "Russian" is a mention of Russia.
        """
        counts: Counter[str] = Counter()
        for number in reversed(list(self.before(position))):
            country = country_of(self._chains, number, self._layout.text)
            if country:
                counts[country] += 1
        if len(counts) < 2:
            return NOBODY
        top = {name for name, _ in counts.most_common(2)}
        return [Speaker(name, "GPE") for name in counts if name in top], 0.75

    def two_people(self, position: int) -> Answer:
        """Resolve "the two leaders": two people of this sentence, else the last two named."""
        names: list[str] = []
        for number in self.before(position):
            entity = self._chains.of[number]
            if entity.label == "PERSON" and entity.name not in names:
                names.append(entity.name)
            if len(names) == 2:
                return [Speaker(name, "PERSON") for name in reversed(names)], 0.7
        return NOBODY

    def issuer(self, position: int, noun: str) -> Answer:
        """Resolve "the statement": who last spoke beside that noun, or whose it is.

        "…, said the US in a statement" makes the US the issuer; so do "a Quinnipiac poll" and "the
        report by Amnesty".
        """
        text = self._layout.text
        at, speakers = self.last
        pattern = re.compile(rf"\b{re.escape(noun)}s?\b", re.IGNORECASE)
        for match in reversed(list(pattern.finditer(text, max(0, position - 6000), position))):
            start, end = self._layout.sentence_at(match.start())
            owner = self._owner(match.start(), match.end(), start, end)
            if owner:
                return owner, 0.75
        if at >= 0 and speakers and speakers[0].label in {"ORG", "GPE"}:
            return [Speaker(s.name, s.label) for s in speakers], 0.55
        return NOBODY

    def _owner(self, start: int, end: int, low: int, high: int) -> list[Speaker]:
        numbers = [n for n in self.between(low, high) if not self._is_quoted(self._starts[n])]
        bodies = [n for n in numbers if self._chains.of[n].label in {"ORG", "GPE", "PERSON"}]
        text = self._layout.text
        close = [n for n in bodies if 0 <= start - self._chains.spans[n].end <= 40]
        close += [
            n
            for n in bodies
            if re.fullmatch(r"\s+(?:by|from|of)\s+(?:the\s+)?", text[end : self._starts[n]])
        ]
        choice = close[-1:] or bodies[:1]
        return [Speaker(self._chains.of[n].name, self._chains.of[n].label) for n in choice]


def _role_words(text: str) -> set[str]:
    words = {
        word.lower().strip(".,").removesuffix("'s").removesuffix("’s") for word in text.split()
    }
    return {_SPELLED_OUT.get(word, word) for word in words}


def country_of(chains: Chains, number: int, text: str) -> str | None:
    """Return the country that a mention names, or whose people it names; None for all else."""
    span, entity = chains.spans[number], chains.of[number]
    aliases = load_aliases()
    if entity.label == "GPE":
        known = aliases.find(entity.name)
        return known.name if known and known.label == "GPE" else None
    if entity.label == "NORP":
        demonym = aliases.find_demonym(text[span.start : span.end])
        return demonym[1] if demonym else None
    return None
