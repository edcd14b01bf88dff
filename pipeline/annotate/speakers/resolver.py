"""Resolve the source of an attribution to the names of its speakers.

A source names its speaker ("Deputy Secretary Holm"), speaks for somebody ("a spokesman for the Port
Board", whom the role ``on_behalf_of`` keeps), or refers to somebody named before ("he", "the
delegation", "both sides", "the statement"). A passer-by has no name, and then nobody is returned.

Where the tagger found no source, the speaker is looked for beside the verb ("“…,” said a hoarse Ida
Holm"), in front of the quotation ("HOLM: “…”") and below it ("— Ida Holm, postmaster"). A source
that only passes words on does not speak: in "“…,” Holm said, according to the Linden Post" Holm
does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from pipeline.annotate.names.aliases import is_known_acronym
from pipeline.annotate.names.coreference import Chains
from pipeline.annotate.names.persons import turns_by_initials
from pipeline.annotate.quotes.cues import speech_verb_pattern
from pipeline.annotate.quotes.linking import Attribution
from pipeline.annotate.spans import CharSpan, Layout
from pipeline.annotate.speakers.descriptions import DescriptionResolver
from pipeline.annotate.speakers.discourse import (
    NOBODY,
    Answer,
    UnnamedSpeaker,
    syntactic_role,
)
from pipeline.annotate.speakers.evidence import Evidence, method_of
from pipeline.annotate.speakers.named_sources import NamedSourceResolver, Spokespeople
from pipeline.annotate.speakers.nouns import (
    NAMELESS,
    PAIRS_OF_COUNTRIES,
    PAIRS_OF_PEOPLE,
    PAIRS_OF_SIDES,
    SPOKESPERSON,
    WORD,
    WRITTEN,
    agency_in,
    head_noun,
    is_person_noun,
    with_one_synonym,
)
from pipeline.annotate.speakers.pronouns import PronounResolver
from pipeline.models import Span, Speaker, SpeakerMethod

PASSES_ON = re.compile(r"according to|report|quoted|\bper\b", re.IGNORECASE)
"""Cues of a source that passes on what somebody else said: "according to the Linden Post"."""
FARTHEST_SUBJECT = 80
"""Characters between a verb of saying and its subject; farther names mostly do not speak."""
LONGEST_INVERSION = 30
"""Characters between an inverted verb and its subject: said | a hoarse | Ida Holm."""
# In the examples of patterns, "|" shows where the match begins and ends.
# Between a name and its quotation: "HOLM|: |“…”".
_COLON = re.compile(r"\s*:\s*")
# Between a quotation and the name below it: "“…” | — | Ida Holm".
_CREDIT = re.compile(r"[\s”\"]*(?:[—–―-]{1,2}|\n)\s*")
# Behind that name: "|, postmaster" or "| (read more)" and the end of the line.
_CREDIT_END = re.compile(r"(?:,[^\n“”]{0,80})?(?:\s*\([^()\n]{0,80}\))?[.”\"]*\s*(?:\n|$)")
_SUBJECT = re.compile(r"\b(he|she|they)\b", re.IGNORECASE)
_MODIFIES = re.compile(r"['’]s?\b|\s+(?:campaign|camp|aides?|supporters?|team|spokes\w+)\b")
"""Behind a name that does not speak. Fewer nouns than ``nouns.modifies_noun`` has: without a tagged
source "the Holm administration" is taken as Holm."""
# In front of a name that is an object: "said to Mayor | Holm".
_OBJECT = re.compile(r"\b(?:to|told|asked|of|with|by|about|against|for|from)\s+(?:[\w.]+\s+){0,2}$")
_AGENTS = frozenset({"PERSON", "ORG", "GPE"})
# Nobody is the subject: "it’s worth | noting", "it is said", "it should be noted".
_IMPERSONAL = re.compile(
    r"\bworth\s+\w+ing\b|\b[Ii]t\s+(?:is|was|has\s+been|should\s+be|must\s+be|can\s+be)\s+"
    r"(?:\w+ly\s+)?\w+(?:ed|id|own)\b"
)
# Behind a name that is only the first part of another: "Kenya| Airways", "Kenya|-led".
_NAMES_ON = re.compile(r"[-–]|\s+[A-Z]")
# … unless that is its source: "according to | Holm".
_NO_OBJECT = re.compile(r"\baccording\s+to\s+(?:[\w.]+\s+){0,3}$")
# In front of a name that only passed the words on: "the letter, which was seen by | Lindco".
_PASSED_BY = re.compile(
    r"\b(?:obtained|seen|reviewed|viewed|shared|published|provided)\s+(?:by|with|to)\s+(?:[Tt]he\s+)?$"
)
# "both countries", "the two leaders", "both".
_PAIRS = re.compile(r"\b(?:both|the two|the pair|the couple|two)(?:\s+([a-z]+))?\b", re.IGNORECASE)
# "Kenya, Uganda and both governments" ends in a pair.
_PAIR_AT_END = re.compile(r"\band (?:both|the two) (\w+)$", re.IGNORECASE)
_PRONOUNS = frozenset("he she it they who him his her its their them whose himself herself".split())
_FIRST_PERSON = frozenset("i we me us my our myself ourselves".split())
_POSSESSIVES = frozenset("his her its their".split())
# "the board’s chief spokesman".
_SPOKESPERSON_OF = re.compile(
    rf"(the\s+[^,]+)['’]s?\s+(?:\w+\s+){{0,2}}{SPOKESPERSON.pattern}", re.IGNORECASE
)
# A cue in the passive: "when asked", "being pressed".
_IS_ASKED = re.compile(
    r"(?:when |if )?(?:being )?(?:asked|pressed|questioned|quizzed)\b", re.IGNORECASE
)
# In front of such a cue: the start of a clause, or its auxiliary.
_CLAUSE_START = re.compile(
    r"(?:^|[,;:—–.?!”\"]|\b(?:when|if|and|but|was|were|been|is))\s*$", re.IGNORECASE
)


LONGEST_DOCUMENT = 4
"""Words of a source that is a document without further names: "the annual safety report"."""
DOCUMENT_CONFIDENCE = 0.7
"""Confidence that a document speaks where nobody is known who wrote it."""
_DETERMINERS = frozenset("the this that its their his her a an".split())
_INTRODUCES = frozenset("a an another one his her their its".split())
"""First words of sources that bring somebody new: "his lawyer", "a nurse"."""


class Resolution(NamedTuple):
    """Who speaks a quote, and how that was found."""

    speakers: list[Speaker]
    confidence: float
    """0 to 1; 0 where nobody is named."""
    method: SpeakerMethod
    evidence: str | None
    """The words that name the speakers; see ``Evidence``."""


class UnsourcedResolver:
    """Finds the speakers of attributions without a source."""

    def __init__(self, discourse: PronounResolver) -> None:
        """Take the discourse of an article."""
        self._discourse = discourse
        self._text = discourse.layout.text

    def beside(self, item: Attribution) -> Answer:
        """Return who is named directly in front of the quotation or below it."""
        start, chains = item.content[0].start, self._discourse.chains
        for number in self._discourse.mentions_between(max(0, start - FARTHEST_SUBJECT), start):
            if chains.of[number].label in {"PERSON", "ORG"} and _COLON.fullmatch(
                self._text, chains.spans[number].end, start
            ):
                return self._person(number, 0.8)
        return self.signed(item)

    def signed(self, item: Attribution) -> Answer:
        """Return who signed the quotation: "“…” — Ida Holm, postmaster"."""
        end, chains = item.content[-1].end, self._discourse.chains
        for number in self._discourse.mentions_between(end, end + 20):
            span = chains.spans[number]
            credit = _CREDIT.fullmatch(self._text, end, span.start)
            if credit and chains.of[number].label == "PERSON":
                return self._person(number, 0.75) if self._ends(span.end) else NOBODY
        return NOBODY

    def _ends(self, position: int) -> bool:
        """Tell whether a credit ends here, at most an apposition away from the end of its line."""
        return _CREDIT_END.match(self._text, position) is not None

    def near_verb(self, cue: CharSpan) -> Answer:
        """Return the person, named or by pronoun, nearest to a verb of saying in its sentence.

        Nobody speaks in "it is worth noting", and a name that a verb or preposition governs speaks
        only behind an inverted verb: "“…,” said a hoarse Ida Holm".
        """
        low, high = self._discourse.layout.sentence_at(cue.start)
        if _IMPERSONAL.search(self._text, max(low, cue.start - 40), cue.end):
            return NOBODY
        chains = self._discourse.chains
        found: list[tuple[int, int]] = []
        first = max(low, cue.start - FARTHEST_SUBJECT)
        for number in self._discourse.mentions_between(first, high):
            span = chains.spans[number]
            is_person = chains.of[number].label == "PERSON"
            if is_person and self._may_speak(span) and self._is_subject(span, cue, low):
                gap = max(cue.start - span.end, span.start - cue.end)
                found.append((gap, number))
        gap, number = min(found, default=(FARTHEST_SUBJECT + 1, -1))
        pronoun = self._nearest_pronoun(cue, first, high)
        if pronoun and pronoun[0] < gap:
            speakers, confidence = self._discourse.resolve_pronoun(pronoun[1], pronoun[2])
            return speakers, min(confidence, 0.6)
        return self._person(number, 0.6) if gap <= FARTHEST_SUBJECT else self._subject(cue, low)

    def _subject(self, cue: CharSpan, low: int) -> Answer:
        """Return the name that the sentence begins with: "Kenya has always stayed, claiming …"."""
        chains = self._discourse.chains
        for number in self._discourse.mentions_between(low, min(low + 5, cue.start)):
            span = chains.spans[number]
            opens = self._text[low : span.start].strip().lower() in {"", "the"}
            speaks = chains.of[number].label in _AGENTS and self._may_speak(span)
            if opens and speaks and not _NAMES_ON.match(self._text, span.end):
                return self._person(number, 0.55)
        return NOBODY

    def _may_speak(self, span: CharSpan) -> bool:
        """Tell whether a name is no modifier, no object and not between quotation marks."""
        before = self._text[max(0, span.start - 40) : span.start]
        return (
            not self._discourse.is_quoted(span.start)
            and not _MODIFIES.match(self._text, span.end)
            and (not _OBJECT.search(before) or _NO_OBJECT.search(before) is not None)
        )

    def _is_subject(self, span: CharSpan, cue: CharSpan, low: int) -> bool:
        """Tell whether a name is a subject, or stands behind an inverted verb of saying."""
        if cue.end <= span.start <= cue.end + LONGEST_INVERSION:
            return True
        return syntactic_role(self._text, low, span.start) == "subject"

    def _nearest_pronoun(self, cue: CharSpan, low: int, high: int) -> tuple[int, int, str] | None:
        """Return distance, offset and word of the pronoun nearest to a verb, outside quotations."""
        found = [
            (max(cue.start - m.end(), m.start() - cue.end), m.start(), m[1])
            for m in _SUBJECT.finditer(self._text, low, high)
            if not self._discourse.is_quoted(m.start())
        ]
        nearest = min(found, default=None)
        return nearest if nearest and nearest[0] <= FARTHEST_SUBJECT // 4 else None

    def within_content(self, item: Attribution) -> Answer:
        """Return who speaks in the content itself: Holm in "“…,” Holm said" reported by a paper."""
        for content in item.content:
            for match in speech_verb_pattern().finditer(self._text, content.start, content.end):
                if not self._discourse.is_quoted(match.start()):
                    return self.near_verb(CharSpan(*match.span(), "Cue"))
        return NOBODY

    def _person(self, number: int, confidence: float) -> Answer:
        entity = self._discourse.chains.of[number]
        return [Speaker(entity.name, entity.label)], confidence


class SpeakerResolver:
    """Names the speakers of one article's attributions.

    They must be resolved in reading order: every answer is an antecedent of later ones.
    """

    def __init__(self, layout: Layout, chains: Chains, quoted: Sequence[Span]) -> None:
        """Take a text, its mentions of names and its quotations as [start, end)."""
        self._layout = layout
        self._discourse = DescriptionResolver(layout, chains, quoted)
        self._chains = self._discourse.chains
        self._spokespeople = Spokespeople(self._discourse)
        self._named = NamedSourceResolver(self._discourse, self._spokespeople)
        self._unsourced = UnsourcedResolver(self._discourse)
        self._evidence = Evidence(layout, chains)

    def resolve(self, item: Attribution) -> Resolution:
        """Return the speakers of an attribution, none if unknown, and how they were found."""
        (speakers, confidence), method = self._resolve(item)
        document = self._document_of(item)
        if document and method in {"document", "unknown", "description"}:
            # A report speaks for itself; who wrote it is spoken for.
            authors = [Speaker(each.name, each.label, "on_behalf_of") for each in speakers]
            speakers, method = [Speaker(document, None), *authors], "document"
            confidence = confidence or DOCUMENT_CONFIDENCE
        if not speakers:
            method = "unknown"
        evidence = self._evidence.words(item, speakers, method)
        speakers = self._with_principal(speakers)
        self._discourse.record_quote(item.content, speakers, self._unnamed(item))
        self._record_head_noun(item, (speakers, confidence))
        return Resolution(speakers, confidence, method, evidence)

    def _document_of(self, item: Attribution) -> str | None:
        """Return "report" where the source is "the report", "this report" or "its report"."""
        if item.inherits or not item.source:
            return None
        words = self._text(item.source[0]).split()
        if len(words) > LONGEST_DOCUMENT or words[0].lower() not in _DETERMINERS:
            return None
        head = head_noun(" ".join(words))
        return " ".join(words[1:]) if head in WRITTEN and words[-1].lower() == head else None

    def _unnamed(self, item: Attribution) -> UnnamedSpeaker | None:
        """Return the person where a source is one without a name: "one delegate", "the man"."""
        # In "a woman named Ida Holm left" the woman has a name.
        if not item.source or (item.cue and self._text(item.cue[0]) in {"named", "called"}):
            return None
        words = self._text(item.source[0]).lower().split()
        if words[0] in _PRONOUNS and len(words) == 1:
            return self._discourse.last_unnamed
        head = head_noun(self._text(item.source[0]))
        is_new = words[0] in _INTRODUCES and is_person_noun(head)
        if is_new or (words[0] == "the" and head in NAMELESS):
            return UnnamedSpeaker(head, words[0] in _POSSESSIVES)
        return None

    def _with_principal(self, speakers: list[Speaker]) -> list[Speaker]:
        """Add the principal of a speaker whom the article calls a spokesperson anywhere."""
        if len(speakers) != 1 or speakers[0].label != "PERSON":
            return speakers
        entity = self._discourse.entities.get(speakers[0].name)
        principal = self._spokespeople.principal_of(entity) if entity else None
        return [*speakers, principal] if principal else speakers

    def _record_head_noun(self, item: Attribution, answer: Answer) -> None:
        """Record whom the source's head noun refers to: "the column", when it comes again."""
        if not item.source or item.inherits:
            return
        phrase = self._text(item.source[0])
        head = head_noun(phrase)
        if head.islower() and answer[0]:
            self._discourse.speakers_by_noun[head] = answer
        elif is_person_noun(head) and phrase.split()[0].lower() in _INTRODUCES:
            self._discourse.unnamed_nouns.add(with_one_synonym(head))

    def _is_question_to(self, item: Attribution) -> bool:
        """Tell whether the cue is a question put to somebody: "Asked if it was high, Holm …".

        Holm does not ask there, and who asks has no name.
        """
        cue = item.cue[0] if item.cue else None
        if cue is None or item.content[0].start < cue.start or not _IS_ASKED.match(self._text(cue)):
            return False
        low = self._layout.sentence_at(cue.start)[0]
        return _CLAUSE_START.search(self._layout.text[low : cue.start]) is not None

    def _resolve(self, item: Attribution) -> tuple[Answer, SpeakerMethod]:
        """Return the speakers of an attribution without their principals, and the method."""
        if self._is_question_to(item):
            return NOBODY, "unknown"
        if item.cue and PASSES_ON.search(self._text(item.cue[0])):
            inner = self._unsourced.within_content(item)
            if inner[0]:
                return inner, "nearby_name"
        if item.inherits or not item.source:
            return self._resolve_unsourced(item)
        if self._was_passed_on(item.source[0].start):
            return NOBODY, "unknown"
        answer = self._resolve_source(item.source[0])
        if not answer[0] and self._text(item.content[-1])[-1] in '”"':
            # "What reviewers say: “…” — Ida Holm": the label in front names nobody.
            signed = self._unsourced.signed(item)
            if signed[0]:
                return signed, "signature"
        method = method_of(self._layout.text, item, answer[0])
        if method == "turn" and not self._is_label_of(item.source[0], answer[0]):
            return NOBODY, "unknown"
        return answer, method

    def _was_passed_on(self, start: int) -> bool:
        """Tell whether the name that begins here only got the words: "obtained by | Lindco"."""
        return _PASSED_BY.search(self._layout.text, max(0, start - 40), start) is not None

    def _is_label_of(self, label: CharSpan, speakers: Sequence[Speaker]) -> bool:
        """Tell whether a label is a speaker's, by name or initials.

        "DIE POST" is not that of a Die, "IH" is that of Ida Holm.
        """
        last = WORD.findall(self._text(label))[-1:]
        names = {word.casefold() for each in speakers for word in each.name.split()}
        by_initials = self._by_initials.get(self._text(label)) in {each.name for each in speakers}
        return bool(last) and (last[0].casefold() in names or by_initials)

    @cached_property
    def _by_initials(self) -> dict[str, str]:
        people = (each.name for each in self._chains.entities if each.label == "PERSON")
        return turns_by_initials(self._layout.text, people)

    def _resolve_source(self, source: CharSpan) -> Answer:
        """Return the speakers that a source names, else those that it refers to."""
        if self._text(source) in self._by_initials:
            return [Speaker(self._by_initials[self._text(source)], "PERSON")], 0.9
        numbers = [
            number
            for number in self._discourse.mentions_between(source.start, source.end)
            if not self._was_passed_on(self._chains.spans[number].start)
        ]
        agency = agency_in(self._text(source))
        if agency and self._named.owned_body(source, numbers) is None:
            return [Speaker(agency, "ORG")], 0.8
        pair = _PAIR_AT_END.search(self._text(source))
        if pair:
            return self._resolve_pair(source, pair[1].lower())
        named = self._named.resolve(source, numbers)
        people = [n for n in numbers if self._chains.of[n].label == "PERSON"]
        if named[0] or not people:
            return named if named[0] else self._resolve_reference(source)
        return self._resolve_beside_others(source, {self._chains.of[n].name for n in people})

    def _resolve_beside_others(self, source: CharSpan, others: set[str]) -> Answer:
        """Resolve "the former aide to Ann Lee" to a person other than those named in it."""
        phrase = self._text(source)
        if not phrase.lower().startswith("the ") or SPOKESPERSON.search(phrase):
            return NOBODY
        answer = self._discourse.resolve_person_description(source.start, phrase, head_noun(phrase))
        return answer if not others & {speaker.name for speaker in answer[0]} else NOBODY

    def _text(self, span: CharSpan) -> str:
        return self._layout.text[span.start : span.end]

    def _resolve_unsourced(self, item: Attribution) -> tuple[Answer, SpeakerMethod]:
        """Return the speaker of an attribution without a source, by the words around it."""
        beside = self._unsourced.beside(item)
        if beside[0]:
            return beside, "signature"
        if item.inherits:
            return self._resolve_continued(item), "continued"
        if item.cue:
            return self._unsourced.near_verb(item.cue[0]), "nearby_name"
        at, speakers = self._discourse.last_quote
        if at >= 0 and speakers and self._discourse.paragraphs_since(at, item.start) == 0:
            return (speakers, 0.6), "continued"
        speakers, confidence = self._discourse.most_salient_person(item.start, None, reach=0)
        return (speakers, min(confidence, 0.5)), "nearby_name"

    def _resolve_continued(self, item: Attribution) -> Answer:
        """Return the speaker of the paragraph before, which this one continues."""
        at, speakers = self._discourse.last_quote
        away = self._discourse.paragraphs_since(at, item.content[0].start) if at >= 0 else -1
        # Two who spoke together hardly continue together between quotation marks.
        return (speakers, 0.55) if away == 1 and _spoken_by_one(speakers) else NOBODY

    def _resolve_reference(self, source: CharSpan) -> Answer:
        """Resolve a source without a name: pronoun, pair, office, document or organisation."""
        phrase = self._text(source)
        words = [word if is_known_acronym(word) else word.lower() for word in WORD.findall(phrase)]
        if not words:
            return NOBODY
        if words[0] in _FIRST_PERSON:
            return self._discourse.resolve_first_person(source.start)
        if words[0] in _PRONOUNS and (len(words) == 1 or words[0] in {"he", "she", "who", "it"}):
            return self._discourse.resolve_pronoun(source.start, words[0])
        if words in (["which"], ["that"]):
            return self._resolve_which(source.start)
        pair = _PAIRS.match(phrase)
        if pair:
            return self._resolve_pair(source, (pair[1] or "").lower())
        head = head_noun(phrase)
        behalf = _SPOKESPERSON_OF.fullmatch(phrase)
        if behalf:
            return self._spokespeople.resolve_owner(source.start, behalf[1])
        if words[0] in {"the", "this", "that"}:
            return self._discourse.resolve_definite(source.start, phrase, head)
        if words[0] in _POSSESSIVES:
            found = self._discourse.resolve_possessive(source.start, words[0], head)
            unnamed = not found[0] and SPOKESPERSON.search(phrase)
            return self._spokespeople.resolve_owner(source.start, words[0]) if unnamed else found
        if self._discourse.mentions_between(source.start, source.end):
            return NOBODY
        principals = self._spokespeople.resolve_unnamed(source)
        return principals if principals[0] else self._discourse.resolve_untagged_name(phrase)

    def _resolve_which(self, position: int) -> Answer:
        """Resolve "which" behind reported words that continue: "…, which is aimed at peace"."""
        at, speakers = self._discourse.last_quote
        gap = self._layout.text[max(0, at) : position]
        return (speakers, 0.4) if at >= 0 and not gap.strip(" ,") else NOBODY

    def _resolve_pair(self, source: CharSpan, noun: str) -> Answer:
        """Resolve "both countries" or "the two leaders" by the kind of the noun; "" is people."""
        if noun in PAIRS_OF_PEOPLE or noun == "":
            return self._discourse.resolve_two_people(source.start)
        if noun in PAIRS_OF_SIDES:
            return self._discourse.resolve_two_sides(source.start)
        if noun in PAIRS_OF_COUNTRIES:
            return self._discourse.resolve_two_countries(source.start)
        return NOBODY


def _spoken_by_one(speakers: list[Speaker]) -> bool:
    return sum(speaker.role == "speaker" for speaker in speakers) == 1
