"""Sources that hold a name: who of the named speaks, and what "Trump’s" or "a Gallup" adds.

"Hugh Hill, who met Ann Lee" is Hill alone, "a Lee aide" nobody, "the Lee campaign" a body, "a
spokesman for the Port Board" somebody unnamed who speaks for the board.

Who speaks for whom: spokespeople, and the campaigns that are bodies of their own.

"Hope Lind, a spokeswoman for the Port Board", "Dane campaign spokesman Paul Oller", "the clinic’s
press secretary": read once for an article, since later she is "Lind" or "she". Lawyers and advisers
speak for themselves.
"""

from __future__ import annotations

import re

from pipeline.annotate.names.coreference import Entity
from pipeline.annotate.names.titles import is_office, is_title_word
from pipeline.annotate.spans import CharSpan
from pipeline.annotate.speakers.descriptions import (
    BODIES,
    COLLECTIVE,
    DOCUMENTS,
    PRESS,
    Descriptions,
    head_noun,
    is_person_noun,
)
from pipeline.annotate.speakers.pronouns import NOBODY, Answer
from pipeline.models import Speaker

SPOKES = re.compile(
    r"\b(?:spokes(?:man|woman|person|people|men|women)|spox|press secretary|press officer|"
    r"communications director|director of communications)\b",
    re.IGNORECASE,
)
_CAMPAIGN = re.compile(r"(?:['’]s?)?\s+((?:presidential\s+)?(?:campaign|camp))\b(?!\s+manager)")
_FOR = re.compile(r"\s+(?:for|of|at|with|from)\s+(?:[\w.’'-]+\s+){0,5}$")
_IN_FRONT = re.compile(r"(?:['’]s?)?\s+(?:[\w-]+\s+){0,4}$")
_NAMED_BEHIND = re.compile(
    r"(?:\s+(?:for|of|at|with)\s+[^.;:“”\"]{1,60}?)?,?\s+(?:(?:[A-Z][\w.]*|the)\s+){0,2}"
)
_NAMED_BEFORE = re.compile(r"(?:,|\s+is|\s+was|,\s+who\s+is)\s+(?:[\w.’'&-]+\s+){0,8}")
_PRONOUNS = frozenset({"its", "their", "his", "her"})
_OWNER = re.compile(
    rf"\b({'|'.join(sorted(_PRONOUNS))}|(?:the|this|that)\s+(?:[\w-]+\s+){{0,2}}[\w-]+(?=['’]s?\s)|"
    rf"(?:the\s+)?(?:{'|'.join(sorted(BODIES))})(?=\s))(?:['’]s?)?\s+"
    r"(?:(?:chief|lead|senior|former|main|official)\s+){0,2}$",
    re.IGNORECASE,
)
_OWNER_BEHIND = re.compile(
    r"\s+(?:for|of)\s+((?:the|this|that)\s+(?:[a-z][\w-]*\s+){0,2}?[a-z][\w-]*)(?=[,.]|\s+[A-Z])"
)
FARTHEST = 90
"""Characters between a name and what it is called."""
PRINCIPALS = frozenset({"PERSON", "ORG", "GPE", "NORP", "FAC"})


