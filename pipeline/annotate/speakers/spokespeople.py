"""Who speaks for whom: spokespeople, and the campaigns that are bodies of their own.

"Hope Lind, a spokeswoman for the Port Board", "Dane campaign spokesman Paul Oller", "the clinic’s
press secretary": read once for an article, since later she is "Lind" or "she". Lawyers and advisers
speak for themselves.
"""

from __future__ import annotations

import re

from pipeline.annotate.layout import CharSpan
from pipeline.annotate.names.chains import Entity
from pipeline.annotate.speakers.descriptions import BODIES, Descriptions, head_noun
from pipeline.annotate.speakers.salience import Answer
from pipeline.records import Speaker

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
