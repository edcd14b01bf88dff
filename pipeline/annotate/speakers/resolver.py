"""From the source of an attribution to the names of its speakers.

A source names its speaker ("Deputy Secretary Sherman"), speaks for somebody ("a spokesman for the
Kremlin": kept as on_behalf_of), or points back ("he", "the delegation", "both sides", "the
statement"). "Unknown" is an honest answer for "a passer-by".

Who speaks where no source was found: the name beside the verb, the quotation, the paragraph.

"“…,” said a hoarse Ida Holm" with the verb alone; "HOLM: “…”"; a quotation over a line "— Ida Holm,
postmaster"; "“…,” Holm said, according to the Linden Post", where the paper is but the channel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.annotate.names.coreference import Chains
from pipeline.annotate.quotes.cues import speech_verb_pattern
from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.annotate.speakers.descriptions import (
    NAMELESS,
    Descriptions,
    head_noun,
    is_person_noun,
)
from pipeline.annotate.speakers.named import SPOKES, NamedSources, Spokespeople
from pipeline.annotate.speakers.pronouns import NOBODY, Answer, Antecedents
from pipeline.models import Span, Speaker

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
