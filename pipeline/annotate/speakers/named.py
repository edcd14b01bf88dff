"""Sources that hold a name: who of the named speaks, and what "Trump’s" or "a Gallup" adds.

"Hugh Hill, who met Ann Lee" is Hill alone, "a Lee aide" nobody, "the Lee campaign" a body, "a
spokesman for the Port Board" somebody unnamed who speaks for the board.
"""

from __future__ import annotations

import re

from pipeline.annotate.layout import CharSpan
from pipeline.annotate.names.titles import is_office, is_title_word
from pipeline.annotate.speakers.descriptions import PRESS, Descriptions, head_noun, is_person_noun
from pipeline.annotate.speakers.documents import COLLECTIVE, DOCUMENTS
from pipeline.annotate.speakers.salience import NOBODY, Answer
from pipeline.annotate.speakers.spokespeople import Spokespeople
from pipeline.records import Speaker

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
