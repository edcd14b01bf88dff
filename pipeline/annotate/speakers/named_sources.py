"""Resolve sources that contain a name, and find out for whom spokespeople speak.

A name in a source is not always the speaker's: "Hugh Hill, who met Ann Lee" is Hill alone, "a Lee
aide" is nobody, "the Lee campaign" is an organisation, and "a spokesman for the Port Board" is
somebody without a name who speaks for the board.

Spokespeople are found once for an article, wherever it calls them so, because later they are "Lind"
or "she": "Hope Lind, a spokeswoman for the Port Board", "Dane campaign spokesman Paul Oller", "the
clinic’s press secretary". Lawyers and advisers count as speaking for themselves.
"""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.annotate.names.coreference import Entity
from pipeline.annotate.names.titles import is_office, is_title_word, kinds_of_bodies
from pipeline.annotate.spans import CharSpan
from pipeline.annotate.speakers.descriptions import DescriptionResolver
from pipeline.annotate.speakers.discourse import NOBODY, Answer
from pipeline.annotate.speakers.issuers import Document, document_in, issuer
from pipeline.annotate.speakers.nouns import (
    AGENCIES,
    ANY_ORGANISATION,
    COLLECTIVES,
    DOCUMENTS,
    OFFICIALS,
    ORGANISATIONS,
    PRESS,
    SPOKESPERSON,
    WORD,
    are_rank_and_file,
    head_noun,
    is_person_noun,
)
from pipeline.models import Speaker

