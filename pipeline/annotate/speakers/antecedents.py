"""Whom "he", "who", "both countries" or "the two leaders" means: the article so far.

Every answer comes with how sure it is, and "nobody" is an answer. Knows nothing of cues and
contents.
"""

from __future__ import annotations

import re
from collections import Counter

from pipeline.annotate.speakers.discourse import FARTHEST
from pipeline.annotate.speakers.salience import NOBODY, Answer, Salience
from pipeline.records import Speaker

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
