"""From the source of an attribution to the names of its speakers.

A source names its speaker ("Deputy Secretary Sherman"), speaks for somebody ("a spokesman for the
Kremlin": kept as on_behalf_of), or points back ("he", "the delegation", "both sides", "the
statement"). "Unknown" is an honest answer for "a passer-by".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.annotate.layout import CharSpan, Layout
from pipeline.annotate.names.chains import Chains
from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.speakers.descriptions import (
    NAMELESS,
    Descriptions,
    head_noun,
    is_person_noun,
)
from pipeline.annotate.speakers.named import NamedSources
from pipeline.annotate.speakers.salience import NOBODY, Answer
from pipeline.annotate.speakers.spokespeople import SPOKES, Spokespeople
from pipeline.annotate.speakers.unsourced import CHANNEL, Unsourced
from pipeline.records import Span, Speaker

_PAIRS = re.compile(r"\b(?:both|the two|the pair|the couple|two)(?:\s+([a-z]+))?\b", re.IGNORECASE)
_PAIR_AT_END = re.compile(r"\band (?:both|the two) (\w+)$", re.IGNORECASE)
_PEOPLE = frozenset(
    "leaders men women presidents ministers officials candidates senators diplomats rivals "
    "politicians of".split()
)
_COUNTRIES = frozenset("countries nations governments states powers capitals".split())
_SIDES = frozenset("sides parties delegations companies groups organisations organizations".split())
_PRONOUNS = frozenset("he she it they who him his her its their them whose himself herself".split())
_OWN = frozenset("i we me us my our myself ourselves".split())
_OWNERS = frozenset("his her its their".split())
_SPOKES_OF = re.compile(rf"((?i:the)\s+[^,]+)['’]s?\s+(?:\w+\s+){{0,2}}{SPOKES.pattern}", re.I)
_PASSIVE = re.compile(
    r"(?:when |if )?(?:being )?(?:asked|pressed|questioned|quizzed)\b", re.IGNORECASE
)
_OPENS = re.compile(
    r"(?:^|[,;:—–.?!”\"]|\b(?:when|if|and|but|was|were|been|is))\s*$", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W\d_][\w’'-]*")


class SpeakerResolver:
    """Names the speakers of one article's attributions, which must come in reading order."""

    def __init__(self, layout: Layout, chains: Chains, quoted: Sequence[Span]) -> None:
        """Take the names of the article and the stretches between quotation marks."""
        self._layout = layout
        self._discourse = Descriptions(layout, chains, quoted)
        self._chains = self._discourse.chains
        self._spokespeople = Spokespeople(self._discourse)
        self._named = NamedSources(self._discourse, self._spokespeople)
        self._unsourced = Unsourced(self._discourse)

    def resolve(self, item: Attribution) -> Answer:
        """Return the speakers of an attribution and how sure that is."""
        speakers, sureness = self._resolve(item)
        speakers = self._with_principal(speakers)
        self._discourse.told(item.content, speakers, self._is_unnamed(item))
        if speakers:
            self._remember_head(item, (speakers, sureness))
        return speakers, sureness

    def _is_unnamed(self, item: Attribution) -> bool:
        """Tell whether one person without a name speaks: "one delegate", "the man"."""
        if not item.source:
            return False
        words = self._text(item.source[0]).lower().split()
        if words[0] in _PRONOUNS and len(words) == 1:
            return self._discourse.last_was_unnamed
        head = head_noun(self._text(item.source[0]))
        indefinite = words[0] in {"a", "an", "one", "another"} and is_person_noun(head)
        return indefinite or (words[0] == "the" and head in NAMELESS)

    def _with_principal(self, speakers: list[Speaker]) -> list[Speaker]:
        """Add whom a speaker speaks for, wherever the article says so."""
        if len(speakers) != 1 or speakers[0].label != "PERSON":
            return speakers
        entity = self._discourse.entities.get(speakers[0].name)
        principal = self._spokespeople.of(entity) if entity else None
        return [*speakers, principal] if principal else speakers

    def _remember_head(self, item: Attribution, answer: Answer) -> None:
        if item.source and not item.inherits:
            head = head_noun(self._layout.text[item.source[0].start : item.source[0].end])
            if head.islower():
                self._discourse.heads[head] = answer

    def _is_question_to(self, item: Attribution) -> bool:
        """Tell "Asked if it was high, Holm …": somebody asks, and whom one asks is no speaker."""
        cue = item.cue[0] if item.cue else None
        if cue is None or item.content[0].start < cue.start or not _PASSIVE.match(self._text(cue)):
            return False
        low = self._layout.sentence_at(cue.start)[0]
        return _OPENS.search(self._layout.text[low : cue.start]) is not None

    def _resolve(self, item: Attribution) -> Answer:
        if self._is_question_to(item):
            return NOBODY
        if item.cue and CHANNEL.search(self._text(item.cue[0])):
            inner = self._unsourced.inside(item)
            if inner[0]:
                return inner
        if item.inherits or not item.source:
            return self._without_source(item)
        source = item.source[0]
        pair = _PAIR_AT_END.search(self._text(source))
        if pair:
            return self._pair(source, pair[1].lower())
        numbers = self._discourse.between(source.start, source.end)
        named = self._named.resolve(source, numbers)
        people = [n for n in numbers if self._chains.of[n].label == "PERSON"]
        if named[0] or not people:
            return named if named[0] else self._pointing(source)
        return self._beside_others(source, {self._chains.of[n].name for n in people})

    def _beside_others(self, source: CharSpan, others: set[str]) -> Answer:
        """Resolve "the former aide to Ann Lee", who is anybody but her."""
        phrase = self._text(source)
        if not phrase.lower().startswith("the ") or SPOKES.search(phrase):
            return NOBODY
        answer = self._discourse.described(source.start, phrase, head_noun(phrase))
        return answer if not others & {speaker.name for speaker in answer[0]} else NOBODY

    def _text(self, span: CharSpan) -> str:
        return self._layout.text[span.start : span.end]

    def _without_source(self, item: Attribution) -> Answer:
        beside = self._unsourced.beside(item)
        if beside[0]:
            return beside
        if item.inherits:
            return self._inherited(item)
        if item.cue:
            return self._unsourced.near_verb(item.cue[0])
        at, speakers = self._discourse.last_heard
        if at >= 0 and speakers and self._discourse.paragraphs_since(at, item.start) == 0:
            return speakers, 0.6
        speakers, sureness = self._discourse.person(item.start, None, reach=0)
        return speakers, min(sureness, 0.5)

    def _inherited(self, item: Attribution) -> Answer:
        at, speakers = self._discourse.last_heard
        away = self._discourse.paragraphs_since(at, item.content[0].start) if at >= 0 else -1
        # Two who spoke together hardly go on together in quotation marks.
        return (speakers, 0.55) if away == 1 and _spoken_by_one(speakers) else NOBODY

    def _pointing(self, source: CharSpan) -> Answer:
        """Resolve a source without a name: a pronoun, a pair, an office, a document, a body."""
        phrase = self._text(source)
        words = [word.lower() for word in _WORDS.findall(phrase)]
        if not words:
            return NOBODY
        if words[0] in _OWN:
            return self._discourse.speaker_around(source.start)
        if words[0] in _PRONOUNS and (len(words) == 1 or words[0] in {"he", "she", "who", "it"}):
            return self._discourse.pronoun(source.start, words[0])
        if words in (["which"], ["that"]):
            return self._going_on(source.start)
        pair = _PAIRS.match(phrase)
        if pair:
            return self._pair(source, (pair[1] or "").lower())
        head = head_noun(phrase)
        behalf = _SPOKES_OF.fullmatch(phrase)
        if behalf:
            return self._spokespeople.owner(source.start, behalf[1])
        if words[0] in {"the", "this", "that"}:
            return self._discourse.definite(source.start, phrase, head)
        if words[0] in _OWNERS:
            found = self._discourse.possessed(source.start, words[0], head)
            unnamed = not found[0] and SPOKES.search(phrase)
            return self._spokespeople.owner(source.start, words[0]) if unnamed else found
        return self._discourse.by_name(phrase)

    def _going_on(self, position: int) -> Answer:
        """Resolve "which" behind reported words: they go on, "…, which is aimed at peace"."""
        at, speakers = self._discourse.last_heard
        gap = self._layout.text[max(0, at) : position]
        return (speakers, 0.4) if at >= 0 and not gap.strip(" ,") else NOBODY

    def _pair(self, source: CharSpan, noun: str) -> Answer:
        if noun in _PEOPLE or noun == "":
            return self._discourse.two_people(source.start)
        if noun in _SIDES:
            return self._discourse.two_sides(source.start)
        return self._discourse.two_countries(source.start) if noun in _COUNTRIES else NOBODY


def _spoken_by_one(speakers: list[Speaker]) -> bool:
    return sum(speaker.role == "speaker" for speaker in speakers) == 1
