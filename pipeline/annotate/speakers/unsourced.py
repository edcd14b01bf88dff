"""Who speaks where no source was found: the name beside the verb, the quotation, the paragraph.

"“…,” said a hoarse Ida Holm" with the verb alone; "HOLM: “…”"; a quotation over a line "— Ida Holm,
postmaster"; "“…,” Holm said, according to the Linden Post", where the paper is but the channel.
"""

from __future__ import annotations

import re

from pipeline.annotate.layout import CharSpan
from pipeline.annotate.quotes.cues import speech_verb_pattern
from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.speakers.antecedents import Antecedents
from pipeline.annotate.speakers.salience import NOBODY, Answer
from pipeline.records import Speaker

CHANNEL = re.compile(r"according to|report|quoted|\bper\b", re.IGNORECASE)
FARTHEST = 80
"""Characters between a verb of speech and its subject; farther ones are mostly somebody else."""
_COLON = re.compile(r"\s*:\s*")
_CREDIT = re.compile(r"[\s”\"]*(?:[—–―-]{1,2}|\n)\s*")
_CREDIT_END = re.compile(r"(?:,[^\n“”]{0,80})?[.”\"]*\s*(?:\n|$)")
_SUBJECT = re.compile(r"\b(he|she|they)\b", re.IGNORECASE)
_MODIFIES = re.compile(r"['’]s?\b|\s+(?:campaign|camp|aides?|supporters?|team|spokes\w+)\b")
_OBJECT = re.compile(r"\b(?:to|told|asked|of|with|by|about|against|for|from)\s+(?:[\w.]+\s+){0,2}$")
_AGENTS = frozenset({"PERSON", "ORG", "GPE"})
_NAMES_ON = re.compile(r"[-–]|\s+[A-Z]")
_NO_OBJECT = re.compile(r"\baccording\s+to\s+(?:[\w.]+\s+){0,3}$")


class Unsourced:
    """Finds the speakers of attributions that have no source of their own."""

    def __init__(self, discourse: Antecedents) -> None:
        """Take the memory of the article."""
        self._discourse = discourse
        self._text = discourse.layout.text

    def beside(self, item: Attribution) -> Answer:
        """Return who is named directly in front of the quotation or under it."""
        start, end = item.content[0].start, item.content[-1].end
        chains = self._discourse.chains
        for number in self._discourse.between(max(0, start - FARTHEST), start):
            if chains.of[number].label in {"PERSON", "ORG"} and _COLON.fullmatch(
                self._text, chains.spans[number].end, start
            ):
                return self._person(number, 0.8)
        for number in self._discourse.between(end, end + 20):
            span = chains.spans[number]
            credit = _CREDIT.fullmatch(self._text, end, span.start)
            if credit and chains.of[number].label == "PERSON":
                return self._person(number, 0.75) if self._ends(span.end) else NOBODY
        return NOBODY

    def _ends(self, position: int) -> bool:
        return _CREDIT_END.match(self._text, position) is not None

    def near_verb(self, cue: CharSpan) -> Answer:
        """Return the person, or else the pronoun's, that stands nearest a verb in its sentence."""
        low, high = self._discourse.layout.sentence_at(cue.start)
        chains = self._discourse.chains
        found: list[tuple[int, int]] = []
        for number in self._discourse.between(max(low, cue.start - FARTHEST), high):
            span = chains.spans[number]
            if chains.of[number].label == "PERSON" and self._may_speak(span):
                gap = max(cue.start - span.end, span.start - cue.end)
                found.append((gap, number))
        gap, number = min(found, default=(FARTHEST + 1, -1))
        pronoun = self._pronoun(cue, max(low, cue.start - FARTHEST), high)
        if pronoun and pronoun[0] < gap:
            speakers, sureness = self._discourse.pronoun(pronoun[1], pronoun[2])
            return speakers, min(sureness, 0.6)
        return self._person(number, 0.6) if gap <= FARTHEST else self._subject(cue, low)

    def _subject(self, cue: CharSpan, low: int) -> Answer:
        """Return whom the sentence begins with: "Kenya has always stayed, claiming …"."""
        chains = self._discourse.chains
        for number in self._discourse.between(low, min(low + 5, cue.start)):
            span = chains.spans[number]
            opens = self._text[low : span.start].strip().lower() in {"", "the"}
            speaks = chains.of[number].label in _AGENTS and self._may_speak(span)
            if opens and speaks and not _NAMES_ON.match(self._text, span.end):
                return self._person(number, 0.55)
        return NOBODY

    def _may_speak(self, span: CharSpan) -> bool:
        before = self._text[max(0, span.start - 40) : span.start]
        return (
            not self._discourse.is_quoted(span.start)
            and not _MODIFIES.match(self._text, span.end)
            and (not _OBJECT.search(before) or _NO_OBJECT.search(before) is not None)
        )

    def _pronoun(self, cue: CharSpan, low: int, high: int) -> tuple[int, int, str] | None:
        """Return gap, place and word of the pronoun nearest a verb, outside quoted words."""
        found = [
            (max(cue.start - m.end(), m.start() - cue.end), m.start(), m[1])
            for m in _SUBJECT.finditer(self._text, low, high)
            if not self._discourse.is_quoted(m.start())
        ]
        nearest = min(found, default=None)
        return nearest if nearest and nearest[0] <= FARTHEST // 4 else None

    def inside(self, item: Attribution) -> Answer:
        """Return who speaks in the content itself: "“…,” Holm said, according to the Post"."""
        for content in item.content:
            for match in speech_verb_pattern().finditer(self._text, content.start, content.end):
                if not self._discourse.is_quoted(match.start()):
                    return self.near_verb(CharSpan(*match.span(), "Cue"))
        return NOBODY

    def _person(self, number: int, sureness: float) -> Answer:
        entity = self._discourse.chains.of[number]
        return [Speaker(entity.name, entity.label)], sureness
