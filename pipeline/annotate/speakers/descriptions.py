"""Resolve descriptions: "the deputy secretary", "the Texas senator", "the company", "the report".

A person is found by what the article calls people: titles, appositions, party and state. An
organisation is found by the noun in its name. A document speaks for whoever issued it, as the text
beside that noun tells: "…, said Kenya in a statement", "Holm sent a letter to the board", "the
report by the clinic"; the board that got the letter did not write it. "The protester" and "the man"
give nobody, unless somebody with a name was called so.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice

from pipeline.annotate.names.aliases import load_aliases
from pipeline.annotate.names.coreference import Entity
from pipeline.annotate.names.titles import is_office
from pipeline.annotate.speakers.discourse import (
    MOST_LOOKED_BACK,
    NOBODY,
    Answer,
    syntactic_role,
)
from pipeline.annotate.speakers.nouns import (
    ANY_ORGANISATION,
    COLLECTIVES,
    DISTINGUISHING,
    DOCUMENTS,
    LAWMAKERS,
    NAMELESS,
    ORGANISATIONS,
    PARTIES,
    PARTISANS,
    PORTFOLIOS,
    PRESS,
    PRESS_NAME,
    head_noun,
    is_person_noun,
    with_one_synonym,
    words_compared,
)
from pipeline.annotate.speakers.pronouns import PronounResolver
from pipeline.models import Speaker

# In the examples of patterns, "|" shows where the match begins and ends.
# Between a document and its issuer: "report | published by the | clinic".
_FOLLOWED = re.compile(
    r"\s+(?:(?:released|issued|published|filed|written|signed|sent|posted|made|conducted)\s+)?"
    r"(?:(?:(?:on|in)\s+[A-Z]\w+|this\s+\w+|last\s+\w+|earlier|recently|yesterday|today)\s+)?"
    r"(?:by|from|of)\s+(?:the\s+)?"
)
# Between a subject and its document: "Holm | sent | a letter", "the board |said| in a".
_ISSUES = re.compile(
    r"\b(?:released?|issued?|published?|publishes|filed?|wr(?:ote|ites?|itten)|signed?|sent|sends?|"
    r"posted?|made|makes?|conducted|put\s+out|read|gave|said|says?|in\s+(?:an?|its|his|her|their))\b"
    r"|[’']s\s"
)
# In front of a medium that was told something, and is not "the firm": "told | Tarn Radio".
_TOLD = re.compile(r"\b(?:told|tells|tell|telling|informed)\s+(?:the\s+)?$")
# In front of an issuer: "…, said the | US in a statement".
_SAID_BEFORE = re.compile(r"\bsa(?:id|ys)\s+(?:the\s+)?$")
DOCUMENT_WINDOW = 6000
"""Characters back in which a document is looked for; articles are shorter, books are not."""
NOUN_SCORE = 5
"""Score of a person whom the article calls by the noun and by no other word of a phrase."""
_PARENT = re.compile(
    r"\b(?:grand|step)?(?:(?P<m>father|dad)|(?P<f>mother|mum|mom)|parent)[ -]of[ -](?:\d|[a-z])",
    re.IGNORECASE,
)
"""How news calls the person of a story, whom it has named before: "the mum-of-two"."""
PROFILE_MENTIONS = 40
"""Mentions of a person behind which a party and state are looked for: "(R-Nev.)"."""
ONLY, OF_SEVERAL = 0.75, 0.6
"""Confidence in the last body named, by whether it is the only one near."""
MOST_DESCRIBED = 100
"""Mentions that are looked at for a noun beside them, the last before a source."""
LONGEST_NOUN = 60
"""Characters in front of a name or behind it in which its noun is looked for."""
_OF_ANY_KIND = frozenset("company firm group organisation organization body agency".split())
"""Nouns that news uses for any body it has named."""
# In front of a body: "|The energy regulator |Lindco".
_BEFORE_NAME = re.compile(r"((?:[a-z][\w-]*\s+){1,3})$")
# Behind it: "Lindco|, the energy regulator|,".
_APPOSITION = re.compile(r",\s+((?:an?|the|one\s+of)\s+[^,.;:“”\"]{3,50})")
_FUNCTION_WORDS = frozenset("the a an this that of his her its their".split())
# Behind a politician's name: " (R-Nev.)".
_PARTY = re.compile(r"\s*,?\s*\(?([DRI])\s*-\s*([A-Z][\w.]+)\)?")
_PARTY_LETTERS = {"D": "democrat", "R": "republican", "I": "independent"}


class DocumentResolver(PronounResolver):
    """Resolves documents to whoever issued them."""

    def resolve_document(self, position: int, noun: str) -> Answer:
        """Resolve "the statement" to its issuer, named beside an earlier mention of that noun.

        The US issued it in "…, said the US in a statement", "a US statement" and "the statement by
        the US".
        """
        text = self.layout.text
        pattern = re.compile(rf"\b{re.escape(noun)}s?\b", re.IGNORECASE)
        places = list(pattern.finditer(text, max(0, position - DOCUMENT_WINDOW), position))
        for match in reversed(places):
            issuer = self._issuer_beside(match.start(), match.end())
            if issuer:
                return issuer, 0.75
        at, speakers = self.last_identified
        if at >= 0 and speakers and speakers[0].label in {"ORG", "GPE"}:
            return speakers, 0.55
        return NOBODY

    def _issuer_beside(self, start: int, end: int) -> list[Speaker]:
        """Return the issuer named in the sentence of a document's noun at [start, end)."""
        low, high = self.layout.sentence_at(start)
        numbers = [
            n
            for n in self.mentions_between(low, high)
            if not self.is_quoted(self.chains.spans[n].start)
        ]
        issuers = [n for n in numbers if self.chains.of[n].label in {"ORG", "GPE", "PERSON"}]
        text = self.layout.text
        close = [n for n in issuers if 0 <= start - self.chains.spans[n].end <= 40]
        close += [
            n
            for n in issuers
            if _FOLLOWED.fullmatch(text, end, max(end, self.chains.spans[n].start))
        ]
        # In "Holm sent a letter to the board" the subject wrote it.
        ahead = [n for n in issuers if self._may_issue(n, low, start) and self._issues(n, start)]
        choice = close[-1:] or ahead[:1]
        named = [Speaker(self.chains.of[n].name, self.chains.of[n].label) for n in choice]
        return named or self._speaker_of(low, high)

    def _speaker_of(self, low: int, high: int) -> list[Speaker]:
        """Return who speaks in a sentence: "In a release issued on Monday, the board said …"."""
        for start, _, speakers in self.utterances[: -MOST_LOOKED_BACK - 1 : -1]:
            if low <= start < high:
                return speakers
        return []

    def _may_issue(self, number: int, sentence_start: int, noun: int) -> bool:
        """Tell whether a mention is a subject, or what "said" precedes, in front of the noun."""
        begin = self.chains.spans[number].start
        role = syntactic_role(self.layout.text, sentence_start, begin)
        said = _SAID_BEFORE.search(self.layout.text, max(0, begin - 30), begin)
        return begin < noun and (role == "subject" or said is not None)

    def _issues(self, number: int, noun: int) -> bool:
        """Tell whether a verb of issuing or saying stands between a subject and the document."""
        end = self.chains.spans[number].end
        return _ISSUES.search(self.layout.text, end, max(end, noun)) is not None