# In the examples of patterns, "|" shows where the match begins and ends.
# Behind a person's name: "Dane|’s presidential campaign"; a campaign manager is a person.
_CAMPAIGN = re.compile(r"(?:['’]s?)?\s+((?:presidential\s+)?(?:campaign|camp))\b(?!\s+manager)")
# Between "spokesman" and its principal: "spokesman | for the | Port Board".
_FOR = re.compile(r"\s+(?:for|of|at|with|from)\s+(?:[\w.’'-]+\s+){0,5}$")
# Between a principal and "spokesman": "Port Board|’s chief | spokesman".
_IN_FRONT = re.compile(r"(?:['’]s?)?\s+(?:[\w-]+\s+){0,4}$")
# Between "spokeswoman" and her name: "spokeswoman | for the board, Dr. | Hope Lind".
_NAMED_BEHIND = re.compile(
    r"(?:\s+(?:for|of|at|with)\s+[^.;:“”\"]{1,60}?)?,?\s+(?:(?:[A-Z][\w.]*|the)\s+){0,2}"
)
# Between a name and "spokeswoman": "Hope Lind|, who is a | spokeswoman".
_NAMED_BEFORE = re.compile(r"(?:,|\s+is|\s+was|,\s+who\s+is)\s+(?:[\w.’'&-]+\s+){0,8}")
_PRONOUNS = frozenset({"its", "their", "his", "her"})
# A principal without a name in front: "its chief", "the board’s", "company".
_OWNER = re.compile(
    rf"\b({'|'.join(sorted(_PRONOUNS))}|(?:the|this|that)\s+(?:[\w-]+\s+){{0,2}}[\w-]+(?=['’]s?\s)|"
    rf"(?:the\s+)?(?:{'|'.join(sorted(ORGANISATIONS))})(?=\s))(?:['’]s?)?\s+"
    r"(?:(?:chief|lead|senior|former|main|official)\s+){0,2}$",
    re.IGNORECASE,
)
# A principal without a name behind: "spokesman | for the harbour board,".
_OWNER_BEHIND = re.compile(
    r"\s+(?:for|of)\s+((?:the|this|that)\s+(?:[a-z][\w-]*\s+){0,2}?[a-z][\w-]*)(?=[,.]|\s+[A-Z])"
)
# The same at the end of a source: "a spokesman | for the group".
_FOR_BODY = re.compile(
    r"\s+(?:for|of)\s+((?:the|this|that)\s+(?:[a-z][\w-]*\s+){0,2}[a-z][\w-]*),?"
)
# Between a country and a body of it: "Norland|’s state-run | Lindco", "US| army’s | Red Command",
# "Oxo|-owned | Lindco".
_OWNS = re.compile(
    r"(?:(?:\s+[a-z]+)?['’]s?|-(?:affiliated|aligned|backed|based|controlled|funded|led|linked|listed|"
    r"maker|operator|owned|owner|parent|run))\s+((?:[a-z][\w-]*\s+){0,3})"
)
# Between an owner and the body apposed to a noun of its own: "Oxo|’s parent company, the |Lindco".
_OWNS_APPOSED = re.compile(r"['’]s?\s+(?:[a-z][\w-]*\s+){0,3}[a-z][\w-]*,\s+(?:[Tt]he\s+)?")
# Behind a name whose owner or family is spoken for: "a spokesman for Oxo|’s parent |company".
_OF_OTHER = re.compile(
    r"['’]s?\s+(?:[\w-]+\s+)?(?:owner|parent|subsidiary|rival|family|widow|union|publisher|lender|insurer|"
    r"landlord|lawyers?|sponsor)s?\b"
)
FARTHEST_NAME = 90
"""Characters between a name and the word "spokesman" at most."""
_BODIES = frozenset({*PRESS, *AGENCIES, *ANY_ORGANISATION, "broadcaster", "television", "channel"})
"""Nouns behind the name of a body that say what it is: "Fjord Times newspaper"."""
PRINCIPALS = frozenset({"PERSON", "ORG", "GPE", "NORP", "FAC"})
"""Labels of what a spokesperson can speak for."""
# Between two speakers: "Holm | and Mayor | Dane", "Holm|, | Dane".
_AND = re.compile(r"\s*(?:,|and|&|,\s*and|as well as|along with)\s+(?:[\w.’'-]+,?\s+){0,6}$")
# Behind a name that modifies a noun: "Dane|’s former campaign".
_POSSESSED = re.compile(r"['’]s?\s+(?:\w+\s+){0,3}\w")
_JOINED = re.compile(r"\b(?:and|with)\b|&")
# In front of a name that a preposition governs: "an aide | to President | Lee".
_GOVERNED = re.compile(
    r".*\b(?:for|to|of|by|with|from|against|like|about|on)\s+((?:[\w.’'-]+\s+){0,4})$",
    re.DOTALL,
)
# In front of a name that the verb of a relative clause governs: "the man who robbed | Ann Lee".
_RELATIVE_OBJECT = re.compile(
    r"\b(?:who|whom|that|which)\s+(?!is\b|was\b)\w+\s+(?:[\w.’'-]+\s+){0,4}$"
)
# Words behind a name that no noun precedes: after "Holm who" and "Holm later" Holm speaks.
_NO_MODIFIER = frozenset(
    "and of who in from at on whose which the an a for with to himself herself themselves also "
    "later then now again too when while as after before".split()
)
# Endings of words behind a name that are no noun: "Holm recently", "Holm speaking".
_NO_NOUN = re.compile(r"ly$|ing$|ed$")
_BEFORE_TITLES = frozenset(
    "the a an his her their its former then late vice deputy acting fellow prime house "
    "senate".split()
)
_INDEFINITE = frozenset(
    "a an one another some several many most few two three four five dozens other any".split()
)
_AGENTS = frozenset({"ORG", "GPE", "NORP", "FAC"})
# In front of an organisation's name that a noun describes: "The aid group", "The firm, the".
_CALLED = re.compile(r"(?:[\w.’'-]+,?\s+){0,7}?(?!\w+(?:ing|ed)\b)[a-z][\w-]*(?:,?\s+the|,)?\s+")
# Between the speaker and the signer: "Board|, in a letter signed by its head, | Ida Holm".
_SIGNED = re.compile(
    r",\s+in\s+an?\s+(?:[\w-]+\s+){0,3}(?:statement|letter|report|article|memo|email|petition|note|reaction|"
    r"response|release|circular|notice|reply)\s+"
    r"(?:[\w-]+\s+){0,3}by\s+[^.;:“”\"]{0,80}$"
)
# Words that make a name part of another phrase: "a nurse from the aid group Mercy Hands".
_CLAUSE = re.compile(
    r"\b(?:of|for|at|in|within|from|by|with|to|on|against|about|like|behind|and|who|which|that|whose)\b",
    re.IGNORECASE,
)
# Behind an organisation that somebody leads: "Port Board|, chaired by | Ida Holm".
_LED_BY = re.compile(r",\s+(?:now\s+)?(?:chaired|led|headed|run|founded|directed)\s+by\s")
# Behind an apposition that ends the source.
_CLOSES = re.compile(r"\s*(?:[,(].*)?", re.DOTALL)


