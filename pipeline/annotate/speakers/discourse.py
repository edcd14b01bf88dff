"""The discourse model of one article: who has been named, and who has spoken, up to an offset.

References are resolved against it: the mentions before an offset and their syntactic roles, the
speakers of the quotes so far, what is between quotation marks, the gender of people, and which
country a people belongs to.

The syntactic role of a name is read from the words in front of it, without a parser: "even comedian
Ida Holm …" and "…, said Ida Holm" are subjects; in "a letter from Ida Holm" a preposition governs
the name, and in "she met Ida Holm" it is the verb's object.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pipeline.annotate.names.aliases import load_aliases
from pipeline.annotate.names.coreference import Chains, Entity
from pipeline.annotate.names.given_names import gender_votes
from pipeline.annotate.names.label_agreement import is_derived_demonym
from pipeline.annotate.names.titles import is_title_word
from pipeline.annotate.quotes.cues import is_speech_verb
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.annotate.speakers.nouns import WITHIN_NAMES
from pipeline.models import Span, Speaker

Answer = tuple[list[Speaker], float]
"""Speakers, and the confidence, 0 to 1, that they are the right ones."""
NOBODY: Answer = ([], 0.0)
MOST_LOOKED_BACK = 600
"""Mentions, and utterances, looked back at most; an article has about 80 and 20."""
GENDER_MENTIONS = 40
"""Mentions of a person whose sentences are read for pronouns that tell the gender."""
GENDER_CHARACTERS = 400
"""Characters of a sentence read behind each of these mentions."""


SyntacticRole = Literal["subject", "prepositional", "object"]
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
_VERBS_OF_ADDRESS = frozenset(
    "told tells telling tell asked asks asking assured reminded urged".split()
)
"""Verbs whose object is the person addressed: "told Ann Lee", but "…,” asked Ann Lee"."""
# In the examples of patterns, "|" shows where the match begins and ends.
# In front of the person asked: "Oller asked Mayor | Holm how high".
_ASKED = re.compile(r"\b(?:asked|pressed|questioned)\s+(?:[A-Z][\w.]*\s+){0,3}$")
# In front of a name: "|another woman named |Ida Holm".
_DESCRIBED = re.compile(
    r"\b(?:an?|another|one|the)\s+(?:[\w-]+\s+){0,2}[\w-]+\s+(?:named|called)\s+$", re.IGNORECASE
)
# The same at the start of the sentence: "Asked how high it was, | Holm shook her head".
_ASKED_FIRST = re.compile(
    r"(?i:[“\"]?(?:(?:when|if|but|and)\s+)*(?:asked|pressed|questioned)\b)"
    r"[^“”]{0,200},\s+(?:[A-Z][\w.]*\s+){0,3}"
)
# In front of the name that a sentence is about: "it was | Ida Holm who won".
_CLEFT = re.compile(r"\b(?:it|It)\s+(?:was|is)\s+$")
LATEST_MENTIONS = 8
"""Mentions of a person, the latest, that are compared with that of a relative."""
MOST_WORDS_BEFORE = 8
"""Words in front of a name that are read for its role, titles included."""
MOST_CHARACTERS_BEFORE = 150
"""Characters that so many words have at most."""


class UnnamedSpeaker(NamedTuple):
    """One person without a name who speaks: "one delegate", "his lawyer"."""

    noun: str
    """"delegate", "lawyer"."""
    is_owned: bool
    """Whether the person is somebody's: "his lawyer"."""


