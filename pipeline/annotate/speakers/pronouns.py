"""Resolve pronouns and pairs: "he", "who", "they", "both countries", "the two leaders".

"He" and "she" refer to the most salient person of the article so far. Weighted factors rank the
candidates, a method known from Lappin and Leass (1994): the distance, the syntactic role, who spoke
last and whom the pronoun before referred to. The weights were set by hand. On gold coreference
(GUM's news, interviews and biographies) 89 % of "he" and "she" are right, and 80 % were by the
simpler rules before; on 113 pronoun sources of PolNeAR's training part 99 % are. Weights fitted on
half of the articles did no better on the other half (87 %).

Every answer has a confidence, and may be that nobody is named.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.annotate.names.coreference import Chains, Entity
from pipeline.annotate.names.given_names import gender_votes
from pipeline.annotate.names.titles import is_title_word
from pipeline.annotate.quotes.cues import is_speech_verb
from pipeline.annotate.spans import Layout
from pipeline.annotate.speakers.discourse import (
    MOST_LOOKED_BACK,
    NOBODY,
    Answer,
    Discourse,
    is_asked,
    is_cleft,
    syntactic_role,
)
from pipeline.annotate.speakers.nouns import PRESS_NAME, modifies_noun
from pipeline.models import Span, Speaker

PARAGRAPHS_BACK = 3
"""Paragraphs that a pronoun reaches back.

Over a longer distance PolNeAR's "he" has mostly been named again."""

# What adds to the score of a candidate; its probability is the softmax of the scores.
SAME_SENTENCE = 0.8
PREVIOUS_SENTENCE = 0.3
PER_PARAGRAPH = -1.5
"""For each paragraph between the mention and the pronoun."""
ROLE = {"subject": 0.0, "prepositional": -1.0, "object": -0.5}
FIRST_SUBJECT = 1.5
"""For a subject that no other person precedes in its sentence, or that a verb of saying follows."""
OPENS_PARAGRAPH = 0.3
"""For a first subject in the first sentence of its paragraph."""
MODIFIER = -1.0
"""For "Holm" in "Holm’s plan" and "the Holm campaign"."""
QUOTED = -4.5
"""For a mention between quotation marks."""
ASKED = 2.5
"""For the person who was asked: "Holm asked Dane how high. “Very,” he said"."""
SAME_GENDER = 0.6
"""For a person of the pronoun's gender; one whose gender is unknown gets nothing."""
LAST_SPEAKER = (1.5, 0.7, 0.3)
"""For the last speaker, by the paragraphs since."""
UNNAMED_SPEAKER = 2.0
"""For a last speaker without a name, beside LAST_SPEAKER: "One delegate said … He said"."""
ADDS_TO_QUOTE = 1.5
"""For the last speaker of a known gender where the verb continues the quote: "“…,” he added"."""
EVER_SPOKE = 0.2
FREQUENCY = 0.2
"""For each e-fold of the person's mentions so far."""
PER_PERSON_BETWEEN = -0.2
"""For each person named since, three at most."""
SAME_PRONOUN = {True: 1.5, False: 0.7}
"""For the person whom the last pronoun of that gender referred to, by whether it was a subject."""

LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.3, 0.95
"""Bounds of the softmax of the scores; in between, it is right as often as it says."""
LONGEST_STANDFIRST = 3
"""Paragraphs above the text in which a pronoun may stand before the name."""
FALLBACK_CONFIDENCE = 0.45
"""Where nobody of that gender was named lately, and the last speaker is taken."""
OTHER_GENDER_CONFIDENCE = 0.4
"""Where only people of the other gender are near."""
LONGEST_APPOSITION = 160
"""Characters of an apposition between a name and "who"."""
LONGEST_PRONOUN_CHAIN = 6
"""Pronouns followed back through each other; every one is resolved once."""
# In the examples of patterns, "|" shows where the match begins and ends.
# A pronoun and the verb in front of the person addressed: "he told Mayor | Oller".
_ADDRESSES = re.compile(
    r"\w+\s+(?:told|tells|asked|assured|reminded|informed)\s+(?:[A-Z][\w.]*\s+){0,2}"
)
# Behind a name whose words are the subject: "Holm|’s account |differed. “…,” she said".
_OWN_WORDS = re.compile(
    r"['’]s?\s+(?:own\s+)?(?:account|advice|answer|assessment|explanation|message|reaction|reply|response|"
    r"tone|verdict|version|view)\s+(?:is|was|has|differ\w*|came|seem\w*|remain\w*|chang\w*)\b"
)
# A document that opens a sentence: "|An internal email| put it plainly".
_NEW_DOCUMENT = re.compile(
    r"(?:An?|One|Another)\s+(?:[\w-]+\s+){0,3}(?:email|e-mail|letter|memo|note|post|message|document|diary|"
    r"sign|banner|leaflet|notice|article|editorial|petition|text)\b"
)
# In the sentence of a quote that was written: "Holm said |in a letter| that"; "it said" goes on.
_IN_WRITING = re.compile(
    r"\bin\s+an?\s+(?:[\w-]+\s+){0,3}(?:statement|letter|e-?mail|message|text|memo|note|post|release|"
    r"petition|filing)\b"
)
# Between a name and "who": "Holm|, a baker from Tarn, | who", "Holm| | who".
_APPOSED = re.compile(r"\s*,?\s*|\s*(?:,[^.;:“”\"]+,|\([^()]*\),?)\s*")
# A person without a name who opens a sentence: "My mother", "A man in Tarn", "His late wife".
_UNNAMED = re.compile(
    r"(?:It\s+was\s+)?(?:my|our|his|her|their|an?|the|one)\s+(?:[\w’'-]+\s+){0,2}?([a-z]+)\b",
    re.IGNORECASE,
)
# Between two people who are named as a pair: "Ida Holm| and his wife |Roy Dane".
_PAIRED = re.compile(r"\s+(?:and|&)\s+(?:[a-z][\w’'-]*\s+){0,3}")
# The family of whoever tells: "my late mother", "Mom"; "Mother Holm" is a nun.
_OWN_FAMILY = {
    gender: re.compile(
        rf"\b(?:(?:[Mm]y|[Oo]ur)\s+(?:[\w’'-]+\s+){{0,2}}?(?:{relatives})|(?:{names})(?!\s+[A-Z]))\b"
    )
    for gender, relatives, names in (
        (
            "f",
            "mother|mom|mum|wife|grandmother|grandma|sister|aunt|daughter|girlfriend|niece",
            "Mom|Mommy|Mum|Mummy|Mama|Grandma",
        ),
        (
            "m",
            "father|dad|husband|grandfather|grandpa|brother|uncle|son|boyfriend|nephew",
            "Dad|Daddy|Papa|Grandpa",
        ),
    )
}
# "He added": what is added continues the quote before.
_ADDS = re.compile(
    r"s?he\s+(?:also\s+|then\s+)?(?:added|adds|continued|continues|went\s+on|goes\s+on)\b",
    re.IGNORECASE,
)
# Behind a name: "Holm | has also said".
_VERB_BEHIND = re.compile(r"\s+(?:(?:has|had|have|also|later|then|\w+ly)\s+){0,2}(\w+)\b")
# Behind a name: "Dane | campaign adviser | Paul Oller"; is the noun a title?
_FOLLOWER = re.compile(r"\s+(?:[a-z][\w-]*\s+){0,3}?([a-z][\w-]*)\s+[A-Z]")
_PRONOUN = re.compile(r"\b(?:(he|his|him)|she|her)\b", re.IGNORECASE)
_SIDES = frozenset({"ORG", "GPE", "NORP", "PERSON"})
# In front of the first of two sides: "talks between the | Port Board".
_BETWEEN = re.compile(r"\bbetween\s+(?:[\w-]+\s+){0,4}$")
# Between two sides: "Port Board | and the firm | Oxo".
_JOINED = re.compile(r"\s+and\s+(?:[a-z][\w-]*\s+){0,4}")
# The same: "board|’s long dispute with | Oxo".
_AGAINST = re.compile(
    r"(?:['’]s?)?\s+(?:[\w-]+\s+){0,6}(?:talks|negotiations|dispute|war|fight|row|standoff|clashes|"
    r"truce|ceasefire|deal|pact|agreement|merger|battle|quarrel)\s+(?:with|against)\s+(?:the\s+)?"
)