class Spokespeople:
    """Whom the people of one article speak for."""

    def __init__(self, discourse: Descriptions) -> None:
        """Read the article for spokespeople."""
        self._discourse = discourse
        self._text = discourse.layout.text
        self._of: dict[Entity, Speaker] = {}
        self._pointing: dict[Entity, tuple[int, str]] = {}
        for match in SPOKES.finditer(self._text):
            self._read(*match.span())

    def _read(self, start: int, end: int) -> None:
        low, high = self._discourse.layout.sentence_at(start)
        numbers = self._discourse.between(max(low, start - FARTHEST), min(high, end + FARTHEST))
        person = self._called(start, end, numbers)
        if person is None:
            return
        principal = self._principal(start, end, [n for n in numbers if n != person])
        entity = self._discourse.chains.of[person]
        if principal and principal.name != entity.name:
            self._of.setdefault(entity, principal)
        owner = None if principal else self._owner(start, end, low)
        if owner:
            self._pointing.setdefault(entity, (start, owner))

    def _owner(self, start: int, end: int, low: int) -> str | None:
        """Return the words that point to whom one speaks for: "its", "the company"."""
        behind = _OWNER_BEHIND.match(self._text, end)
        match = behind or _OWNER.search(self._text, max(low, start - FARTHEST), start)
        return match[1] if match else None

    def _called(self, start: int, end: int, numbers: list[int]) -> int | None:
        """Return the mention that is called a spokesman at a place."""
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
        chains = self._discourse.chains
        fit = [n for n in numbers if chains.of[n].label in PRINCIPALS]
        behind = [
            n for n in fit if _FOR.fullmatch(self._text, end, max(end, chains.spans[n].start))
        ]
        if behind:
            return self.body(behind[0])
        ahead = [n for n in fit if _IN_FRONT.fullmatch(self._text, chains.spans[n].end, start)]
        return self.body(ahead[-1]) if ahead else None

    def of(self, entity: Entity) -> Speaker | None:
        """Return whom a person speaks for, if the article calls the person a spokesperson.

        "Its" and "the company" mean what they mean when the person first speaks.
        """
        if entity not in self._of and entity in self._pointing:
            speakers, _ = self.owner(*self._pointing.pop(entity))
            others = [speaker for speaker in speakers if speaker.name != entity.name]
            if len(others) == 1:
                self._of[entity] = others[0]
        return self._of.get(entity)

    def owner(self, position: int, phrase: str) -> Answer:
        """Resolve for whom "its spokesman" or "the company’s spokesman" at a place speaks."""
        if phrase.lower() in _PRONOUNS:
            found, sureness = self._discourse.pronoun(position, phrase)
        else:
            found, sureness = self._discourse.definite(position, phrase, head_noun(phrase))
        return [Speaker(s.name, s.label, "on_behalf_of") for s in found], sureness

    def within(self, source: CharSpan) -> Speaker | None:
        """Return whom somebody unnamed speaks for: "a spokesman for the Port Board"."""
        match = SPOKES.search(self._text, source.start, source.end)
        if match is None:
            return None
        numbers = self._discourse.between(source.start, source.end)
        return self._principal(*match.span(), numbers)

    def body(self, number: int) -> Speaker:
        """Return whom a mention stands for: "Dane" in "the Dane campaign" is no person."""
        campaign = self.campaign(number)
        if campaign:
            return Speaker(campaign, "ORG", "on_behalf_of")
        entity = self._discourse.chains.of[number]
        country = self._discourse.country_of(number) if entity.label == "NORP" else None
        if country:
            return Speaker(country, "GPE", "on_behalf_of")
        return Speaker(entity.name, entity.label, "on_behalf_of")

    def campaign(self, number: int) -> str | None:
        """Return the name of the campaign that a person's mention opens, or None."""
        span, entity = self._discourse.chains.spans[number], self._discourse.chains.of[number]
        match = _CAMPAIGN.match(self._text, span.end) if entity.label == "PERSON" else None
        return f"{self._text[span.start : span.end]} campaign" if match else None


_AND = re.compile(r"\s*(?:,|and|&|,\s*and|as well as|along with)\s+(?:[\w.’'-]+\s+){0,6}$")
_POSSESSED = re.compile(r"['’]s?\s+(?:\w+\s+){0,3}\w")
_JOINED = re.compile(r"\b(?:and|with)\b|&")
_GOVERNED = re.compile(
    r"\b(?:for|to|of|by|with|from|against|like|about|on)\s+((?:[\w.’'-]+\s+){0,4})$"
)
_WORDS = re.compile(r"[^\W\d_][\w’'-]*")
_NO_MODIFIER = frozenset(
    "and of who in from at on whose which the an a for with to himself herself themselves also "
    "later then now again too when while as after before".split()
)
_NO_NOUN = re.compile(r"ly$|ing$|ed$")
_BEFORE_TITLES = frozenset(
    "the a an his her their its former then late vice deputy acting fellow prime house "
    "senate".split()
)
_INDEFINITE = frozenset(
    "a an one another some several many most few two three four five dozens other any".split()
)
_AGENTS = frozenset({"ORG", "GPE", "NORP", "FAC"})
_CALLED = re.compile(r"(?:[\w.’'-]+,?\s+){0,7}?(?!\w+(?:ing|ed)\b)[a-z][\w-]*(?:,?\s+the|,)?\s+")
_SIGNED = re.compile(
    r",\s+in\s+an?\s+(?:[\w-]+\s+){0,3}(?:statement|letter|report|article|memo|email|petition|note)\s+"
    r"(?:[\w-]+\s+){0,3}by\s+[^.;:“”\"]{0,80}$"
)
_CLAUSE = re.compile(
    r"\b(?:of|for|at|in|from|by|with|to|on|against|about|like|behind|and|who|which|that|whose)\b",
    re.IGNORECASE,
)
_CLOSES = re.compile(r"\s*(?:[,(].*)?", re.DOTALL)