class DescriptionResolver(DocumentResolver):
    """Resolves noun phrases, for one quote after the other in reading order."""

    @cached_property
    def _profiles(self) -> dict[Entity, frozenset[str]]:
        """The words that the article calls a person by, filled by ``_profile``."""
        return {}

    def resolve_definite(self, position: int, phrase: str, head: str) -> Answer:
        """Return the speakers meant by "the statement", "the company" or "the Texas senator".

        They come with a confidence from 0 to 1; ``NOBODY`` where the text does not show them.

        Args:
            position: where the phrase begins.
            phrase: the noun phrase, with "the", "this" or "that".
            head: its head noun.
        """
        if head in self.speakers_by_noun and not is_person_noun(head):
            speakers, confidence = self.speakers_by_noun[head]
            return speakers, min(confidence, 0.7)
        if head in NAMELESS:
            return NOBODY
        if head in DOCUMENTS or head in {"delegation", "side"}:
            return self.resolve_document(position, head)
        if head in ORGANISATIONS:
            return self.resolve_organisation(position, phrase, head)
        return self.resolve_person_description(position, phrase, head)

    def resolve_organisation(self, position: int, phrase: str, head: str) -> Answer:
        """Resolve "the finance ministry" to the organisation with that noun in its name.

        "The firm" and the like are the last organisation named, "the paper" the last medium.
        """
        wanted = words_compared(phrase) - {"the", "of"}
        best: dict[Entity, int] = {}
        for number in self.mentions_before(position):
            entity = self.chains.of[number]
            words = words_compared(entity.name)
            if entity.label == "ORG" and head in words:
                best.setdefault(entity, len(wanted & words))
        if best:
            return [Speaker(max(best, key=lambda e: best[e]).name, "ORG")], 0.75
        if head in PRESS:
            return self._last_medium(position)
        if head not in ANY_ORGANISATION:
            return NOBODY
        answer = self.most_recent(position, {"ORG"}, 2)
        if head in _OF_ANY_KIND and answer[0]:
            return answer
        described = self._described_as(position, head)
        if described:
            return [Speaker(described.name, "ORG")], 0.75
        # Of several bodies "the union" is hardly any one, and "the company" the last one.
        return answer if answer[1] == ONLY else NOBODY

    def _described_as(self, position: int, head: str) -> Entity | None:
        """Return the last organisation that the article calls by a noun: "the union Unite"."""
        text = self.layout.text
        for number in islice(self.mentions_before(position), MOST_DESCRIBED):
            span, entity = self.chains.spans[number], self.chains.of[number]
            if entity.label != "ORG" or self.is_quoted(span.start):
                continue
            before = _BEFORE_NAME.search(text, max(0, span.start - LONGEST_NOUN), span.start)
            behind = _APPOSITION.match(text, span.end, min(len(text), span.end + LONGEST_NOUN))
            if any(part and head in part[1].lower().split() for part in (before, behind)):
                return entity
        return None

    def _last_medium(self, position: int) -> Answer:
        for number in self.mentions_before(position):
            entity = self.chains.of[number]
            if entity.label == "ORG" and PRESS_NAME.search(entity.name):
                return [Speaker(entity.name, "ORG")], 0.7
        return NOBODY

    def most_recent(self, position: int, labels: set[str], paragraphs: int) -> Answer:
        """Return the nearest entity with one of the labels before an offset, outside quotations.

        It is surer where no other is named there.
        """
        found: dict[Entity, None] = {}
        for number in self.mentions_before(position):
            span, entity = self.chains.spans[number], self.chains.of[number]
            if self.paragraphs_since(span.start, position) > paragraphs:
                break
            if entity.label in labels and not self.is_quoted(span.start):
                told = _TOLD.search(self.layout.text, max(0, span.start - 20), span.start)
                if not (told and PRESS_NAME.search(entity.name)):
                    found[entity] = None
        for nearest in found:
            return [Speaker(nearest.name, nearest.label)], ONLY if len(found) == 1 else OF_SEVERAL
        return NOBODY

    def resolve_person_description(self, position: int, phrase: str, head: str) -> Answer:
        """Resolve "the deputy secretary" to the person who was called so.

        Where nobody was, an office or partisan is the most salient person of this or the paragraph
        before. "The Port Board chief" is nobody whom the article calls the director of Lindco.
        """
        speakers, confidence = self._person_called(position, phrase, head)
        person = self.entities.get(speakers[0].name) if speakers else None
        within = self.mentions_between(position, position + len(phrase))
        bodies = [self.chains.of[n] for n in within if self.chains.of[n].label == "ORG"]
        is_of_other = person is not None and any(self._is_of_other(person, e) for e in bodies)
        return NOBODY if is_of_other else (speakers, confidence)

    def _is_of_other(self, person: Entity, body: Entity) -> bool:
        """Tell whether the article names a person's body beside the name, and it is another one."""
        if words_compared(body.name) & self._profile(person):
            return False
        roles = " ".join([*person.roles, *person.descriptions])
        others = [e for e in self.chains.entities if e.label == "ORG" and e is not body]
        names = {name for entity in others for name in self._forms_of(entity)}
        return any(re.search(rf"\b{re.escape(name)}\b", roles) for name in names)

    def _forms_of(self, entity: Entity) -> set[str]:
        """Return the forms in which the article has a name, of its first PROFILE_MENTIONS."""
        spans = (self.chains.spans[number] for number in entity.mentions[:PROFILE_MENTIONS])
        return {self.layout.text[span.start : span.end] for span in spans}

    def _person_called(self, position: int, phrase: str, head: str) -> Answer:
        """Return the person called so, else the most salient one, whatever body is named."""
        wanted = words_compared(phrase) - _FUNCTION_WORDS
        noun = with_one_synonym(head)
        best: dict[Entity, int] = {}
        for number in self.mentions_before(position):
            entity = self.chains.of[number]
            if entity.label == "PERSON" and entity not in best:
                best[entity] = _similarity(wanted, noun, self._profile(entity))
        top = max(best.values(), default=0)
        # "The geography teacher" is hardly the teacher of physics if somebody else was named.
        if top == NOUN_SCORE and wanted - {noun, "former"}:
            speakers, _ = self.most_salient_person(position, None, reach=1)
            salient = self.entities.get(speakers[0].name) if speakers else None
            if salient and best.get(salient) == 0 and not _differ(wanted, self._profile(salient)):
                return speakers, 0.5
        if top > 0:
            # Of two who were called so it is the one named last: ``best`` begins with the nearest.
            fits = [entity for entity, score in best.items() if score == top]
            return [Speaker(fits[0].name, "PERSON")], 0.85 if len(fits) == 1 else 0.6
        if noun in self.unnamed_nouns or phrase.split()[0].lower() in {"his", "her"}:
            return NOBODY
        # "The 46-year-old" and "the former candidate" have been named just before; "the member" and
        # "the protester" often have no name in the article.
        parent = _PARENT.search(phrase)
        named_before = (
            is_office(noun)
            or is_office(head)
            or head.endswith("year-old")
            or head in PARTISANS
            or load_aliases().find_demonym(phrase.split()[-1]) is not None
            or parent is not None
        )
        gender = parent.lastgroup if parent else None
        within = self.mentions_between(position, position + len(phrase))
        is_definite = phrase.split()[0].lower() in {"the", "this", "that"}
        if not is_definite and any(self.chains.of[n].label in {"GPE", "NORP"} for n in within):
            # "Austria’s interior minister" where nobody is called a minister comes new.
            return NOBODY
        speakers, confidence = (
            self.most_salient_person(position, gender, reach=1) if named_before else NOBODY
        )
        near = self._people_near(position)
        is_alone = len(near) == 1
        if parent:
            is_alone = near <= {speaker.name for speaker in speakers}
        return speakers, min(confidence, 0.6 if is_alone else 0.5)

    def _people_near(self, position: int) -> set[str]:
        """Return the people named in this and the paragraph before."""
        names = set()
        for number in self.mentions_before(position):
            if self.paragraphs_since(self.chains.spans[number].start, position) > 1:
                break
            if self.chains.of[number].label == "PERSON":
                names.add(self.chains.of[number].name)
        return names

    def _profile(self, entity: Entity) -> frozenset[str]:
        """Return the words that the article calls a person: offices, appositions, party, state."""
        known = self._profiles.get(entity)
        if known is None:
            words = words_compared(" ".join(entity.roles))
            for description in entity.descriptions:
                # "Secretary of state" describes a person by its head noun, "state of mind" none.
                if is_person_noun(head_noun(description)):
                    words |= words_compared(description)
            for number in entity.mentions[:PROFILE_MENTIONS]:
                party = _PARTY.match(self.layout.text, self.chains.spans[number].end)
                if party:
                    words |= {_PARTY_LETTERS[party[1]], party[2].lower().rstrip(".")}
            known = self._profiles[entity] = words
        return known

    def resolve_possessive(self, position: int, owner: str, head: str) -> Answer:
        """Resolve "her husband", "its statement", "his campaign".

        Args:
            position: where the phrase begins.
            owner: its pronoun, in lower case.
            head: its head noun.
        """
        if owner in {"its", "their"} and head in {*COLLECTIVES, *DOCUMENTS}:
            return self.resolve_pronoun(position, "it")
        if owner in {"his", "her"} and head in {"campaign", "camp", "team", "office", "spokesman"}:
            speakers, confidence = self.resolve_pronoun(position, owner)
            behalf = [Speaker(s.name, s.label, "on_behalf_of") for s in speakers]
            return behalf, 0.8 * confidence
        if head in DOCUMENTS:
            return self.resolve_pronoun(position, owner)
        described = self.resolve_person_description(position, f"{owner} {head}", head)
        if owner in {"his", "her"} and described[0] == self.resolve_pronoun(position, owner)[0]:
            return described if self._is_somebodys(described[0], head) else NOBODY
        return described

    def _is_somebodys(self, speakers: list[Speaker], head: str) -> bool:
        """Tell whether the article calls a speaker somebody's: "his manager, |Tom Birch"."""
        somebodys = re.compile(
            rf"\b(?i:his|her|their)\s+(?:[\w-]+\s+){{0,2}}{re.escape(head)},?\s+$"
        )
        numbers = [n for each in speakers for n in self.entities[each.name].mentions]
        starts = (self.chains.spans[n].start for n in numbers[:PROFILE_MENTIONS])
        return any(somebodys.search(self.layout.text, max(0, at - 60), at) for at in starts)

    def resolve_untagged_name(self, phrase: str) -> Answer:
        """Resolve a name that was not tagged here: "Ida" in an article with one Ida Holm."""
        words = {word.strip(".,:").casefold() for word in phrase.split() if word[:1].isupper()}
        fits = list({entity for word in words for entity in self._people_by_word.get(word, ())})
        return ([Speaker(fits[0].name, "PERSON")], 0.7) if len(fits) == 1 else NOBODY

    @cached_property
    def _people_by_word(self) -> dict[str, list[Entity]]:
        """People by first and last word of their names; two are enough to make a word ambiguous."""
        found: dict[str, list[Entity]] = {}
        for entity in self.chains.entities:
            words = entity.name.casefold().split() if entity.label == "PERSON" else []
            words = [word for word in words if word.strip(".,") not in {"jr", "sr"}]
            for word in {*words[:1], *words[-1:]}:
                alike = found.setdefault(word, [])
                alike += [entity] if len(alike) < 2 else []
        return found


def _similarity(wanted: frozenset[str], noun: str, profile: frozenset[str]) -> int:
    """Return how similar a description and a person are; 0 if the person is not called the noun.

    Every word in common adds 1 to NOUN_SCORE, and a word that makes another office takes 3 off.
    """
    nouns = LAWMAKERS if noun in {"lawmaker", "legislator"} else {noun}
    if not nouns & profile:
        return 0
    if _differ(wanted, profile):
        return 0
    differing = (wanted ^ profile) & DISTINGUISHING - {"former"}
    # "(R-Nev.)" shortens "the Nevada Republican".
    shortened = sum(len(p) > 2 and w.startswith(p) for p in profile - wanted for w in wanted)
    alike = len(wanted & profile) + shortened
    return max(0, NOUN_SCORE - 1 + alike - 3 * len(differing))


def _differ(wanted: frozenset[str], profile: frozenset[str]) -> bool:
    """Tell whether a description and a person belong to two parties or two ministries."""
    kinds = ((wanted & kind, profile & kind) for kind in (PARTIES, PORTFOLIOS))
    return any(asked and known and not asked & known for asked, known in kinds)