class _Pronoun(NamedTuple):
    """A third-person pronoun outside quotations; the gender is "m" or "f"."""

    position: int
    gender: str
    is_subject: bool


class _MentionWeight(NamedTuple):
    """The part of a mention's score that is the same for every pronoun."""

    sentence: Span
    weight: float
    mentions: int
    """How often the person has been named so far, this mention included."""


class PersonSalience(Discourse):
    """Ranks the people of an article as referents of a pronoun or a vague description."""

    def __init__(self, layout: Layout, chains: Chains, quoted: Sequence[Span]) -> None:
        """Read the pronouns and mentions of an article; see ``Discourse`` for the arguments."""
        super().__init__(layout, chains, quoted)
        self._pronouns = [
            _Pronoun(m.start(), "m" if m[1] else "f", m[0].lower() in {"he", "she"})
            for m in _PRONOUN.finditer(layout.text)
            if not self.is_quoted(m.start())
        ]
        self._own_family = {
            gender: [
                match.start()
                for match in pattern.finditer(layout.text)
                if not self.is_quoted(match.start())
            ]
            for gender, pattern in _OWN_FAMILY.items()
        }
        self._pronoun_starts = [pronoun.position for pronoun in self._pronouns]
        self._weights: dict[int, _MentionWeight] = {}
        self._referents: dict[int, Entity | None] = {}
        self._counts: dict[int, int] = {
            number: count
            for entity in self.chains.entities
            if entity.label == "PERSON"
            for count, number in enumerate(entity.mentions, start=1)
        }

    def most_salient_person(
        self, position: int, gender: str | None, reach: int = PARAGRAPHS_BACK
    ) -> Answer:
        """Return the person that a pronoun or a vague description refers to.

        Args:
            position: where it begins.
            gender: "m", "f", or None for a description.
            reach: paragraphs looked back.
        """
        scores = self._scores(position, gender, reach, 0)
        best = max(scores, key=lambda entity: scores[entity], default=None)
        if gender and self._is_of_own_family(best, position, gender):
            return NOBODY
        if self._unnamed_score(position, gender) > (scores[best] if best else 0):
            principals = self.last_quote[1]
            return (principals, 0.6) if principals else NOBODY
        if best is None:
            return self._fallback(position, gender) if gender else NOBODY
        if gender and self._is_unnamed_subject(best, position, gender):
            return NOBODY
        chance = 1 / sum(math.exp(score - scores[best]) for score in scores.values())
        return [Speaker(best.name, "PERSON")], max(LEAST_CONFIDENCE, min(MOST_CONFIDENCE, chance))

    def _unnamed_score(self, position: int, gender: str | None) -> float:
        """Return the score of a person without a name who spoke last; -inf if none did.

        Such a person may speak for somebody: "a Port Board spokeswoman". "Her son" is nobody whom
        "she" refers to.
        """
        at, speakers = self.last_quote
        away = self.paragraphs_since(at, position)
        is_named = any(speaker.role == "speaker" for speaker in speakers)
        unnamed = self.last_unnamed
        if is_named or unnamed is None or at < 0 or away >= len(LAST_SPEAKER):
            return -math.inf
        if unnamed.is_owned and not _ADDS.match(self.layout.text, position):
            # In "Holm was in court. Her lawyer spoke. “No,” she said" she is Holm.
            return -math.inf
        male, female = gender_votes(unnamed.noun)
        if (gender == "f" and male > female) or (gender == "m" and female > male):
            return -math.inf
        return UNNAMED_SPEAKER + LAST_SPEAKER[away] + PER_PARAGRAPH * away

    def _is_unnamed_subject(self, best: Entity, position: int, gender: str) -> bool:
        """Tell whether somebody without a name is the subject since a person was last named one.

        "My mother loved Handel. She said …": the mother speaks. Sentences of this and the paragraph
        before count, the last one first.
        """
        text = self.layout.text
        here = self.layout.paragraph_at(position)
        for number in range(here, max(-1, here - 2), -1):
            for start, end in reversed(self.layout.sentences(number)):
                if start >= position or self.is_quoted(start):
                    continue
                match = _UNNAMED.match(text, start, min(end, position))
                if match and not self._names_within(match.start(), match.end() + 1):
                    male, female = gender_votes(match[1].lower())
                    if (male > female) == (gender == "m") and male != female:
                        return True
                named = (n for n in self.mentions_between(start, min(end, position)))
                if any(
                    self.chains.of[n] is best
                    and syntactic_role(text, start, self.chains.spans[n].start) == "subject"
                    for n in named
                ):
                    return False
        return False

    def _is_of_own_family(self, best: Entity | None, position: int, gender: str) -> bool:
        """Tell whether a relative of whoever tells is meant, who has no name.

        A relative who was named after the person is; a little earlier, if the person was no subject
        since: "Mom gave me two godmothers, Cynthia and Mary. She said …". Words in quotation marks
        are about somebody else's family.
        """
        relatives = self._own_family[gender]
        place = bisect_left(relatives, position)
        if not place:
            return False
        last = relatives[place - 1]
        since = [at for at in self.last_named(best, position) if at > last] if best else []
        if not since:
            return True
        text = self.layout.text
        return self.paragraphs_since(last, position) <= PARAGRAPHS_BACK and not any(
            syntactic_role(text, self.layout.sentence_at(at)[0], at) == "subject" for at in since
        )

    def _names_within(self, start: int, end: int) -> bool:
        """Tell whether a name begins in [start, end): "The singer Ida Holm" has one."""
        return bool(self.mentions_between(start, end))

    def _fallback(self, position: int, gender: str) -> Answer:
        """Return the last speaker of that gender, or one who spoke near by, or anyone near by."""
        for _, end, speakers in self.utterances[: -MOST_LOOKED_BACK - 1 : -1]:
            entity = self.entities.get(speakers[0].name)
            if entity and entity.label == "PERSON" and end <= position:
                near = self.paragraphs_since(end, position) <= 1
                if entity.gender in {gender, None} or near:
                    return [Speaker(entity.name, "PERSON")], FALLBACK_CONFIDENCE
        # The gender of a given name is wrong at times: "Ashley", "Jan".
        scores = self._scores(position, None, 1, LONGEST_PRONOUN_CHAIN)
        best = max(scores, key=lambda entity: scores[entity], default=None)
        if best:
            return [Speaker(best.name, "PERSON")], OTHER_GENDER_CONFIDENCE
        return self._named_next(position, gender)

    def _named_next(self, position: int, gender: str) -> Answer:
        """Return who opens the text below a standfirst: "“No,” she said | Ida Holm has praised".

        Only where nobody has been named before, and somebody of the gender is named first.
        """
        number = self.layout.paragraph_at(position) + 1
        people = (n for n in self.mentions_before(position) if self.chains.of[n].label == "PERSON")
        if number > LONGEST_STANDFIRST or number >= len(self.layout.paragraphs) or any(people):
            return NOBODY
        start, end = self.layout.sentences(number)[0]
        for mention in self.mentions_between(start, end):
            entity, span = self.chains.of[mention], self.chains.spans[mention]
            if entity.label != "PERSON":
                continue
            fits = entity.gender in {gender, None}
            opens = syntactic_role(self.layout.text, start, span.start) == "subject"
            return ([Speaker(entity.name, "PERSON")], 0.7) if fits and opens else NOBODY
        return NOBODY

    def _scores(
        self, position: int, gender: str | None, reach: int, depth: int
    ) -> dict[Entity, float]:
        """Return the score of every candidate; ``depth`` counts the pronouns followed so far."""
        sentence = self.layout.sentence_at(position)
        before = self.layout.sentence_at(sentence[0] - 1) if sentence[0] else None
        scores: dict[Entity, float] = {}
        seen: dict[Entity, float] = {}
        for number in self.mentions_before(position):
            entity = self.chains.of[number]
            away = self.paragraphs_since(self.chains.spans[number].start, position)
            if away > reach:
                break
            if entity.label != "PERSON" or (gender and entity.gender not in {None, gender}):
                continue
            known = self._weight_of(number)
            if entity not in seen:
                seen[entity] = (
                    FREQUENCY * math.log(known.mentions)
                    + PER_PERSON_BETWEEN * min(3, len(seen))
                    + self._person_score(entity, position, gender)
                )
            score = seen[entity] + known.weight + PER_PARAGRAPH * away
            score += SAME_SENTENCE * (known.sentence == sentence)
            score += PREVIOUS_SENTENCE * (known.sentence == before and not away)
            scores[entity] = max(scores.get(entity, score), score)
        self._add_last_speaker(scores, position, gender, reach)
        if gender:
            self._add_pronouns(scores, seen, position, gender, depth)
            addressee = self._addressee(position)
            if addressee:
                scores.pop(addressee, None)
        return scores

    def _person_score(self, entity: Entity, position: int, gender: str | None) -> float:
        is_same = gender is not None and entity.gender == gender
        return SAME_GENDER * is_same + self._speaker_score(entity, position)

    def _weight_of(self, number: int) -> _MentionWeight:
        known = self._weights.get(number)
        if known is None:
            known = self._weights[number] = self._weigh_mention(number)
        return known

    def _weigh_mention(self, number: int) -> _MentionWeight:
        """Weigh a mention by its role in the sentence and by the words around it."""
        span = self.chains.spans[number]
        text = self.layout.text
        sentence = self.layout.sentence_at(span.start)
        role = syntactic_role(text, sentence[0], span.start)
        modifies = self._is_modifier(number)
        is_first = role == "subject" and not modifies
        is_first = is_first and (
            self._speech_verb_follows(number)
            or is_cleft(text, sentence[0], span.start)
            or self._is_first_named(number, sentence[0])
        )
        opens = is_first and sentence[0] == self.layout.bounds_at(span.start)[0]
        count = self._counts[number]
        weight = (
            ROLE[role]
            + FIRST_SUBJECT * is_first
            + OPENS_PARAGRAPH * opens
            + MODIFIER * modifies
            + QUOTED * self.is_quoted(span.start)
            + ASKED * is_asked(text, sentence[0], span.start)
        )
        return _MentionWeight(sentence, weight, count)

    def _is_first_named(self, number: int, sentence_start: int) -> bool:
        """Tell whether no other person is named before in the sentence, modifiers aside."""
        return not any(
            self.chains.of[other].label == "PERSON" and not self._is_modifier(other)
            for other in self.mentions_between(sentence_start, self.chains.spans[number].start)
        )

    def _speech_verb_follows(self, number: int) -> bool:
        """Tell whether a name is the subject of a verb of saying: "Holm also said"."""
        verb = _VERB_BEHIND.match(self.layout.text, self.chains.spans[number].end)
        return verb is not None and is_speech_verb(verb[1])

    def _addressee(self, position: int) -> Entity | None:
        """Return the person addressed in "he told Oller", whom "he" does not refer to."""
        match = _ADDRESSES.match(self.layout.text, position)
        numbers = self.mentions_between(match.end(), match.end() + 1) if match else []
        return self.chains.of[numbers[0]] if numbers else None

    def _is_modifier(self, number: int) -> bool:
        """Tell whether a name modifies a noun: "Dane’s plan", "Dane aide Ann Lee"."""
        end = self.chains.spans[number].end
        if _OWN_WORDS.match(self.layout.text, end):
            return False
        if modifies_noun(self.layout.text, end):
            return True
        follower = _FOLLOWER.match(self.layout.text, end)
        return follower is not None and is_title_word(follower[1])

    def _speaker_score(self, entity: Entity, position: int) -> float:
        """Return the score for having spoken, above all last and in this paragraph."""
        score = EVER_SPOKE * (entity.name in self.spoken)
        for _, end, speakers in reversed(self.utterances):
            if end <= position:
                away = self.paragraphs_since(end, position)
                if speakers[0].name == entity.name and away < len(LAST_SPEAKER):
                    score += LAST_SPEAKER[away]
                    continues = entity.gender is not None and _ADDS.match(
                        self.layout.text, position
                    )
                    score += ADDS_TO_QUOTE * bool(continues)
                break
        return score

    def _add_last_speaker(
        self, scores: dict[Entity, float], position: int, gender: str | None, reach: int
    ) -> None:
        """Add the last speaker as a candidate: the name may be farther back than the reach."""
        for _, end, speakers in reversed(self.utterances):
            if end > position:
                continue
            entity = self.entities.get(speakers[0].name)
            away = self.paragraphs_since(end, position)
            fits = entity and entity.label == "PERSON" and entity.gender in {gender, None}
            if entity and away <= reach and (fits or (entity.label == "PERSON" and not gender)):
                score = self._person_score(entity, position, gender) + PER_PARAGRAPH * away
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
        """Add the referents of the last pronouns of that gender."""
        here = self.layout.sentence_at(position)
        if depth >= LONGEST_PRONOUN_CHAIN:
            return
        for pronoun in self._last_pronouns(position, gender):
            entity = self._referent(pronoun, depth)
            if entity is None:
                continue
            base = seen.get(entity)
            if base is None:
                base = self._person_score(entity, position, gender)
            away = self.paragraphs_since(pronoun.position, position)
            score = base + SAME_PRONOUN[pronoun.is_subject] + PER_PARAGRAPH * away
            score += SAME_SENTENCE * (here == self.layout.sentence_at(pronoun.position))
            scores[entity] = max(scores.get(entity, score), score)

    def _last_pronouns(self, position: int, gender: str) -> list[_Pronoun]:
        """Return the last subject and the last other pronoun, at most one paragraph back."""
        place = bisect_left(self._pronoun_starts, position)
        found: dict[bool, _Pronoun] = {}
        for pronoun in reversed(self._pronouns[max(0, place - 20) : place]):
            if self.paragraphs_since(pronoun.position, position) > 1:
                break
            if pronoun.gender == gender:
                found.setdefault(pronoun.is_subject, pronoun)
        return list(found.values())

    def _referent(self, pronoun: _Pronoun, depth: int) -> Entity | None:
        """Return whom an earlier pronoun refers to; resolved once and remembered."""
        if pronoun.position not in self._referents:
            scores = self._scores(pronoun.position, pronoun.gender, PARAGRAPHS_BACK, depth + 1)
            best = max(scores, key=lambda entity: scores[entity], default=None)
            self._referents[pronoun.position] = best
        return self._referents[pronoun.position]