class Spokespeople:
    """For whom the spokespeople of one article speak: their principals."""

    def __init__(self, discourse: DescriptionResolver) -> None:
        """Find the spokespeople of an article and, where a name tells it, their principals."""
        self._discourse = discourse
        self._text = discourse.layout.text
        self._principals: dict[Entity, Speaker] = {}
        self._owners: dict[Entity, tuple[int, str]] = {}
        """Spokespeople of "its" or "the company", as offset and words; resolved when they speak."""
        for match in SPOKESPERSON.finditer(self._text):
            self._add_spokesperson(*match.span())

    def _add_spokesperson(self, start: int, end: int) -> None:
        """Add the person whom the words at [start, end) call a spokesperson, if one is named."""
        low, high = self._discourse.layout.sentence_at(start)
        low, high = max(low, start - FARTHEST_NAME), min(high, end + FARTHEST_NAME)
        numbers = self._discourse.mentions_between(low, high)
        person = self._person_called(start, end, numbers)
        if person is None:
            return
        principal = self._principal(start, end, [n for n in numbers if n != person])
        entity = self._discourse.chains.of[person]
        if principal and principal.name != entity.name:
            self._principals.setdefault(entity, principal)
        owner = None if principal else self._owner(start, end, low)
        if owner:
            self._owners.setdefault(entity, (start, owner))

    def _owner(self, start: int, end: int, low: int) -> str | None:
        """Return the words without a name that tell the principal: "its", "the company"."""
        behind = _OWNER_BEHIND.match(self._text, end)
        match = behind or _OWNER.search(self._text, max(low, start - FARTHEST_NAME), start)
        return match[1] if match else None

    def _person_called(self, start: int, end: int, numbers: list[int]) -> int | None:
        """Return the person's mention that the words at [start, end) describe, or None."""
        for number in numbers:
            span, entity = self._discourse.chains.spans[number], self._discourse.chains.of[number]
            if entity.label != "PERSON":
                continue
            if span.start >= end and _NAMED_BEHIND.fullmatch(self._text, end, span.start):
                return number
            if span.end <= start and _NAMED_BEFORE.fullmatch(self._text, span.end, start):
                return number
        return None

    def _principal(self, start: int, end: int, numbers: list[int]) -> Speaker | None:
        """Return the principal named among the mentions, behind or in front of [start, end)."""
        chains = self._discourse.chains
        fit = [n for n in numbers if chains.of[n].label in PRINCIPALS]
        behind = [
            n for n in fit if _FOR.fullmatch(self._text, end, max(end, chains.spans[n].start))
        ]
        if behind:
            is_of_other = _OF_OTHER.match(self._text, chains.spans[behind[0]].end)
            return None if is_of_other else self.principal_at(behind[0])
        ahead = [n for n in fit if _IN_FRONT.fullmatch(self._text, chains.spans[n].end, start)]
        return self.principal_at(ahead[-1]) if ahead else None

    def principal_of(self, entity: Entity) -> Speaker | None:
        """Return for whom a person speaks, or None where the article calls the person nothing so.

        "Its" and "the company" are resolved once, when the person first speaks.
        """
        if entity not in self._principals and entity in self._owners:
            speakers, _ = self.resolve_owner(*self._owners.pop(entity))
            others = [speaker for speaker in speakers if speaker.name != entity.name]
            if len(others) == 1:
                self._principals[entity] = others[0]
        return self._principals.get(entity)

    def resolve_owner(self, position: int, phrase: str) -> Answer:
        """Resolve "its" and "the company" in "its spokesman", "the company’s spokesman"."""
        if phrase.lower() in _PRONOUNS:
            found, confidence = self._discourse.resolve_pronoun(position, phrase)
        else:
            head = head_noun(phrase)
            found, confidence = self._discourse.resolve_definite(position, phrase, head)
        return [Speaker(s.name, s.label, "on_behalf_of") for s in found], confidence

    def principal_within(self, source: CharSpan) -> Speaker | None:
        """Return the principal in a source like "a spokesman for the Port Board", or None."""
        match = SPOKESPERSON.search(self._text, source.start, source.end)
        if match is None:
            return None
        numbers = self._discourse.mentions_between(source.start, source.end)
        return self._principal(*match.span(), numbers)

    def resolve_unnamed(self, source: CharSpan) -> Answer:
        """Resolve "a company spokesman" and "a spokesman for the group" to whom they speak for."""
        match = SPOKESPERSON.search(self._text, source.start, source.end)
        if match is None:
            return NOBODY
        behind = _FOR_BODY.fullmatch(self._text, match.end(), source.end)
        owner = behind[1] if behind else self._owner(*match.span(), source.start)
        if owner is None:
            return NOBODY
        has_article = owner.split()[0].lower() in {"the", "this", "that", *_PRONOUNS}
        return self.resolve_owner(source.start, owner if has_article else f"the {owner}")

    def principal_at(self, number: int) -> Speaker:
        """Return the principal that a mention names: for "the Dane campaign" it is the campaign.

        A nationality names its country: "a Kenyan spokeswoman".
        """
        campaign = self.campaign(number)
        if campaign:
            return Speaker(campaign, "ORG", "on_behalf_of")
        entity = self._discourse.chains.of[number]
        country = self._discourse.country_of(number) if entity.label == "NORP" else None
        if country:
            return Speaker(country, "GPE", "on_behalf_of")
        return Speaker(entity.name, entity.label, "on_behalf_of")

    def campaign(self, number: int) -> str | None:
        """Return "Dane campaign" where a person's mention begins that name, else None."""
        span, entity = self._discourse.chains.spans[number], self._discourse.chains.of[number]
        match = _CAMPAIGN.match(self._text, span.end) if entity.label == "PERSON" else None
        return f"{self._text[span.start : span.end]} campaign" if match else None