class NamedSources:
    """Tells who speaks in a source that holds names."""

    def __init__(self, discourse: Descriptions, spokespeople: Spokespeople) -> None:
        """Take the memory of the article."""
        self._discourse = discourse
        self._spokespeople = spokespeople
        self._chains = discourse.chains
        self._text = discourse.layout.text

    def resolve(self, source: CharSpan, numbers: list[int]) -> Answer:
        """Return the speakers named in a source; ``numbers`` are its mentions."""
        people = [n for n in numbers if self._chains.of[n].label == "PERSON"]
        speaking = [n for n in people if not self._is_modifier(n, source)]
        issuer = self._issuer(people[0]) if people else None
        if issuer is not None:
            return self._bodies([issuer]), 0.8
        if speaking:
            chosen = self._parallel(speaking)
            return [Speaker(self._chains.of[n].name, "PERSON") for n in chosen], 0.95
        principal = self._spokespeople.within(source)
        if principal:
            # Who speaks is not named: "a Pentagon spokesman said".
            return [principal], 0.8
        for number in people:
            campaign = self._spokespeople.campaign(number)
            if campaign and self._is_campaign_itself(source):
                return [Speaker(campaign, "ORG")], 0.85
        others = [n for n in numbers if self._chains.of[n].label in _AGENTS]
        return self._body(source, others) if others and not people else NOBODY

    def _issuer(self, number: int) -> int | None:
        """Return who speaks "in a statement signed by Ida Holm": the name in front, not Holm."""
        start = self._chains.spans[number].start
        low = self._discourse.layout.sentence_at(start)[0]
        match = _SIGNED.search(self._text, max(low, start - 200), start)
        ahead = self._discourse.between(low, match.start()) if match else []
        fits = [n for n in ahead if match and self._chains.spans[n].end == match.start()]
        return next((n for n in fits if self._chains.of[n].label in {"PERSON", *_AGENTS}), None)

    def _is_campaign_itself(self, source: CharSpan) -> bool:
        phrase = self._text[source.start : source.end]
        return head_noun(phrase) in {"campaign", "camp"}

    def _is_modifier(self, number: int, source: CharSpan) -> bool:
        """Tell a speaker from "Trump" in "Trump’s campaign", "a Trump aide", "a lawyer for him"."""
        span = self._chains.spans[number]
        after = self._text[span.end : source.end]
        before = self._text[source.start : span.start]
        if _POSSESSED.match(after):
            return True
        following = _WORDS.match(after.lstrip()) if after[:1].isspace() else None
        if following and following[0].islower() and following[0] not in _NO_MODIFIER:
            return _NO_NOUN.search(following[0]) is None
        governed = _GOVERNED.search(before)
        # "aide to President Ann Lee", but "Secretary of State Ann Lee".
        return governed is not None and all(
            is_title_word(word) or word.lower() in _BEFORE_TITLES for word in governed[1].split()
        )

    def _parallel(self, speaking: list[int]) -> list[int]:
        """Keep the people that "and" joins to the first one; "Hill, who met Jones" is one."""
        chosen = speaking[:1]
        for number in speaking[1:]:
            gap = self._text[self._chains.spans[chosen[-1]].end : self._chains.spans[number].start]
            if not _AND.fullmatch(gap):
                break
            chosen.append(number)
        # "Trump, Cruz": a comma alone is an apposition, unless an "and" follows somewhere.
        first, last = self._chains.spans[chosen[0]], self._chains.spans[chosen[-1]]
        joined = _JOINED.search(self._text[first.end : last.start])
        distinct = list(dict.fromkeys(self._chains.of[n] for n in chosen))
        return chosen if joined and len(distinct) == len(chosen) else chosen[:1]

    def _body(self, source: CharSpan, numbers: list[int]) -> Answer:
        """Name the body or country that speaks: "The US", "the Russian side", "a Gallup poll"."""
        number = numbers[0]
        span, entity = self._chains.spans[number], self._chains.of[number]
        phrase = self._text[source.start : source.end]
        head = head_noun(phrase)
        speaker = Speaker(entity.name, entity.label)
        leads = not self._text[source.start : span.start].strip().lower().removeprefix("the")
        if leads and span.end >= source.end - 1:
            return self._alone(source, numbers)
        called = self._called(source, numbers)
        if called:
            return self._bodies(called), 0.85
        if phrase.split()[0].lower() in _INDEFINITE and head not in {*COLLECTIVE, *DOCUMENTS}:
            return NOBODY
        country = self._discourse.country_of(number)
        if head in COLLECTIVE:
            return ([Speaker(country, "GPE")] if country else self._bodies(numbers[:1])), 0.8
        if head in DOCUMENTS:
            return [speaker], 0.75
        if is_person_noun(head):
            return self._discourse.described(source.start, phrase, head)
        after = self._text[span.end : span.end + 6]
        if leads and head in PRESS and re.match(r"['’]", after):
            # "The Port Board’s newspaper" is a paper without a name, and not the board.
            return [Speaker(entity.name, entity.label, "on_behalf_of")], 0.6
        if leads and re.match(r",|\s+(?:and|which)\b|['’]s\b", after) and entity.label != "NORP":
            return self._bodies(numbers if " and " in phrase else [number]), 0.7
        return ([speaker], 0.6) if leads and entity.label == "ORG" else NOBODY

    def _called(self, source: CharSpan, numbers: list[int]) -> list[int]:
        """Return the bodies in apposition to a noun: "the aid group Mercy Hands", "the firm, Oxo".

        "Officials at the aid group Mercy Hands" are governed by a preposition: not the group.
        """
        spans = self._chains.spans
        bodies = [n for n in numbers if self._chains.of[n].label == "ORG"]
        for place, number in enumerate(bodies):
            before = self._text[source.start : spans[number].start]
            if not _CALLED.fullmatch(before) or _CLAUSE.search(before):
                continue
            chosen = [number]
            for other in bodies[place + 1 :]:
                if _AND.fullmatch(self._text[spans[chosen[-1]].end : spans[other].start]):
                    chosen.append(other)
            if _CLOSES.fullmatch(self._text[spans[chosen[-1]].end : source.end]):
                return chosen
        return []

    def _alone(self, source: CharSpan, numbers: list[int]) -> Answer:
        """Name a source that is nothing but a name: "The US"; "the Republican" is a person."""
        entity = self._chains.of[numbers[0]]
        phrase = self._text[source.start : source.end]
        single = not phrase.rstrip(".,").endswith(("s", "ese", "ish", "ch"))
        if entity.label == "NORP" and single and phrase[:4].lower() == "the ":
            return self._discourse.described(source.start, phrase, head_noun(phrase))
        if entity.label == "ORG" and is_office(phrase.split()[-1]) and phrase.split()[-1].islower():
            # The tagger takes "Democratic nominee" for a body.
            return self._discourse.described(source.start, phrase, head_noun(phrase))
        return self._bodies(numbers), 0.9

    def _bodies(self, numbers: list[int]) -> list[Speaker]:
        entities = dict.fromkeys(self._chains.of[n] for n in numbers)
        return [Speaker(entity.name, entity.label) for entity in entities]