class PronounResolver(PersonSalience):
    """Resolves pronouns and pairs, for one quote after the other in reading order."""

    def resolve_pronoun(self, position: int, word: str) -> Answer:
        """Resolve he, she, who, it or they; other words, "I" and "you" among them, give nobody."""
        plain = word.lower()
        if plain in {"he", "him", "his", "himself"}:
            return self.most_salient_person(position, "m")
        if plain in {"she", "her", "herself"}:
            return self.most_salient_person(position, "f")
        if plain in {"who", "whose"}:
            return self._resolve_who(position)
        if plain in {"it", "its"}:
            return self._resolve_it(position)
        if plain in {"they", "their", "them"}:
            return self._resolve_they(position)
        return NOBODY

    def _resolve_who(self, position: int) -> Answer:
        """Return the name that "who" refers to: right before it, an apposition between or not.

        In "an aide to Dane who" the aide is meant, and where other words stand between a name and
        "who", they have a head of their own.
        """
        text = self.layout.text
        start = self.layout.sentence_at(position)[0]
        for number in self.mentions_before(position):
            span, entity = self.chains.spans[number], self.chains.of[number]
            if span.start < start or position - span.end > LONGEST_APPOSITION:
                break
            if entity.label not in {"PERSON", "ORG"}:
                continue
            gap = text[span.end : position]
            if _APPOSED.fullmatch(gap) is None:
                return NOBODY
            governed = syntactic_role(text, start, span.start) == "prepositional"
            if governed and "," not in gap:
                return NOBODY
            return [Speaker(entity.name, entity.label)], 0.9 if len(gap) <= 3 else 0.6
        return NOBODY

    def _resolve_it(self, position: int) -> Answer:
        """Return the organisation that spoke last, or one that a sentence near by begins with.

        In "An email put it plainly. “We are late,” it read" the email speaks, and names nobody.
        """
        if self._is_document(position):
            return NOBODY
        at, speakers = self.last_identified
        near = 0 <= at <= position and self.paragraphs_since(at, position) <= 1
        if near and len(speakers) == 1:
            start, end = self.layout.sentence_at(max(0, at - 1))
            if speakers[0].label in {"ORG", "GPE"} or _IN_WRITING.search(
                self.layout.text, start, min(end, position)
            ):
                return speakers, 0.7
        for number in self.mentions_before(position):
            span, entity = self.chains.spans[number], self.chains.of[number]
            if self.paragraphs_since(span.start, position) > 1:
                break
            ahead = self.layout.text[self.layout.sentence_at(span.start)[0] : span.start]
            if entity.label in {"ORG", "GPE"} and len(ahead.split()) < 3:
                return [Speaker(entity.name, entity.label)], 0.6
        return NOBODY

    def _is_document(self, position: int) -> bool:
        """Tell whether the sentence in front of a quotation has a document as its subject."""
        start = self.layout.sentence_at(position)[0]
        if self.is_quoted(start) and start:
            start = self.layout.sentence_at(start - 1)[0]
        return _NEW_DOCUMENT.match(self.layout.text, start) is not None

    def _resolve_they(self, position: int) -> Answer:
        """Resolve "they" to the last speakers, at most one paragraph back, else to nobody.

        The speakers must be several, or one organisation or nationality ("the French") since which
        nobody else was named: "they" are mostly what was named last.
        """
        at, speakers = self.last_identified
        if at < 0 or self.paragraphs_since(at, position) > 1:
            return NOBODY
        named = [speaker for speaker in speakers if speaker.role == "speaker"]
        is_body = bool(named) and named[0].label in {"ORG", "NORP"}
        # A paper only passed on what others said.
        is_body = is_body and not PRESS_NAME.search(named[0].name)
        others = {
            self.chains.of[number].name
            for number in self.mentions_between(at, position)
            if self.chains.of[number].label in _SIDES
            and not self.is_quoted(self.chains.spans[number].start)
        } - {speaker.name for speaker in named}
        return (named, 0.65) if len(named) > 1 or (is_body and not others) else NOBODY

    def resolve_first_person(self, position: int) -> Answer:
        """Resolve "I" and "we" in a quote to its speaker."""
        for start, end, speakers in self.utterances[: -MOST_LOOKED_BACK - 1 : -1]:
            if start <= position < end:
                return speakers, 0.7
        return NOBODY

    def resolve_two_countries(self, position: int) -> Answer:
        """Resolve "both countries" to the two named most often so far, in order of mention.

        A demonym counts for its country: "Russian" is a mention of Russia.
        """
        counts: Counter[str] = Counter()
        for number in reversed(list(self.mentions_before(position))):
            country = self.country_of(number)
            if country:
                counts[country] += 1
        if len(counts) < 2:
            return NOBODY
        top = {name for name, _ in counts.most_common(2)}
        return [Speaker(name, "GPE") for name in counts if name in top], 0.75

    def resolve_two_sides(self, position: int) -> Answer:
        """Resolve "both sides" to the two parties last named together, else to two countries.

        For example "talks between the Port Board and Oxo", "the board’s dispute with Oxo".
        """
        last = -1
        for number in self.mentions_before(position):
            if self.paragraphs_since(self.chains.spans[number].start, position) > 1:
                break
            sides = [self._side(number), self._side(last)] if last >= 0 else []
            if len(sides) == 2 and self._are_opposed(number, last) and sides[0] != sides[1]:
                return [side for side in sides if side], 0.75
            last = number if self._side(number) else -1
        return self.resolve_two_countries(position)

    def _side(self, number: int) -> Speaker | None:
        """Return the organisation, country or person of a mention outside quotations, or None."""
        entity = self.chains.of[number]
        country = self.country_of(number)
        if self.is_quoted(self.chains.spans[number].start) or entity.label not in _SIDES:
            return None
        return Speaker(country, "GPE") if country else Speaker(entity.name, entity.label)

    def _are_opposed(self, first: int, second: int) -> bool:
        """Tell whether two mentions are named as two sides, and not in a list of three."""
        text, spans = self.layout.text, self.chains.spans
        gap = text[spans[first].end : spans[second].start]
        between = _BETWEEN.search(text, max(0, spans[first].start - 40), spans[first].start)
        listed = text[: spans[first].start][-6:].rstrip().removesuffix("the").rstrip()
        joined = _JOINED.fullmatch(gap) and (between or not listed.endswith(","))
        return bool(joined or _AGAINST.fullmatch(gap))

    def resolve_two_people(self, position: int) -> Answer:
        """Resolve "the two leaders" to the last two people named, in order of mention.

        Two who were named as a pair come before others: "Ida Holm and Roy Dane", even if somebody
        else was named since.
        """
        names: list[str] = []
        for number in self.mentions_before(position):
            entity = self.chains.of[number]
            if self._is_pair(number - 1) and self._is_near(number, position):
                pair = (self.chains.of[number - 1], entity)
                return [Speaker(each.name, "PERSON") for each in pair], 0.75
            if entity.label == "PERSON" and entity.name not in names:
                names.append(entity.name)
            if len(names) == 2:
                return [Speaker(name, "PERSON") for name in reversed(names)], 0.7
        return NOBODY

    def _is_near(self, number: int, position: int) -> bool:
        """Tell whether a mention stands in one of the last PARAGRAPHS_BACK paragraphs."""
        return self.paragraphs_since(self.chains.spans[number].start, position) <= PARAGRAPHS_BACK

    def _is_pair(self, number: int) -> bool:
        """Tell whether "and" joins a person's mention and the next one, and no third is listed."""
        spans, entities = self.chains.spans, self.chains.of
        if number < 0 or not entities[number].label == entities[number + 1].label == "PERSON":
            return False
        if entities[number] is entities[number + 1]:
            return False
        listed = self.layout.text[: spans[number].start][-4:].rstrip().endswith(",")
        return (
            not listed
            and _PAIRED.fullmatch(self.layout.text, spans[number].end, spans[number + 1].start)
            is not None
        )