class Discourse:
    """The mentions of an article, and the speakers of its quotes as they are resolved in order."""

    def __init__(self, layout: Layout, chains: Chains, quoted: Sequence[Span]) -> None:
        """Take a text, its mentions, and its quotations, whose names are seldom antecedents."""
        self.layout = layout
        self.chains = chains
        self._starts = [span.start for span in chains.spans]
        self._quoted = sorted(quoted)
        self._quoted_starts = [start for start, _ in self._quoted]
        self.last_identified: tuple[int, list[Speaker]] = (-1, [])
        """End offset and speakers of the last quote whose speaker is known; -1 before any."""
        self.last_quote: tuple[int, list[Speaker]] = (-1, [])
        """The same of the last quote, whether its speaker is known or not."""
        self.last_unnamed: UnnamedSpeaker | None = None
        """The one person without a name who spoke the last quote, if one did."""
        self.utterances: list[tuple[int, int, list[Speaker]]] = []
        """Start, end and speakers of every content with a known speaker."""
        self.spoken: set[str] = set()
        """The names of all who have spoken."""
        self.speakers_by_noun: dict[str, Answer] = {}
        """The speaker of the last source with this head noun: "the column"."""
        self.unnamed_nouns: set[str] = set()
        """Nouns of speakers without a name: "the lawyer" behind "his lawyer said" is that one."""
        self.entities = {entity.name: entity for entity in chains.entities}
        people = [entity.name for entity in chains.entities if entity.label == "NORP"]
        self._related_places = [
            entity.name
            for entity in chains.entities
            if entity.label == "GPE"
            and any(is_derived_demonym(name, entity.name) for name in people[:MOST_LOOKED_BACK])
        ]
        self._infer_genders()

    def record_quote(
        self,
        contents: Sequence[CharSpan],
        speakers: list[Speaker],
        unnamed: UnnamedSpeaker | None = None,
    ) -> None:
        """Record the speakers of a quote; the list is empty where nobody is named.

        A quote without a named speaker mostly has another speaker than the one before it, who stays
        the one that "he" may refer to.

        Args:
            contents: the contents of the quote, in order; at least one.
            speakers: who speaks.
            unnamed: the one person without a name who speaks; None where it is somebody else.
        """
        self.last_quote = contents[-1].end, speakers
        self.last_unnamed = unnamed
        if speakers:
            self.last_identified = self.last_quote
            self.spoken.update(speaker.name for speaker in speakers)
            self.utterances.extend((span.start, span.end, speakers) for span in contents)

    def mentions_before(self, position: int) -> Iterator[int]:
        """Return the numbers of the mentions before an offset, the nearest first."""
        place = bisect_left(self._starts, position)
        return iter(range(place - 1, max(-1, place - 1 - MOST_LOOKED_BACK), -1))

    def mentions_between(self, start: int, end: int) -> list[int]:
        """Return the numbers of the mentions that begin in [start, end)."""
        return list(range(bisect_left(self._starts, start), bisect_left(self._starts, end)))

    def last_named(self, entity: Entity, position: int) -> list[int]:
        """Return where an entity was named before an offset, the last LATEST_MENTIONS times."""
        end = bisect_left(entity.mentions, bisect_left(self._starts, position))
        latest = entity.mentions[max(0, end - LATEST_MENTIONS) : end]
        return [self.chains.spans[number].start for number in latest]

    def is_quoted(self, position: int) -> bool:
        """Tell whether an offset lies between quotation marks."""
        place = bisect_left(self._quoted_starts, position + 1) - 1
        return place >= 0 and position < self._quoted[place][1]

    def paragraphs_since(self, earlier: int, position: int) -> int:
        """Count the paragraphs from an offset to a later one; 0 in the same paragraph."""
        return self.layout.paragraph_at(position) - self.layout.paragraph_at(earlier)

    def _infer_genders(self) -> None:
        """Infer the gender of people with uncommon names from pronouns and descriptions.

        Pronouns count in sentences that name one person, behind the name ("Yrsa Holm … said that
        she"), and so does what the article calls a person ("the grandmother, Oru Tesk").
        """
        votes: dict[Entity, list[int]] = {}
        unknown = [e for e in self.chains.entities if e.label == "PERSON" and not e.gender]
        for entity in unknown:
            male, female = gender_votes(" ".join([*entity.descriptions, *entity.roles]))
            votes[entity] = [male, female]
            for number in entity.mentions[:GENDER_MENTIONS]:
                seen = gender_votes(self._words_behind(number))
                votes[entity][0] += seen[0]
                votes[entity][1] += seen[1]
        for entity, (male, female) in votes.items():
            if max(male, female) >= 2 * min(male, female) + 1:
                entity.gender = "m" if male > female else "f"

    def _words_behind(self, number: int) -> str:
        """Return the rest of a name's sentence without quotations; "" if it names two people."""
        span = self.chains.spans[number]
        start, end = self.layout.sentence_at(span.start)
        people = {self.chains.of[n] for n in self.mentions_between(start, end)}
        if sum(entity.label == "PERSON" for entity in people) != 1 or self.is_quoted(span.start):
            return ""
        words = re.finditer(
            r"[A-Za-z]+", self.layout.text[span.end : min(end, span.end + GENDER_CHARACTERS)]
        )
        return " ".join(w[0] for w in words if not self.is_quoted(span.end + w.start()))

    def country_of(self, number: int) -> str | None:
        """Return the country that a mention names, or whose people it names; None for all others.

        A people that is missing in the table of demonyms belongs to the place in the article whose
        name begins alike.
        """
        span, entity = self.chains.spans[number], self.chains.of[number]
        aliases = load_aliases()
        if entity.label == "GPE":
            known = aliases.find(entity.name)
            if known:
                return known.name if known.label == "GPE" else None
            return entity.name if entity.name in self._related_places else None
        if entity.label != "NORP":
            return None
        demonym = aliases.find_demonym(self.layout.text[span.start : span.end])
        if demonym:
            return demonym[1]
        return next(
            (place for place in self._related_places if is_derived_demonym(entity.name, place)),
            None,
        )


def syntactic_role(text: str, sentence_start: int, start: int) -> SyntacticRole:
    """Return the role, in its clause, of a name that begins at ``start``.

    "A woman named Ida Holm" has the role of the woman.
    """
    described = _DESCRIBED.search(text, max(sentence_start, start - MOST_CHARACTERS_BEFORE), start)
    start = described.start() if described else start
    if is_cleft(text, sentence_start, start):
        return "subject"
    words = _TOKEN.findall(text, max(sentence_start, start - MOST_CHARACTERS_BEFORE), start)
    for place in range(len(words) - 1, max(-1, len(words) - 1 - MOST_WORDS_BEFORE), -1):
        word = words[place]
        plain = word.lower().strip(".")
        if not word[0].isalnum() or plain in _CONJUNCTIONS:
            return "subject"
        if word[0].isupper() or is_title_word(word) or plain in WITHIN_NAMES:
            continue
        if plain in _PREPOSITIONS:
            return "prepositional"
        if plain in _VERBS_OF_ADDRESS:
            inverted = plain == "asked" and place and not words[place - 1][0].isalnum()
            return "subject" if inverted else "object"
        return "subject" if is_speech_verb(plain) else "object"
    return "subject"


def is_cleft(text: str, sentence_start: int, start: int) -> bool:
    """Tell whether the sentence is about the person named at ``start``: "it was Holm who won"."""
    return _CLEFT.search(text, max(sentence_start, start - 12), start) is not None


def is_asked(text: str, sentence_start: int, start: int) -> bool:
    """Tell whether the person named at ``start`` was asked something.

    Holm was in "Oller asked Holm how high" and in "Asked how high it was, Holm …".
    """
    return bool(
        _ASKED.search(text, max(0, start - 40), start)
        or _ASKED_FIRST.fullmatch(text, sentence_start, start)
    )
