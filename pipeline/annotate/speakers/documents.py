"""Whose "the statement", "the report" or "the letter" is: whoever issued it, beside that noun.

"…, said Kenya in a statement", "Holm sent a letter to the board", "the report by the clinic"; the
board that got the letter did not write it.
"""

from __future__ import annotations

import re

from pipeline.annotate.speakers.antecedents import Antecedents
from pipeline.annotate.speakers.clauses import place_of
from pipeline.annotate.speakers.salience import NOBODY, Answer
from pipeline.records import Speaker

COLLECTIVE = frozenset(
    "delegation delegations side government administration ministry representatives officials "
    "authorities negotiators diplomats embassy military army police department office council team "
    "commission committee parliament senate congress court members leadership mission bureau "
    "agency board".split()
)
DOCUMENTS = frozenset(
    "statement report poll survey study letter email memo article editorial lawsuit suit complaint "
    "ad document release communique communiqué declaration post tweet analysis book filing "
    "indictment ruling column op-ed message release brief petition resolution".split()
)
_FOLLOWED = re.compile(
    r"\s+(?:(?:released|issued|published|filed|written|signed|sent|posted|made|conducted)\s+)?"
    r"(?:by|from|of)\s+(?:the\s+)?"
)
_SAID_BEFORE = re.compile(r"\bsa(?:id|ys)\s+(?:the\s+)?$")
_BESIDE = 6000
"""Characters back in which a document is looked for; articles are shorter, books are not."""


class Documents(Antecedents):
    """Finds who issued a document; walks through the article in reading order."""

    def issuer(self, position: int, noun: str) -> Answer:
        """Resolve "the statement": who last spoke beside that noun, or whose it is.

        "…, said the US in a statement" makes the US the issuer; so do "a Quinnipiac poll" and "the
        report by Amnesty".
        """
        text = self.layout.text
        pattern = re.compile(rf"\b{re.escape(noun)}s?\b", re.IGNORECASE)
        places = list(pattern.finditer(text, max(0, position - _BESIDE), position))
        for match in reversed(places):
            owner = self._owner(match.start(), match.end())
            if owner:
                return owner, 0.75
        at, speakers = self.last
        if at >= 0 and speakers and speakers[0].label in {"ORG", "GPE"}:
            return speakers, 0.55
        return NOBODY

    def _owner(self, start: int, end: int) -> list[Speaker]:
        low, high = self.layout.sentence_at(start)
        numbers = [
            n for n in self.between(low, high) if not self.is_quoted(self.chains.spans[n].start)
        ]
        bodies = [n for n in numbers if self.chains.of[n].label in {"ORG", "GPE", "PERSON"}]
        text = self.layout.text
        close = [n for n in bodies if 0 <= start - self.chains.spans[n].end <= 40]
        close += [
            n
            for n in bodies
            if _FOLLOWED.fullmatch(text, end, max(end, self.chains.spans[n].start))
        ]
        # "Holm sent a letter to the board": the subject wrote it.
        ahead = [n for n in bodies if self._may_issue(n, low, start)]
        choice = close[-1:] or ahead[:1]
        return [Speaker(self.chains.of[n].name, self.chains.of[n].label) for n in choice]

    def _may_issue(self, number: int, sentence_start: int, noun: int) -> bool:
        begin = self.chains.spans[number].start
        place = place_of(self.layout.text, sentence_start, begin)
        said = _SAID_BEFORE.search(self.layout.text, max(0, begin - 30), begin)
        return begin < noun and (place == "subject" or said is not None)