class NamedSourceResolver:
    """Finds the speakers in a source that contains names."""

    def __init__(self, discourse: DescriptionResolver, spokespeople: Spokespeople) -> None:
        """Take the discourse of an article and its spokespeople."""
        self._discourse = discourse
        self._spokespeople = spokespeople
        self._chains = discourse.chains
        self._text = discourse.layout.text

    def resolve(self, source: CharSpan, numbers: list[int]) -> Answer:
        """Return the speakers named in a source.

        Args:
            source: the span of the source.
            numbers: the mentions that begin in it.
        """
        document = document_in(self._text, self._chains, source, numbers)
        if document:
            return self._resolve_document(document, numbers)
        owned = self.owned_body(source, numbers)
        if owned is not None:
            return self._as_speakers([owned]), 0.9
        if self._are_people_of(numbers):
            return NOBODY
        people = [n for n in numbers if self._chains.of[n].label == "PERSON"]
        speaking = [n for n in people if not self._is_modifier(n, source)]
        signed_for = self._signed_for(people[0]) if people else None
        if signed_for is not None:
            return self._as_speakers([signed_for]), 0.8
        if speaking:
            chosen = self._coordinated(speaking)
            return [Speaker(self._chains.of[n].name, "PERSON") for n in chosen], 0.95
        principal = self._spokespeople.principal_within(source)
        if principal:
            # The speaker has no name: "a Port Board spokesman said".
            return [principal], 0.8
        for number in people:
            campaign = self._spokespeople.campaign(number)
            if campaign and self._is_campaign(source):
                return [Speaker(campaign, "ORG")], 0.85
        others = [n for n in numbers if self._chains.of[n].label in _AGENTS]
        if people and not self._is_led_by(source, others):
            return NOBODY
        return self._resolve_organisation(source, others) if others else NOBODY

    def owned_body(self, source: CharSpan, numbers: list[int]) -> int | None:
        """Return the body in "Norland’s Lindco" or "Norland’s Fjord Times newspaper", or None.

        In "Norland’s air force" no body is named, and in "Norland’s Lindco workers" none speaks.
        """
        for owner, number in pairwise(numbers):
            first, span = self._chains.spans[owner], self._chains.spans[number]
            lead = self._text[source.start : first.start].strip().lower()
            if lead in {"", "the"} and _OWNS_APPOSED.fullmatch(self._text, first.end, span.start):
                closes = _CLOSES.fullmatch(self._text[span.end : source.end]) is not None
                return number if closes and self._chains.of[number].label == "ORG" else None
            between = _OWNS.fullmatch(self._text, first.end, span.start)
            is_brand = between is not None and between[0].startswith("-")
            is_owner = self._chains.of[owner].label in _AGENTS or is_brand
            if (
                lead not in {"", "the"}
                or not is_owner
                or between is None
                or _CLAUSE.search(between[1])
            ):
                return None
            rest = WORD.findall(self._text[span.end : source.end].split(",")[0])
            is_whole = not rest or (len(rest) <= 2 and rest[-1] in _BODIES)
            return (
                number if between and is_whole and self._chains.of[number].label == "ORG" else None
            )
        return None

    def _are_people_of(self, numbers: list[int]) -> bool:
        """Tell whether a source is a people or a party of a place: "Norland’s Conservatives"."""
        labels = [self._chains.of[number].label for number in numbers]
        if labels[:2] != ["GPE", "NORP"] or "PERSON" in labels:
            return False
        first, second = (self._chains.spans[number] for number in numbers[:2])
        return _OWNS.fullmatch(self._text, first.end, second.start) is not None

    def _is_led_by(self, source: CharSpan, others: list[int]) -> bool:
        """Tell whether a source is "the Port Board, chaired by Ida Holm": the board speaks."""
        if not others:
            return False
        span = self._chains.spans[others[0]]
        lead = self._text[source.start : span.start].strip().lower()
        return lead in {"", "the"} and _LED_BY.match(self._text, span.end, source.end) is not None

    def _resolve_document(self, document: Document, numbers: list[int]) -> Answer:
        """Return who issued a document; a people or a country's government is the country."""
        number = issuer(self._text, self._chains, document, numbers)
        if number is None:
            return NOBODY
        campaign = self._spokespeople.campaign(number)
        if campaign:
            return [Speaker(campaign, "ORG")], 0.75
        alike = [n for n in numbers if self._chains.of[n].label == self._chains.of[number].label]
        issuers = self._coordinated([n for n in alike if n >= number])
        countries = [self._discourse.country_of(n) for n in issuers]
        named = self._as_speakers(issuers)
        return [
            Speaker(country, "GPE") if country else speaker
            for country, speaker in zip(countries, named, strict=True)
        ], 0.75

    def _signed_for(self, number: int) -> int | None:
        """Return the name in front of "in a statement signed by Ida Holm": it speaks, not Holm."""
        start = self._chains.spans[number].start
        low = self._discourse.layout.sentence_at(start)[0]
        match = _SIGNED.search(self._text, max(low, start - 200), start)
        ahead = self._discourse.mentions_between(low, match.start()) if match else []
        fits = [n for n in ahead if match and self._chains.spans[n].end == match.start()]
        return next((n for n in fits if self._chains.of[n].label in {"PERSON", *_AGENTS}), None)

    def _is_campaign(self, source: CharSpan) -> bool:
        """Tell whether the head noun is "campaign", as in "the Dane campaign"."""
        phrase = self._text[source.start : source.end]
        return head_noun(phrase) in {"campaign", "camp"}

    def _is_modifier(self, number: int, source: CharSpan) -> bool:
        """Tell whether a name only modifies the source: "Dane’s campaign", "a lawyer for Dane"."""
        span = self._chains.spans[number]
        after = self._text[span.end : source.end]
        before = self._text[source.start : span.start]
        if _POSSESSED.match(after):
            return True
        following = WORD.match(after.lstrip()) if after[:1].isspace() else None
        if following and following[0].islower() and following[0] not in _NO_MODIFIER:
            return _NO_NOUN.search(following[0]) is None
        if _RELATIVE_OBJECT.search(before):
            return True
        governed = _GOVERNED.search(before)
        if governed and self._is_named_with(source.start + governed.start(1) - 1, source):
            return False
        # A preposition governs Lee in "aide to Ann Lee", and not in "Secretary of State Ann Lee".
        return governed is not None and all(
            is_title_word(word) or word.lower() in _BEFORE_TITLES for word in governed[1].split()
        )

    def _is_named_with(self, position: int, source: CharSpan) -> bool:
        """Tell whether a preposition is part of a name: "Department| of |Justice"."""
        within = self._discourse.mentions_between(source.start, position)
        return any(self._chains.spans[number].end > position for number in within)

    def _coordinated(self, speaking: list[int]) -> list[int]:
        """Return the first person and those that "and" joins: "Hill, who met Lee" is one."""
        chosen = speaking[:1]
        for number in speaking[1:]:
            gap = self._text[self._chains.spans[chosen[-1]].end : self._chains.spans[number].start]
            if not _AND.fullmatch(gap):
                break
            chosen.append(number)
        # A comma alone ("Hill, Lee") joins an apposition, unless an "and" follows.
        first, last = self._chains.spans[chosen[0]], self._chains.spans[chosen[-1]]
        joined = _JOINED.search(self._text[first.end : last.start])
        distinct = list(dict.fromkeys(self._chains.of[n] for n in chosen))
        return chosen if joined and len(distinct) == len(chosen) else chosen[:1]

    def _resolve_organisation(self, source: CharSpan, numbers: list[int]) -> Answer:
        """Return the organisation or country that speaks: "the Kenyan side", "a Lindco poll".

        ``numbers`` are the mentions of organisations, countries, peoples and facilities.
        """
        number = numbers[0]
        span, entity = self._chains.spans[number], self._chains.of[number]
        phrase = self._text[source.start : source.end]
        head = head_noun(phrase)
        speaker = Speaker(entity.name, entity.label)
        lead = self._text[source.start : span.start].lower().split()
        leads = not lead or lead == ["the"] or (len(lead) == 1 and lead[0] in kinds_of_bodies())
        if leads and span.end >= source.end - 1:
            return self._resolve_bare_name(source, numbers)
        apposed = self._in_apposition(source, numbers)
        if apposed:
            return self._as_speakers(apposed), 0.85
        if phrase.split()[0].lower() in _INDEFINITE and head not in {*COLLECTIVES, *DOCUMENTS}:
            return NOBODY
        country = self._discourse.country_of(number)
        if head in OFFICIALS and entity.label in {"GPE", "NORP"}:
            return [Speaker(country or entity.name, "GPE", "on_behalf_of")], 0.8
        if head in COLLECTIVES:
            return ([Speaker(country, "GPE")] if country else self._as_speakers(numbers[:1])), 0.8
        if is_person_noun(head):
            return self._discourse.resolve_person_description(source.start, phrase, head)
        if leads and head in phrase and are_rank_and_file(head, of_a_place=entity.label != "ORG"):
            return NOBODY
        after = self._text[span.end : span.end + 6]
        if leads and head in PRESS and re.match(r"['’]", after):
            # "The Port Board’s newspaper" is a paper without a name that speaks for the board.
            return [Speaker(entity.name, entity.label, "on_behalf_of")], 0.6
        if leads and re.match(r",|\s+(?:and|which)\b|['’]s\b", after) and entity.label != "NORP":
            return self._as_speakers(numbers if " and " in phrase else [number]), 0.7
        return ([speaker], 0.6) if leads and entity.label == "ORG" else NOBODY

    def _in_apposition(self, source: CharSpan, numbers: list[int]) -> list[int]:
        """Return organisations in apposition to a noun: "the aid group Mercy Hands".

        In "officials at the aid group Mercy Hands" a preposition governs the name, and the
        officials speak.
        """
        spans = self._chains.spans
        organisations = [n for n in numbers if self._chains.of[n].label == "ORG"]
        for place, number in enumerate(organisations):
            before = self._text[source.start : spans[number].start]
            if not _CALLED.fullmatch(before) or _CLAUSE.search(before):
                continue
            chosen = [number]
            for other in organisations[place + 1 :]:
                if _AND.fullmatch(self._text[spans[chosen[-1]].end : spans[other].start]):
                    chosen.append(other)
            if _CLOSES.fullmatch(self._text[spans[chosen[-1]].end : source.end]):
                return chosen
        return []

    def _resolve_bare_name(self, source: CharSpan, numbers: list[int]) -> Answer:
        """Resolve a source without other words: "The US"; "the Republican" is a person."""
        entity = self._chains.of[numbers[0]]
        phrase = self._text[source.start : source.end]
        last_word = phrase.split()[-1]
        is_singular = not phrase.rstrip(".,").endswith(("s", "ese", "ish", "ch"))
        is_person = entity.label == "NORP" and is_singular and phrase[:4].lower() == "the "
        # The tagger labels "Democratic nominee" as ORG.
        is_nominee = entity.label == "ORG" and is_office(last_word) and last_word.islower()
        if is_person or is_nominee:
            head = head_noun(phrase)
            return self._discourse.resolve_person_description(source.start, phrase, head)
        return self._as_speakers(numbers), 0.9

    def _as_speakers(self, numbers: list[int]) -> list[Speaker]:
        entities = dict.fromkeys(self._chains.of[n] for n in numbers)
        return [Speaker(entity.name, entity.label) for entity in entities]
